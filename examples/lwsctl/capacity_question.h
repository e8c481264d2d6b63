// What `lwsctl capacity` is asked, and the answers' common parts.
#ifndef LWS_EXAMPLES_LWSCTL_CAPACITY_QUESTION_H_
#define LWS_EXAMPLES_LWSCTL_CAPACITY_QUESTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/input.h"
#include "lws/api/json.h"
#include "lws/placement/added_nodes.h"
#include "lws/placement/capacity.h"

namespace lwsctl {

struct Question {
  ClusterQuestion cluster;
  int added = 0;
  std::optional<int> groups;
  bool asks_for_surge = false;
  // Whether the user asks for the number of nodes to add.
  bool finds_added = false;

  bool asks_for_groups() const { return groups.has_value() || asks_for_surge; }
};

// --without, --groups and --add. Errors: InvalidArgument naming the flag.
absl::StatusOr<Question> ReadQuestion(const Arguments& arguments);

// The fewest nodes that are enough, if the user asked for them.
struct FewestAdded {
  std::optional<int> nodes;
  bool is_fewest = false;
};

// The cluster with the nodes that the question adds. If the user asks for their number, `added` gets it; without enough
// nodes, it gets none, and the cluster has as many as are tried at most. Errors: those of `room_in`, and Cancelled when
// the command is stopped.
absl::StatusOr<lws::Capacity> WithAddedNodes(const Question& question, const ClusterInput& cluster, lws::RoomIn room_in,
                                             FewestAdded* added);

// " with 3 more nodes like c1, which are the fewest for 4", ", too few for 4", ...; "" when no number is wanted.
std::string EnoughText(const Question& question, const FewestAdded& added, const std::optional<int>& wanted,
                       bool is_enough);

void AddToJson(const FewestAdded& added, lws::Json* json);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CAPACITY_QUESTION_H_
