#include "lws/core/groups/status.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/spec_counts.h"
#include "lws/api/well_known.h"

namespace lws::internal {
namespace {

enum class ConditionKind { kAvailable, kProgressing, kStalled, kUpdateInProgress };

// Views, whose lengths are compared first: a pass at rest compares little else.
struct ConditionText {
  absl::string_view type;
  absl::string_view status;
  absl::string_view reason;
  absl::string_view message;
};

constexpr absl::string_view kTrue = "True";
constexpr absl::string_view kFalse = "False";

ConditionText TextOf(ConditionKind kind) {
  switch (kind) {
    case ConditionKind::kAvailable:
      return {"Available", kTrue, "AllGroupsReady", "All replicas are ready"};
    case ConditionKind::kProgressing:
      return {"Progressing", kTrue, "GroupsProgressing", "Replicas are progressing"};
    case ConditionKind::kStalled:
      return {"Progressing", kFalse, "ProgressDeadlineExceeded", "No group was done within the deadline"};
    case ConditionKind::kUpdateInProgress:
      return {"UpdateInProgress", kTrue, "GroupsUpdating", "Rolling Upgrade is in progress"};
  }
  return {"", "", "", ""};
}

// Whether the two conditions cannot both be True. Conditions of other types belong to somebody else.
bool Excludes(absl::string_view a, absl::string_view b) {
  const auto is_progress = [](absl::string_view type) { return type == "Progressing" || type == "UpdateInProgress"; };
  return (a == "Available" && is_progress(b)) || (b == "Available" && is_progress(a));
}

int32_t SpecPartition(const LeaderWorkerSet& set) {
  return set.spec().rollout_strategy().rolling_update_configuration().partition();
}

// The conditions that should be True, or stalled. An event is recorded for the first one.
absl::InlinedVector<ConditionKind, 2> Wanted(const StatusCounts& counts, int32_t replicas,
                                             RolloutProgressing progressing) {
  const ConditionKind progress =
      progressing == RolloutProgressing::kStalled ? ConditionKind::kStalled : ConditionKind::kProgressing;
  if (counts.updated_in_range < counts.in_range) return {ConditionKind::kUpdateInProgress, progress};
  if (counts.ready_below_replicas == replicas && counts.done_in_range == counts.in_range) {
    return {ConditionKind::kAvailable};
  }
  return {progress};
}

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone());
}

void Put(const ConditionText& text, Condition* condition) {
  condition->set_type(std::string(text.type));
  condition->set_status(std::string(text.status));
  condition->set_reason(std::string(text.reason));
  condition->set_message(std::string(text.message));
}

// Whether the condition equals the text, for this generation. A condition that is True may have other words.
bool IsAs(const Condition& condition, const ConditionText& text, int64_t generation) {
  if (condition.status() != text.status || condition.observed_generation() != generation) return false;
  return condition.status() == kTrue || condition.reason() == text.reason;
}

bool IsStalled(const Condition& condition) {
  const ConditionText stalled = TextOf(ConditionKind::kStalled);
  return condition.type() == stalled.type && condition.reason() == stalled.reason;
}

bool HasToEnd(const Condition& condition, const ConditionText& text) {
  return Excludes(condition.type(), text.type) && (condition.status() == kTrue || IsStalled(condition));
}

// Sets the condition for this generation, and makes those that it excludes False. A condition that is already so keeps
// its words and time.
void SetCondition(ConditionKind kind, int64_t generation, const std::string& now, LeaderWorkerSetStatus* status) {
  const ConditionText text = TextOf(kind);
  bool found = false;
  for (Condition& condition : *status->mutable_conditions()) {
    if (condition.type() == text.type) {
      found = true;
      if (IsAs(condition, text, generation)) continue;
      Put(text, &condition);
    } else if (HasToEnd(condition, text)) {
      if (IsStalled(condition)) Put(TextOf(ConditionKind::kProgressing), &condition);
      condition.set_status(std::string(kFalse));
    } else {
      continue;
    }
    condition.set_last_transition_time(now);
  }
  if (found) return;
  Condition& condition = *status->add_conditions();
  Put(text, &condition);
  condition.set_last_transition_time(now);
}

