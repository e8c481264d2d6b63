#include "examples/lwsctl/refused_children.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/refusal.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/disaggregated/desired_roles.h"
#include "lws/core/reconcile/refused_objects.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// The field of the DisaggregatedSet from which the field of a role's child comes.
std::string FieldOfSet(int role, const std::string& field) {
  const std::string of_role = absl::StrCat("spec.roles[", role, "]");
  if (absl::StartsWith(field, "spec")) return absl::StrCat(of_role, ".", field);
  return absl::StartsWith(field, "metadata.annotations") ? absl::StrCat(of_role, ".", field) : of_role;
}

// What is said of the child; nothing when it and its objects will be accepted.
std::vector<RefusedChild> RefusedOf(const lws::DisaggregatedSet& set, int role, const lws::Json& child) {
  const std::string& name = set.spec().roles(role).name();
  const lws::SetAdmission admission = lws::AdmitSet(child);
  if (admission.set == nullptr) {
    return {{FieldOfSet(role, admission.errors[0].field),
             absl::StrCat("the LeaderWorkerSets of role ", name,
                          " will be refused: ", lws::JoinFieldErrors(admission.errors)),
             true}};
  }
  std::vector<RefusedChild> refused;
  for (const lws::RefusedObject& object : lws::RefusedObjectsOf(*admission.set)) {
    refused.push_back({FieldOfSet(role, FieldOfRefusal(object, child)),
                       absl::StrCat("of the LeaderWorkerSets of role ", name, ": ", DescribeRefusal(object)),
                       object.is_certain});
  }
  return refused;
}

}  // namespace

std::vector<RefusedChild> RefusedChildren(const lws::DisaggregatedSet& set) {
  const int32_t last = lws::SpecSlices(set) - 1;
  const absl::StatusOr<std::vector<lws::DesiredRole>> first_slice = lws::DesiredRoles(set, 0);
  const absl::StatusOr<std::vector<lws::DesiredRole>> last_slice = lws::DesiredRoles(set, last);
  if (!first_slice.ok()) return {{"spec.roles", std::string(first_slice.status().message()), true}};
  if (!last_slice.ok()) return {{"spec.roles", std::string(last_slice.status().message()), true}};
  std::vector<RefusedChild> refused;
  for (int role = 0; role < set.spec().roles_size(); ++role) {
    const auto index = static_cast<size_t>(role);
    std::vector<RefusedChild> of_role = RefusedOf(set, role, *(*first_slice)[index].child);
    if (of_role.empty() && last > 0) of_role = RefusedOf(set, role, *(*last_slice)[index].child);
    refused.insert(refused.end(), of_role.begin(), of_role.end());
  }
  return refused;
}

}  // namespace lwsctl
