// What this host tells of itself: its name, and files of one line, such as those of the kernel.
//
//   HostName();                                        // such as "node-7"
//   FirstLineOf("/proc/sys/kernel/random/boot_id");    // "3f1c8a52-..."
//
// Thread-safety: may be called concurrently.
#ifndef LWS_EXAMPLES_OPERATOR_HOST_FACTS_H_
#define LWS_EXAMPLES_OPERATOR_HOST_FACTS_H_

#include <string>

namespace lws::operator_program {

std::string HostName();

// Without the end of the line; "" for a file that cannot be read.
std::string FirstLineOf(const std::string& path);

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_HOST_FACTS_H_
