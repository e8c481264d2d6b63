// `lwsctl serve`: the pages of simulate and of test in a browser, made again whenever a file is edited.
#ifndef LWS_EXAMPLES_LWSCTL_SERVE_SERVE_H_
#define LWS_EXAMPLES_LWSCTL_SERVE_SERVE_H_

#include <string>
#include <vector>

namespace lwsctl {

// Takes the words behind `serve`. Serves until the program is interrupted. Returns the exit code.
int Serve(const std::vector<std::string>& words);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SERVE_SERVE_H_
