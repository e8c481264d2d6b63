#include "lws/adapters/simulation/numbers/simulated_leaders.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "lws/api/applied_fields.h"
#include "lws/core/fleet/packed_group.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

void SimulatedLeaders::Apply(const ActionObject& object) {
  const ActionObject::Numbers numbers = *object.numbers();
  LeaderRollout::Spec spec = leaders_.spec();
  if (object.base() != base_) {
    base_ = object.base();
    const Json document = object.Document();
    absl::StatusOr<ObservedStatefulSet> observed = ObserveStatefulSet(document);
    if (!observed.ok()) return errors_.Keep(observed.status());
    observed->meta.uid = kSimulatedUid;
    observed->applied = base_;
    observed->applied_core = DigestOfAppliedStatefulSet(document);
    const absl::StatusOr<RevisionId> revision =
        fleet_.numbers().OfRevision(groups_.set_number(), observed->meta.revision_key);
    if (!revision.ok()) return errors_.Keep(revision.status());
    observed_ = *std::move(observed);
    spec.revision = *revision;
    spec.max_unavailable = document.value("/spec/updateStrategy/rollingUpdate/maxUnavailable"_json_pointer, 1);
  }
  spec.partition = numbers.partition;
  spec.replicas = numbers.replicas;
  spec.on_delete = numbers.on_delete;
  exists_ = true;
  groups_.Grow(spec.replicas);
  leaders_.Apply(spec);
}

void SimulatedLeaders::Sync() {
  leaders_.Sync(&work_);
  for (const auto& [ordinal, revision] : work_.create) {
    groups_.At(ordinal).leader_revision = revision;
    lives_.StartPod(ordinal, 0);
  }
  for (const int32_t ordinal : work_.stop) lives_.StopPod(ordinal, 0);
  Tell();
}

void SimulatedLeaders::Tell() {
  const LeaderRollout::Spec& spec = leaders_.spec();
  const bool same = observed_.partition == spec.partition && observed_.replicas == spec.replicas &&
                    observed_.on_delete == spec.on_delete && observed_.status_replicas == leaders_.status_replicas() &&
                    (observed_.current_revision == observed_.update_revision) == leaders_.is_complete() &&
                    !observed_.meta.resource_version.empty();
  if (same) return;
  observed_.partition = spec.partition;
  observed_.replicas = spec.replicas;
  observed_.on_delete = spec.on_delete;
  observed_.status_replicas = leaders_.status_replicas();
  observed_.current_revision = leaders_.is_complete() ? "update" : "current";
  observed_.update_revision = "update";
  observed_.meta.resource_version = std::to_string(watches_.NextVersion());
  fleet_.AddStatefulSet(observed_);
}

}  // namespace lws::internal
