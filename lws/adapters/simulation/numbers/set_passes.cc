#include "lws/adapters/simulation/numbers/set_passes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/pod_name.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/plan/action_object.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

SetPasses::SetPasses(const SetReconcileOptions& options, std::function<void(const Event&)> on_event,
                     SimulatedGroups* groups, Fleet* fleet, PodLives* lives, SimulatedLeaders* leaders,
                     LateWatches* watches, FaultyWrites* writes, PassSchedule* schedule, Chance* chance,
                     SimulationErrors* errors)
    : options_(options),
      on_event_(std::move(on_event)),
      groups_(*groups),
      fleet_(*fleet),
      lives_(*lives),
      leaders_(*leaders),
      watches_(*watches),
      writes_(*writes),
      schedule_(*schedule),
      chance_(*chance),
      errors_(*errors) {}

void SetPasses::Adopt(LeaderWorkerSet set) {
  set_ = std::move(set);
  fleet_.AddSet(*set_);
}

bool SetPasses::DeleteLeader(const Action& action) {
  const int32_t group = ParsePodName(action.target.name)->ordinal;  // the plan named a leader, so its name parses
  const bool is_as_seen = action.uid == PackedUidText(NumberedPodUid(group, 0, groups_.PodOf(group, 0).life)) &&
                          action.resource_version == absl::StrCat(groups_.At(group).leader_version);
  if (!is_as_seen || !lives_.StopGroup(group)) return false;
  watches_.TellGroupNow(group);
  return true;
}

bool SetPasses::Perform(const Action& action) {
  if (action.verb == Verb::kDelete && action.target.kind == "Pod") return DeleteLeader(action);
  if (action.verb == Verb::kDelete) {
    fleet_.Remove(action.target.kind, action.target.namespace_name, action.target.name);
  } else if (action.verb == Verb::kUpdateStatus) {
    *set_->mutable_status() = *action.object.status();
    fleet_.TellStatus(groups_.set_number(), set_->status());
  } else if (action.verb == Verb::kApply) {
    leaders_.Apply(action.object);
  } else if (action.verb == Verb::kPatch) {
    errors_.Keep(Edit(action.object.Document()));
  } else {
    Json document = action.object.Document();
    document["metadata"]["uid"] = kSimulatedUid;
    errors_.Keep(fleet_.Add(document));
  }
  return true;
}

absl::Status SetPasses::Edit(const Json& patch) {
  if (!set_.has_value()) return absl::NotFoundError("there is no set to edit");
  absl::StatusOr<LeaderWorkerSet> next = AdmitSimulatedEdit(*set_, patch);
  if (!next.ok()) return next.status();
  if (std::max(1, next->spec().leader_worker_template().size()) != groups_.size()) {
    return absl::InvalidArgumentError("spec.leaderWorkerTemplate.size: cannot change in this simulation");
  }
  if (next->spec().SerializeAsString() != set_->spec().SerializeAsString()) {
    next->mutable_metadata()->set_generation(set_->metadata().generation() + 1);
  }
  Adopt(*std::move(next));
  return absl::OkStatus();
}

void SetPasses::Run(absl::Time now) {
  schedule_.Begin();
  SetObservation observation = fleet_.ObserveSet(groups_.set_number());
  facts_ = observation.groups;
  observation.rollout_progress = rollout_progress_.get();
  chance_.JumpClock(&clock_error_);
  const Plan plan = ReconcileSet(observation, now + clock_error_, options_);
  errors_.plan = plan.error;
  if (plan.rollout_progress != nullptr) rollout_progress_ = plan.rollout_progress;
  if (plan.requeue_after.has_value()) schedule_.LookAgain(*plan.requeue_after);
  for (const Action& action : plan.actions) {
    const WriteOutcome write = writes_.Next();
    const bool is_performed = write != WriteOutcome::kNotDone && Perform(action);
    if (is_performed && write == WriteOutcome::kDone) continue;
    schedule_.MakeDue();
    break;
  }
  if (!on_event_) return;
  for (const Event& event : plan.events) on_event_(event);
}

absl::StatusOr<RevisionId> SetPasses::NewestRevision() {
  const SetObservation observation = fleet_.ObserveSet(groups_.set_number());
  return fleet_.numbers().OfRevision(groups_.set_number(), observation.digest->revision_key);
}

}  // namespace lws::internal
