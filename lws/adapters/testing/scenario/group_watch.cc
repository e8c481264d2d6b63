#include "lws/adapters/testing/scenario/group_watch.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/strip.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/testing/scenario/ready_moment.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/waiting_groups.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/groups/group_state.h"
#include "lws/rollout/guarantee.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using simulation::ChangeType;
using simulation::ObjectChange;
using simulation::StoredTextAt;

namespace {

// Whether the patch changes fields that revisions cover.
bool ChangesTheTemplate(const Json& patch) {
  const Json spec = patch.value("spec", Json::object());
  return spec.is_object() && (spec.contains("leaderWorkerTemplate") || spec.contains("networkConfig"));
}

// The groups, with those that owe a restart marked as leaving, because a policy must not count on them.
GroupBits Counted(const SetObservation& observation, const GroupBits& bits) {
  GroupBits counted = bits;
  for (const int32_t group : observation.groups_to_restart) {
    if (group < counted.size()) counted.SetLeaving(group, true);
  }
  return counted;
}

}  // namespace

GroupWatch::GroupWatch(Simulation* simulation, std::string namespace_name, ScenarioReport* report)
    : simulation_(simulation), namespace_(std::move(namespace_name)), report_(report) {}

void GroupWatch::OnChange(const ObjectChange& change) {
  const bool is_pod = change.key.kind == "Pod";
  if (is_pod && change.type == ChangeType::kAdded) {
    ++report_->pods_created;
    ++pods_;
  }
  if (is_pod && change.type == ChangeType::kDeleted) --pods_;
  if (!is_pod && change.key.kind != "StatefulSet") return;
  absl::string_view place = change.key.name;
  if (change.key.namespace_name != namespace_ || !absl::ConsumePrefix(&place, report_->set_name) ||
      !absl::ConsumePrefix(&place, "-")) {
    return;
  }
  const int32_t group = ParseIndex(place);
  if (group < 0) return;
  Revisions& revisions = revisions_[group];
  const std::string key =
      change.after == nullptr ? "" : StoredTextAt(*change.after, {"metadata", "labels", kRevisionLabel});
  if (is_pod) {
    revisions.has_leader = change.after != nullptr;
    revisions.leader = key;
  } else {
    revisions.workers = key;
  }
  changed_.insert(group);
}

void GroupWatch::OnPlan(const Plan& plan, const absl::Status& status) {
  for (const Decision& decision : plan.decisions) {
    const bool is_of_pod =
        decision.subject == DecisionSubject::kLeaderPod || decision.subject == DecisionSubject::kWorkerPod;
    if (is_of_pod && status.ok()) report_->groups_restarted += decision.reason == DecisionReason::kRestartGroup;
    if (decision.subject == DecisionSubject::kLeaderStatefulSet && decision.partition >= 0) {
      decision_ = ToString(decision);
    }
  }
}

void GroupWatch::ReadSet() {
  const SharedJson set = simulation_->server().Get({kKind, namespace_, report_->set_name});
  if (set == nullptr) return;
  wanted_.replicas = set->value("/spec/replicas"_json_pointer, 1);
  wanted_.partition = set->value("/spec/rolloutStrategy/rollingUpdateConfiguration/partition"_json_pointer, 0);
  wanted_.size = std::max(1, set->value("/spec/leaderWorkerTemplate/size"_json_pointer, 1));
  wanted_.promised = std::max(0, ScenarioPromisedReady(*set));
}

absl::Status GroupWatch::Edit(const Json& patch) {
  const SetObservation before = simulation_->fleet().ObserveSet(namespace_, report_->set_name);
  const bool is_known = before.leader_statefulset != nullptr && before.groups != nullptr;
  const GroupBits bits = is_known ? Counted(before, before.groups->bits) : GroupBits();
  const int32_t partition = now_.on_delete ? now_.replicas : now_.partition;
  absl::Status status = simulation_->EditSet(namespace_, report_->set_name, patch);
  if (!status.ok()) return status;
  is_updating_ = true;
  ReadSet();
  const bool is_new_template = ChangesTheTemplate(patch);
  if (is_new_template) edited_revision_key_ = revision_key_;
  const int32_t end = is_new_template ? std::min(wanted_.replicas, now_.replicas) : now_.replicas;
  promise_.Edit(Promise::Grounded(wanted_.promised, GuaranteedReady(bits, wanted_.replicas, partition, end)));
  return absl::OkStatus();
}

void GroupWatch::ReadGroup(const GroupBits& bits, int32_t group) {
  if (group >= now_.replicas) {
    mixed_.erase(group);
    return;
  }
  const bool is_ready = bits.IsReady(group);
  const auto found = revisions_.find(group);
  const bool is_there = found != revisions_.end() && found->second.has_leader;
  // A group whose worker StatefulSet does not exist yet is not of a former revision.
  const auto is_former = [this](const std::string& revision) { return !revision.empty() && revision != revision_key_; };
  const bool is_old = is_there && (is_former(found->second.leader) || is_former(found->second.workers));
  char& letter = now_.groups[static_cast<size_t>(group)];
  const char before = letter;
  letter = !is_there ? '.' : is_old ? (is_ready ? 'O' : 'o') : is_ready ? 'N' : 'n';
  has_changed_ = has_changed_ || letter != before;
  const bool is_mixed =
      is_ready && is_there && !found->second.workers.empty() && found->second.workers != found->second.leader;
  if (!is_mixed) mixed_.erase(group);
  if (is_mixed && mixed_.insert(group).second) ++report_->mixed_groups;
}

