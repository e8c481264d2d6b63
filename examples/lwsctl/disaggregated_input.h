// DisaggregatedSets in the files of lwsctl.
#ifndef LWS_EXAMPLES_LWSCTL_DISAGGREGATED_INPUT_H_
#define LWS_EXAMPLES_LWSCTL_DISAGGREGATED_INPUT_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/input.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json.h"
#include "lws/rollout/role_policies.h"

namespace lwsctl {

// "" for an object of that kind with the right apiVersion, else what kubectl says of it.
std::string WhyNoDisaggregatedSet(const lws::Json& object);

// The set as it is once it was created: a generated name is completed, and a set without a UID gets one of zeros, which
// the owner references of its objects need.
lws::DisaggregatedSet AsIfCreated(lws::DisaggregatedSet set);

// A DisaggregatedSet that the API server would admit.
struct DisaggregatedManifest {
  std::shared_ptr<const lws::DisaggregatedSet> set;  // AsIfCreated
  std::string where;                                 // "FILE:LINE"
  lws::SharedJson object;                            // as it is written, in a namespace
  PlaceInFile place;                                 // of a set that ReadSetsOfBothKinds read
};

// The manifest is the field `field` of the object, or the object itself for "". Warnings go to standard error. Errors:
// InvalidArgument "FILE:LINE: ..." for a set that would not be admitted.
absl::StatusOr<DisaggregatedManifest> CheckDisaggregatedSet(const InputFile& file, const lws::ManifestObject& object,
                                                            const std::string& field, const lws::Json& given,
                                                            UnknownFields unknown);

using SetOfEitherKind = std::variant<SetManifest, DisaggregatedManifest>;

// The LeaderWorkerSets and DisaggregatedSets of a file, and inside other objects, in its order. Errors: those of
// ReadSets and CheckDisaggregatedSet.
absl::StatusOr<std::vector<SetOfEitherKind>> ReadSetsOfBothKinds(const std::string& path, UnknownFields unknown);

// The first of them. If there are more, standard error tells that they are not looked at.
absl::StatusOr<SetOfEitherKind> ReadSetOfEitherKind(const std::string& path, UnknownFields unknown);

// "reference", ...: the policies for roles, in the order of lws/rollout/role_policies.h.
std::vector<absl::string_view> RolePolicyNames();

// Errors: InvalidArgument "FLAG: NAME is none of reference, ...".
absl::StatusOr<lws::NamedRolePolicy> ReadRolePolicy(const std::string& flag, const std::string& name);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_DISAGGREGATED_INPUT_H_
