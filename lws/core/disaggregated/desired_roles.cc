#include "lws/core/disaggregated/desired_roles.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/role_objects.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// What a scaler asks for that was created before its role had any child.
constexpr int32_t kReplicasOfNewScaler = 1;

// The child of these labels, as far as its Service depends on it.
ObservedChild NamedChild(const DisaggregatedSet& set, const std::string& role, int32_t slice,
                         const std::string& revision) {
  ObservedChild child;
  child.meta.name = ChildName(set.metadata().name(), slice, revision, role);
  child.labels = {set.metadata().name(), role, absl::StrCat(slice), revision};
  return child;
}

}  // namespace

absl::StatusOr<std::vector<DesiredRole>> DesiredRoles(const DisaggregatedSet& set, int32_t slice) {
  const std::string revision = DisaggregatedRevisionKey(DisaggregatedRevisionData(set));
  std::vector<DesiredRole> desired;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    const int32_t replicas = IsExternalRole(role) ? kReplicasOfNewScaler : RoleSpecReplicas(role);
    absl::StatusOr<Json> child = internal::RoleChildObject(set, role, slice, revision, replicas);
    if (!child.ok()) return child.status();
    Json service = internal::RoleServiceObject(set, NamedChild(set, role.name(), slice, revision));
    desired.push_back(
        {std::make_shared<const Json>(*std::move(child)), std::make_shared<const Json>(std::move(service))});
  }
  return desired;
}

std::vector<SharedJson> DesiredScalers(const DisaggregatedSet& set) {
  std::vector<SharedJson> scalers;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    if (!IsExternalRole(role)) continue;
    scalers.push_back(std::make_shared<const Json>(internal::RoleScalerObject(set, role, kReplicasOfNewScaler)));
  }
  return scalers;
}

}  // namespace lws
