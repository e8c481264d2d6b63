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

int RunValidate(const std::vector<std::string>& words);
int RunRender(const std::vector<std::string>& words);
int RunSimulate(const std::vector<std::string>& words);
int RunTest(const std::vector<std::string>& words);
int RunCheck(const std::vector<std::string>& words);
int RunSwarm(const std::vector<std::string>& words);
int RunCompare(const std::vector<std::string>& words);
int RunPlace(const std::vector<std::string>& words);
int RunDefragment(const std::vector<std::string>& words);
int RunCapacity(const std::vector<std::string>& words);
int RunExplain(const std::vector<std::string>& words);
// The same for the text of a saved state, which `source` names. The words are its flags. The kinds `unread` could not
// be read, so that even with --complete nothing is known about them.
int RunExplainOfText(const std::vector<std::string>& words, const std::string& source, std::string text,
                     const std::set<std::string>& unread);
int RunInstall(const std::vector<std::string>& words);
int RunCustomResources(const std::vector<std::string>& words);

// "lwsctl: MESSAGE" on standard error. Returns kFinding for FailedPrecondition, which is the code of sets that the API
// server would refuse and of edits that a set does not admit, kFault for DataLoss, which is that of WriteFile, and
// kWrongUse for all other errors.
int Fail(const absl::Status& status);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_COMMANDS_H_