// Whether SetCondition would change nothing.
bool IsSet(ConditionKind kind, int64_t generation, const LeaderWorkerSetStatus& status) {
  const ConditionText text = TextOf(kind);
  bool found = false;
  for (const Condition& condition : status.conditions()) {
    if (condition.type() == text.type) {
      found = true;
      if (!IsAs(condition, text, generation)) return false;
    } else if (HasToEnd(condition, text)) {
      return false;
    }
  }
  return found;
}

constexpr absl::string_view kHeld = "RolloutHeld";

ConditionText TextOf(RolloutHold hold) {
  switch (hold) {
    case RolloutHold::kNone:
      return {kHeld, kFalse, "RolloutGoesOn", "Nothing holds the rollout"};
    case RolloutHold::kPaused:
      return {kHeld, kTrue, "Paused", "The rollout is paused"};
    case RolloutHold::kCanaryGroups:
      return {kHeld, kTrue, "CanaryGroups", "The groups of the canary step are not all ready and updated"};
    case RolloutHold::kCanaryWait:
      return {kHeld, kTrue, "CanaryWait", "The groups of the canary step have to be ready for its time"};
    case RolloutHold::kCanaryApproval:
      return {kHeld, kTrue, "CanaryApproval", "The canary step waits for its approval"};
  }
  return {kHeld, "", "", ""};
}

bool IsHoldSet(RolloutHold hold, const LeaderWorkerSetStatus& status) {
  const ConditionText text = TextOf(hold);
  for (const Condition& condition : status.conditions()) {
    if (condition.type() == kHeld) return condition.status() == text.status && condition.reason() == text.reason;
  }
  return hold == RolloutHold::kNone;
}

// Sets a condition that no other one excludes.
void PutPolicyCondition(const ConditionText& text, int64_t generation, const std::string& now,
                        LeaderWorkerSetStatus* status) {
  const auto found = std::find_if(status->mutable_conditions()->begin(), status->mutable_conditions()->end(),
                                  [&text](const Condition& condition) { return condition.type() == text.type; });
  Condition& condition = found == status->mutable_conditions()->end() ? *status->add_conditions() : *found;
  if (condition.status() != text.status) condition.set_last_transition_time(now);
  Put(text, &condition);
  condition.set_observed_generation(generation);
}

void SetHold(RolloutHold hold, int64_t generation, const std::string& now, LeaderWorkerSetStatus* status) {
  if (!IsHoldSet(hold, *status)) PutPolicyCondition(TextOf(hold), generation, now, status);
}

// What a restart policy remembers of groups, as a condition that names them.
struct GroupsCondition {
  absl::string_view type;
  absl::string_view reason;
  absl::string_view message;  // the groups follow
  absl::string_view reason_of_none;
  absl::string_view message_of_none;
};

constexpr GroupsCondition kRestartsHeld = {"RestartsHeld", "BackingOff",
                                           "Groups that failed and wait for their backoff", "NoneWaits",
                                           "No group waits for its restart"};
constexpr GroupsCondition kGroupsGivenUp = {"GroupsGivenUp", "NotRestarted",
                                            "Groups that failed and are not restarted until the set's template changes",
                                            "NoneGivenUp", "No group is given up"};

// A message stays readable with more groups than this.
constexpr size_t kMostGroupsNamed = 20;

// "Groups that failed and wait for their backoff: 0, 2".
std::string MessageOf(const GroupsCondition& condition, absl::Span<const int32_t> groups) {
  if (groups.empty()) return std::string(condition.message_of_none);
  std::string text = absl::StrCat(condition.message, ": ", absl::StrJoin(groups.subspan(0, kMostGroupsNamed), ", "));
  if (groups.size() > kMostGroupsNamed) absl::StrAppend(&text, " and ", groups.size() - kMostGroupsNamed, " more");
  return text;
}

// Whether the status says it already. Without such groups, which is the usual case, no text is made.
bool HasGroupsCondition(const GroupsCondition& condition, absl::Span<const int32_t> groups,
                        const LeaderWorkerSetStatus& status) {
  for (const Condition& held : status.conditions()) {
    if (held.type() != condition.type) continue;
    if (groups.empty()) return held.status() == kFalse;
    return held.status() == kTrue && held.message() == MessageOf(condition, groups);
  }
  return groups.empty();
}

