// Runs lwsctl itself in a process of its own to make a page, so that a long run can be ended when its file changes.
#ifndef LWS_EXAMPLES_LWSCTL_SERVE_PAGE_RUN_H_
#define LWS_EXAMPLES_LWSCTL_SERVE_PAGE_RUN_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lwsctl {

// Runs `lwsctl WORDS... --report FILE` with a FILE of its own. Returns the page, or a page with what the command said
// when it wrote none. Ends the command and returns nullopt when `is_stopped` becomes true, which is asked several
// times a second.
std::optional<std::string> RunForPage(const std::vector<std::string>& words, const std::function<bool()>& is_stopped);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SERVE_PAGE_RUN_H_
