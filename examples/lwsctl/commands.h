// The commands of lwsctl. Each takes the words behind its name and returns the exit code.
#ifndef LWS_EXAMPLES_LWSCTL_COMMANDS_H_
#define LWS_EXAMPLES_LWSCTL_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace lwsctl {

int Validate(const std::vector<std::string>& words);
int Render(const std::vector<std::string>& words);
int Simulate(const std::vector<std::string>& words);
int Test(const std::vector<std::string>& words);
int Check(const std::vector<std::string>& words);
int Swarm(const std::vector<std::string>& words);
int Compare(const std::vector<std::string>& words);
int Place(const std::vector<std::string>& words);
int Defragment(const std::vector<std::string>& words);
int ShowCapacity(const std::vector<std::string>& words);
int Explain(const std::vector<std::string>& words);
// The same for the text of a saved state, which `source` names. The words are its flags.
int ExplainText(const std::vector<std::string>& words, const std::string& source, std::string text);
int Install(const std::vector<std::string>& words);
int ShowCustomResources(const std::vector<std::string>& words);

// "lwsctl: MESSAGE" on standard error; returns 1.
int Fail(const absl::Status& status);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_COMMANDS_H_