void GroupWatch::ReadGroups(const ObservedStatefulSet& leader, const GroupBits& bits) {
  const bool is_new_frame = leader.meta.revision_key != revision_key_ || leader.replicas != now_.replicas;
  now_.replicas = leader.replicas;
  now_.partition = leader.partition;
  now_.on_delete = leader.on_delete;
  now_.groups.resize(static_cast<size_t>(std::max(0, leader.replicas)), '.');
  revision_key_ = leader.meta.revision_key;
  if (is_new_frame || !has_state_) {
    for (int32_t group = 0; group < leader.replicas; ++group) ReadGroup(bits, group);
  }
  for (const int32_t group : changed_) ReadGroup(bits, group);
  changed_.clear();
  now_.ready = bits.CountReady(0, leader.replicas);
  const int32_t from = std::min(wanted_.partition, leader.replicas);
  is_done_ = leader.replicas == wanted_.replicas && now_.ready == leader.replicas &&
             bits.CountDone(from, leader.replicas) == leader.replicas - from;
}

int32_t GroupWatch::Guarantee(const SetObservation& observation, const GroupBits& bits) const {
  const int32_t end = revision_key_ == edited_revision_key_ ? std::min(wanted_.replicas, now_.replicas) : now_.replicas;
  const int32_t partition = now_.on_delete ? now_.replicas : now_.partition;
  if (observation.groups_to_restart.empty()) return GuaranteedReady(bits, wanted_.replicas, partition, end);
  return GuaranteedReady(Counted(observation, bits), wanted_.replicas, partition, end);
}

void GroupWatch::CheckPromise(const SetObservation& observation, const GroupBits& bits) {
  if (is_updating_) {
    NoteScenarioReady({now_.time, now_.ready, wanted_.replicas, wanted_.promised}, promise_.groups(), report_);
    is_updating_ = !is_done_;
  }
  // Only a promise below the floor can be raised.
  if (promise_.groups() < wanted_.promised) {
    promise_.Raise(Promise::Grounded(wanted_.promised, Guarantee(observation, bits)));
  }
}

bool GroupWatch::IsDue(const Reported& present, int32_t step) const {
  if (!has_state_ || present.replicas != reported_.replicas) return true;
  if (step > 0) {
    return std::abs(present.ready - reported_.ready) >= step || std::abs(present.updated - reported_.updated) >= step;
  }
  return has_changed_ || present.partition != reported_.partition || present.ready != reported_.ready ||
         present.on_delete != reported_.on_delete || present.promised_ready != reported_.promised_ready;
}

std::optional<TimelineEntry> GroupWatch::Look(absl::Duration time, int32_t step) {
  // Until now the state was that of the last look.
  report_->wasted_pod_time +=
      (time - last_look_) * std::max<int64_t>(0, pods_before_ - int64_t{now_.ready} * wanted_.size);
  last_look_ = time;
  pods_before_ = pods_;
  SetObservation observation = simulation_->fleet().ObserveSet(namespace_, report_->set_name);
  if (observation.leader_statefulset == nullptr) return std::nullopt;
  if (!has_state_) ReadSet();
  GroupFacts whole;
  if (observation.groups == nullptr) {
    observation = simulation_->fleet().ObserveWholeSet(namespace_, report_->set_name);
    whole = internal::ReadGroups(observation, observation.leader_statefulset->meta.revision_key);
  }
  const GroupBits& bits = observation.groups == nullptr ? whole.bits : observation.groups->bits;
  now_.time = time;
  now_.promised_ready = wanted_.promised;
  now_.decision = decision_;
  ReadGroups(*observation.leader_statefulset, bits);
  report_->surge_used = std::max(report_->surge_used, now_.replicas - wanted_.replicas);
  CheckPromise(observation, bits);
  const Reported present = {now_.partition,      now_.replicas,
                            now_.ready,          step > 0 ? bits.CountDone(0, now_.replicas) : 0,
                            now_.promised_ready, now_.on_delete};
  if (!IsDue(present, step)) return std::nullopt;
  reported_ = present;
  has_changed_ = false;
  has_state_ = true;
  return now_;
}

void GroupWatch::Finish(absl::Duration time) {
  report_->duration = time;
  report_->finished = is_done_;
  report_->ready = now_.ready;
  report_->updated = static_cast<int32_t>(std::count(now_.groups.begin(), now_.groups.end(), 'N'));
  report_->wanted = wanted_.replicas;
  if (is_done_) return;
  report_->waiting = ScenarioWaitingPods(simulation_, namespace_, report_->set_name,
                                         std::max(now_.replicas, wanted_.replicas), wanted_.size);
  report_->held = decision_;
  ReadRefusals();
}

// Reads the refusals of the set's own objects: those named like the set, or like a group or a pod of it.
void GroupWatch::ReadRefusals() {
  for (const auto& [key, refusal] : simulation_->server().refusals()) {
    absl::string_view rest = key.name;
    const bool is_of_set = key.namespace_name == namespace_ && absl::ConsumePrefix(&rest, report_->set_name);
    if (!is_of_set || (!rest.empty() && rest.front() != '-')) continue;
    const bool is_reported =
        std::find(report_->refused.begin(), report_->refused.end(), refusal) != report_->refused.end();
    if (!is_reported) report_->refused.push_back(refusal);
  }
}

}  // namespace lws::internal
