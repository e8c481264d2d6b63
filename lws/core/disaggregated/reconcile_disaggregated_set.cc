#include "lws/core/disaggregated/reconcile_disaggregated_set.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/strict_integer.h"
#include "lws/core/disaggregated/disaggregated_objects.h"
#include "lws/core/disaggregated/role_scalers.h"
#include "lws/core/disaggregated/role_status.h"
#include "lws/core/disaggregated/roles_at_rest.h"
#include "lws/core/disaggregated/slice_pass.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::AreRolesAtRest;
using internal::DisaggregatedChild;
using internal::DisaggregatedObjects;
using internal::NextDisaggregatedStatus;
using internal::ParseStrictInteger;
using internal::PlanBuilder;
using internal::RoleScalers;
using internal::RoleTally;
using internal::SlicePass;

namespace {

class DisaggregatedPass {
 public:
  DisaggregatedPass(const DisaggregatedObservation& observation, absl::Time now, const DisaggregatedOptions& options)
      : set_(*observation.set),
        now_(now),
        options_(options),
        plan_(kDisaggregatedSetKind, set_.metadata().namespace_(), set_.metadata().name()),
        objects_(observation, RevisionOf(observation), &plan_),
        scalers_(observation, &plan_) {}

  Plan Run() {
    if (options_.mends && set_.metadata().has_deletion_timestamp()) {
      plan_.Because(DecisionReason::kSetTerminating, DecisionSubject::kSlice, "nothing is done for any slice");
      return plan_.Take();
    }
    DeleteRemovedSlices();
    scalers_.Reconcile(&objects_);
    if (SpecSlices(set_) > 1) DeleteLegacyChildren();
    bool looks_again = false;
    std::vector<std::string> errors;
    for (int32_t slice = 0; slice < SpecSlices(set_); ++slice) {
      SlicePass pass(set_, slice, options_, scalers_, &objects_, &plan_);
      const absl::Status status = pass.Run();
      if (!status.ok()) errors.push_back(absl::StrCat("slice ", slice, ": ", status.message()));
      looks_again = looks_again || pass.looks_again();
    }
    scalers_.WriteStatus(&objects_, now_);
    WriteStatus();
    if (!errors.empty()) return plan_.Fail(absl::FailedPreconditionError(absl::StrJoin(errors, "\n")));
    return looks_again ? plan_.Again(internal::kSliceRetry) : plan_.Take();
  }

 private:
  static std::string RevisionOf(const DisaggregatedObservation& observation) {
    if (!observation.revision.empty()) return observation.revision;
    return DisaggregatedRevisionKey(DisaggregatedRevisionData(*observation.set));
  }

  // The slice in a label, if the set no longer has this slice.
  std::optional<int64_t> RemovedSlice(const std::string& label) const {
    const std::optional<int64_t> slice = ParseStrictInteger(label);
    return slice.has_value() && *slice >= SpecSlices(set_) ? slice : std::nullopt;
  }

  void DeleteRemovedSlices() {
    for (DisaggregatedChild* child : objects_.Children()) {
      const std::optional<int64_t> slice = RemovedSlice(child->labels().slice);
      if (!slice.has_value()) continue;
      objects_.DeleteChild(child);
      plan_.Tell("LWSDeleted", "Delete", absl::StrCat("Deleted LWS ", child->name(), " for removed slice ", *slice));
    }
    for (const ObservedRoleService* service : objects_.Services()) {
      if (RemovedSlice(service->labels.slice).has_value()) objects_.DeleteService(service->meta.name);
    }
  }

  // Deletes children of the target revision that were made before there were slices. They are created again with the
  // slice in their names and labels.
  void DeleteLegacyChildren() {
    for (const DisaggregatedRole& role : set_.spec().roles()) {
      const std::string name = LegacyChildName(set_.metadata().name(), objects_.revision(), role.name());
      DisaggregatedChild* child = objects_.FindChild(name);
      if (child == nullptr || !objects_.IsControlled(*child) || !child->labels().slice.empty()) continue;
      objects_.DeleteService(RoleServiceName(name));
      objects_.DeleteChild(child);
      plan_.Tell("LWSDeleted", "Migrate",
                 absl::StrCat("Deleted legacy slice-0 LWS ", name, " to recreate it in slice-aware form"));
    }
  }

  RoleTally Tally(const DisaggregatedRole& role, const std::vector<DisaggregatedChild*>& children) const {
    RoleTally tally;
    tally.name = role.name();
    for (const DisaggregatedChild* child : children) {
      if (child->labels().role != role.name()) continue;
      tally.replicas += child->object->status_replicas;
      tally.ready += child->object->ready_replicas;
      if (child->labels().revision == objects_.revision()) tally.updated += child->object->updated_replicas;
    }
    tally.wanted = int64_t{scalers_.Wanted(role, nullptr)} * SpecSlices(set_);
    tally.lacks_scaler = IsExternalRole(role) && scalers_.Find(role.name()) == nullptr;
    return tally;
  }

  void WriteStatus() {
    const std::vector<DisaggregatedChild*> children = objects_.Children();
    std::vector<RoleTally> tallies;
    for (const DisaggregatedRole& role : set_.spec().roles()) tallies.push_back(Tally(role, children));
    const std::optional<DisaggregatedSetStatus> status = NextDisaggregatedStatus(set_, tallies, now_);
    if (!status.has_value()) return;
    plan_.Because(DecisionReason::kStatusChanged, DecisionSubject::kDisaggregatedSet);
    Action& action = plan_.UpdateStatus(
        {{"apiVersion", kDisaggregatedSetApiVersion},
         {"kind", kDisaggregatedSetKind},
         {"metadata", {{"name", set_.metadata().name()}, {"namespace", set_.metadata().namespace_()}}},
         {"status", DisaggregatedSetStatusToJson(*status)}});
    action.uid = set_.metadata().uid();
    action.resource_version = set_.metadata().resource_version();
  }

  const DisaggregatedSet& set_;
  const absl::Time now_;
  const DisaggregatedOptions& options_;
  PlanBuilder plan_;
  DisaggregatedObjects objects_;
  RoleScalers scalers_;
};

}  // namespace

Plan ReconcileDisaggregatedSet(const DisaggregatedObservation& observation, absl::Time now,
                               const DisaggregatedOptions& options) {
  if (observation.set == nullptr) return Plan();
  const bool is_at_rest = !observation.revision.empty() && AreRolesAtRest(observation, observation.revision, options);
  if (is_at_rest) return Plan();
  return DisaggregatedPass(observation, now, options).Run();
}

}  // namespace lws
