// The commands of lwsctl. Each takes the words behind its name and returns the exit code.
//
// Exit codes mean the same for every command.
#ifndef LWS_EXAMPLES_LWSCTL_COMMANDS_H_
#define LWS_EXAMPLES_LWSCTL_COMMANDS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace lwsctl {

inline constexpr int kAsWished = 0;
// What was asked about is not so: a set is refused, does not finish, breaks a law or has no place; two things differ.
inline constexpr int kFinding = 1;
// A flag or file that the command does not take, cannot read, or cannot perform: an event for a node that does not
// exist.
inline constexpr int kWrongUse = 2;
// The command cannot go on: there is not enough memory, or no place for what it writes.
inline constexpr int kFault = 3;

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
// The same for the text of a saved state, which `source` names. The words are its flags. The kinds `unread` could not
// be read, so that even with --complete nothing is known about them.
int ExplainText(const std::vector<std::string>& words, const std::string& source, std::string text,
                const std::set<std::string>& unread);
int Install(const std::vector<std::string>& words);
int ShowCustomResources(const std::vector<std::string>& words);

// "lwsctl: MESSAGE" on standard error. Returns kFinding for FailedPrecondition, which is the code of sets that the API
// server would refuse and of edits that a set does not admit, kFault for DataLoss, which is that of WriteFile, and
// kWrongUse for all other errors.
int Fail(const absl::Status& status);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_COMMANDS_H_