void PutGroupsCondition(const GroupsCondition& condition, absl::Span<const int32_t> groups, int64_t generation,
                        const std::string& now, LeaderWorkerSetStatus* status) {
  if (HasGroupsCondition(condition, groups, *status)) return;
  const std::string message = MessageOf(condition, groups);
  PutPolicyCondition({condition.type, groups.empty() ? kFalse : kTrue,
                      groups.empty() ? condition.reason_of_none : condition.reason, message},
                     generation, now, status);
}

// Messages without maps are equal exactly when their bytes are.
template <typename Message>
bool SameMessage(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

bool SameConditions(const LeaderWorkerSetStatus& a, const LeaderWorkerSetStatus& b) {
  return std::equal(a.conditions().begin(), a.conditions().end(), b.conditions().begin(), b.conditions().end(),
                    SameMessage<Condition>);
}

}  // namespace

bool IsSetUpdateDone(const LeaderWorkerSet& set, const StatusCounts& counts) {
  return SpecPartition(set) == 0 && counts.done_in_range == SpecReplicas(set.spec());
}

bool IsSetStatusCurrent(const SetObservation& observation, const StatusCounts& counts, const PolicyState& policy) {
  const LeaderWorkerSet& set = *observation.set;
  const LeaderWorkerSetStatus& status = set.status();
  const int64_t generation = set.metadata().generation();
  const int32_t replicas =
      observation.leader_statefulset == nullptr ? 0 : observation.leader_statefulset->status_replicas;
  if (status.ready_replicas() != counts.ready || status.updated_replicas() != counts.updated ||
      status.replicas() != replicas || status.observed_generation() != generation ||
      status.hpa_pod_selector().empty()) {
    return false;
  }
  for (const Condition& condition : status.conditions()) {
    if (condition.observed_generation() != generation) return false;
  }
  const bool are_policies_told = IsHoldSet(policy.hold, status) &&
                                 HasGroupsCondition(kRestartsHeld, observation.groups_backing_off, status) &&
                                 HasGroupsCondition(kGroupsGivenUp, observation.groups_given_up, status);
  if (!are_policies_told) return false;
  for (const ConditionKind kind : Wanted(counts, SpecReplicas(set.spec()), policy.progressing)) {
    if (!IsSet(kind, generation, status)) return false;
  }
  return true;
}

SetStatus NextSetStatus(const SetObservation& observation, const StatusCounts& counts, absl::Time now,
                        const PolicyState& policy) {
  const LeaderWorkerSet& set = *observation.set;
  const int32_t replicas = SpecReplicas(set.spec());
  auto status = std::make_shared<LeaderWorkerSetStatus>(set.status());
  SetStatus result;
  const int64_t generation = set.metadata().generation();
  const absl::InlinedVector<ConditionKind, 2> wanted = Wanted(counts, replicas, policy.progressing);
  const std::string time = FormatTimestamp(now);
  for (const ConditionKind kind : wanted) SetCondition(kind, generation, time, status.get());
  for (Condition& condition : *status->mutable_conditions()) condition.set_observed_generation(generation);
  // An exceeded deadline has its own event, so it needs none here.
  if (policy.progressing == RolloutProgressing::kOnTime && !SameConditions(*status, set.status())) {
    const ConditionText text = TextOf(wanted.front());
    result.event_reason = std::string(text.reason);
    result.event_note =
        absl::StrCat(text.message, ", with ", counts.ready, " groups ready of total ", replicas, " groups");
  }
  SetHold(policy.hold, generation, time, status.get());
  PutGroupsCondition(kRestartsHeld, observation.groups_backing_off, generation, time, status.get());
  PutGroupsCondition(kGroupsGivenUp, observation.groups_given_up, generation, time, status.get());
  status->set_ready_replicas(counts.ready);
  status->set_updated_replicas(counts.updated);
  status->set_replicas(observation.leader_statefulset == nullptr ? 0 : observation.leader_statefulset->status_replicas);
  status->set_observed_generation(generation);
  if (status->hpa_pod_selector().empty()) {
    status->set_hpa_pod_selector(absl::StrCat(kNameLabel, "=", set.metadata().name(), ",", kWorkerIndexLabel, "=0"));
  }
  result.changed = !SameMessage(*status, set.status());
  result.status = std::move(status);
  return result;
}

}  // namespace lws::internal
