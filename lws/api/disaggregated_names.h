// Names and keys of a DisaggregatedSet and of the objects that serve it.
//
//   lws::ChildName("llm", 0, "daf1923f", "prefill");          // "llm-0-daf1923f-prefill"
//   lws::RoleServiceName("llm-0-daf1923f-prefill");           // "llm-0-daf1923f-prefill-prv"
//   lws::SliceOfLabel("3");                                   // 3
//   lws::SliceOfLabel("03");                                  // nullopt
//
// A child is a LeaderWorkerSet of one slice, revision and role. Source of all names: the DisaggregatedSet API, group
// disaggregatedset.x-k8s.io/v1.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_DISAGGREGATED_NAMES_H_
#define LWS_API_DISAGGREGATED_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace lws {

inline constexpr char kDisaggregatedSetApiVersion[] = "disaggregatedset.x-k8s.io/v1";
inline constexpr char kDisaggregatedSetKind[] = "DisaggregatedSet";
inline constexpr char kRoleScalerKind[] = "DisaggregatedSetRoleScaler";

// On children and Services, and on the pod templates of children; the first two on scalers as well.
inline constexpr char kDisaggregatedNameLabel[] = "disaggregatedset.x-k8s.io/name";
inline constexpr char kRoleLabel[] = "disaggregatedset.x-k8s.io/role";
inline constexpr char kSliceLabel[] = "disaggregatedset.x-k8s.io/slice";
inline constexpr char kDisaggregatedRevisionLabel[] = "disaggregatedset.x-k8s.io/revision";
// On children and their pod templates: SET-SLICE-ROLE.
inline constexpr char kAppLabel[] = "app";
// On children of an old revision: their replicas when the rollout away from it began.
inline constexpr char kInitialReplicasAnnotation[] = "disaggregatedset.x-k8s.io/initial-replicas";

// Values of the API's enumerations.
inline constexpr char kExternalScaling[] = "External";
inline constexpr char kPlacementNone[] = "None";
inline constexpr char kExclusiveSlice[] = "ExclusiveSlice";
inline constexpr char kExclusiveTopology[] = "ExclusiveTopology";

// SET-SLICE-REVISION-ROLE.
std::string ChildName(absl::string_view set, int32_t slice, absl::string_view revision, absl::string_view role);

// SET-REVISION-ROLE: the name of a child of slice 0 that was made before there were slices.
std::string LegacyChildName(absl::string_view set, absl::string_view revision, absl::string_view role);

// CHILD-prv.
std::string RoleServiceName(absl::string_view child);

// SET-ROLE.
std::string RoleScalerName(absl::string_view set, absl::string_view role);

// SET-SLICE-ROLE, the value of the label `app`.
std::string RoleAppName(absl::string_view set, int32_t slice, absl::string_view role);

// The slice that a slice label names. An empty label names slice 0, as a missing one does. Returns nullopt for a text
// that is not the plain decimal form of a number from 0 on; an object with such a label belongs to no slice.
std::optional<int32_t> SliceOfLabel(absl::string_view label);

}  // namespace lws

#endif  // LWS_API_DISAGGREGATED_NAMES_H_
