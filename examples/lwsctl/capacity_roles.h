// `lwsctl capacity` of DisaggregatedSets: how many more slices fit, and whether the surge of a rollout does.
#ifndef LWS_EXAMPLES_LWSCTL_CAPACITY_ROLES_H_
#define LWS_EXAMPLES_LWSCTL_CAPACITY_ROLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "examples/lwsctl/capacity_question.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/shown_names.h"
#include "lws/api/json.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

struct SliceQuestion {
  Question question;
  lws::SetPlacement placement;
  ClusterInput cluster;
  ShownNames shown;
};

struct SliceAnswer {
  lws::Json document;
  std::string table;
  bool all_enough = true;
};

// Each set is asked about alone. Sets that are not looked at before the command is stopped are left out. Errors:
// InvalidArgument for a file that also has LeaderWorkerSets, and those of CountTogetherHeadroom and PlaceSlices.
absl::StatusOr<SliceAnswer> AnswerForSlices(const std::vector<SetOfEitherKind>& sets, const SliceQuestion& asked);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CAPACITY_ROLES_H_
