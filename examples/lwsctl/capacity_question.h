// What `lwsctl capacity` is asked, and the answers' common parts.
#ifndef LWS_EXAMPLES_LWSCTL_CAPACITY_QUESTION_H_
#define LWS_EXAMPLES_LWSCTL_CAPACITY_QUESTION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/input.h"
#include "lws/api/json.h"
#include "lws/placement/capacity.h"

namespace lwsctl {

struct Question {
  ClusterQuestion cluster;
  // How many nodes are added, by the name of the node that they are like.
  std::map<std::string, int> added;
  std::optional<int> groups;
  bool asks_for_surge = false;
  // The node of which the user asks how many more are enough; empty for none.
  std::string like;

  bool finds_added() const { return !like.empty(); }
  bool asks_for_groups() const { return groups.has_value() || asks_for_surge; }
};

// --without, --groups and --add. Errors: InvalidArgument naming the flag.
absl::StatusOr<Question> ReadQuestion(const Arguments& arguments);

// The fewest nodes that are enough, if the user asked for them.
struct FewestAdded {
  std::optional<int> nodes;
  bool is_fewest = false;
  int at_least = 0;  // fewer are certainly not enough
};

// Whether as many fit as are wanted. Where a count is a bound, this may be unknown.
enum class Enough { kYes, kNo, kUnknown };

// What a judgement of a cluster is for: to find how many nodes are enough, or to be shown.
enum class JudgedFor { kSearch, kAnswer };
using JudgeRoom = absl::FunctionRef<absl::StatusOr<Enough>(const lws::Capacity& capacity, JudgedFor purpose)>;

// Judges the cluster with the nodes that the question adds, last of all for the answer. If the user asks for the number
// of nodes, `added` gets it; without enough nodes it gets none, and the cluster judged last has as many as are tried at
// most. Errors: those of `judge`, and Cancelled when the command is stopped.
absl::Status JudgeWithAddedNodes(const Question& question, const ClusterInput& cluster, JudgeRoom judge,
                                 FewestAdded* added);

// At least `fits` and at most `at_most` fit. What nobody wants is enough.
Enough EnoughFor(int64_t fits, int64_t at_most, const std::optional<int>& wanted);

// What is wanted, as a table says it: "4", "1 of a rollout's surge", "1 of a rollout's surge and 2 that do not run
// yet".
std::string WantedText(const Question& question, const std::optional<int>& wanted, int missing);

// " with 3 more nodes like c1, the fewest for 4", " with 3 more nodes like c1, enough for 4; at least 2 are needed"; ""
// when the number was not asked for or is not known. `wanted` may be empty.
std::string AddedText(const Question& question, const FewestAdded& added, const std::string& wanted);

// The same, or ", too few for 4", ", perhaps too few for 4", ...; "" when
// nothing is wanted.
std::string EnoughText(const Question& question, const FewestAdded& added, const std::string& wanted, Enough enough);

// " beside the missing pods of 2 groups that run in part"; "" when room is kept for those of none. `unit` is "group" or
// "slice".
std::string BesideText(size_t completed, absl::string_view unit);

// The fields "enough", which is null when it is unknown, and "outcome".
void AddToJson(Enough enough, lws::Json* json);

void AddToJson(const FewestAdded& added, lws::Json* json);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CAPACITY_QUESTION_H_
