#include "lws/core/status.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"

namespace lws {
namespace {

enum class ConditionKind { kAvailable, kProgressing, kUpdateInProgress };

struct ConditionText {
  const char* type;
  const char* reason;
  const char* message;
};

ConditionText TextOf(ConditionKind kind) {
  switch (kind) {
    case ConditionKind::kAvailable:
      return {"Available", "AllGroupsReady", "All replicas are ready"};
    case ConditionKind::kProgressing:
      return {"Progressing", "GroupsProgressing", "Replicas are progressing"};
    case ConditionKind::kUpdateInProgress:
      return {"UpdateInProgress", "GroupsUpdating", "Rolling Upgrade is in progress"};
  }
  return {"", "", ""};
}

// Conditions of other types are somebody else's.
bool Excludes(absl::string_view a, absl::string_view b) {
  const auto is_progress = [](absl::string_view type) { return type == "Progressing" || type == "UpdateInProgress"; };
  return (a == "Available" && is_progress(b)) || (b == "Available" && is_progress(a));
}

int32_t Replicas(const LeaderWorkerSet& set) { return set.spec().has_replicas() ? set.spec().replicas() : 1; }

int32_t SpecPartition(const LeaderWorkerSet& set) {
  return set.spec().rollout_strategy().rolling_update_configuration().partition();
}

// The conditions that should be True, the first being the one to tell of.
absl::InlinedVector<ConditionKind, 2> Wanted(const StatusCounts& counts, int32_t replicas) {
  if (counts.updated_in_range < counts.in_range) {
    return {ConditionKind::kUpdateInProgress, ConditionKind::kProgressing};
  }
  if (counts.ready_below_replicas == replicas && counts.done_in_range == counts.in_range) {
    return {ConditionKind::kAvailable};
  }
  return {ConditionKind::kProgressing};
}

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Makes the condition True for this generation, and those that it excludes False. A condition that already was True for
// the generation keeps its words and time.
void SetTrue(ConditionKind kind, int64_t generation, const std::string& now, LeaderWorkerSetStatus* status) {
  const ConditionText text = TextOf(kind);
  bool found = false;
  for (Condition& condition : *status->mutable_conditions()) {
    if (condition.type() == text.type) {
      found = true;
      if (condition.status() == "True" && condition.observed_generation() == generation) continue;
      condition.set_status("True");
      condition.set_reason(text.reason);
      condition.set_message(text.message);
    } else if (Excludes(condition.type(), text.type) && condition.status() == "True") {
      condition.set_status("False");
    } else {
      continue;
    }
    condition.set_last_transition_time(now);
  }
  if (found) return;
  Condition& condition = *status->add_conditions();
  condition.set_type(text.type);
  condition.set_status("True");
  condition.set_reason(text.reason);
  condition.set_message(text.message);
  condition.set_last_transition_time(now);
}

// Whether SetTrue would change nothing.
bool IsSet(ConditionKind kind, int64_t generation, const LeaderWorkerSetStatus& status) {
  const ConditionText text = TextOf(kind);
  bool found = false;
  for (const Condition& condition : status.conditions()) {
    if (condition.type() == text.type) {
      found = true;
      if (condition.status() != "True" || condition.observed_generation() != generation) return false;
    } else if (Excludes(condition.type(), text.type) && condition.status() == "True") {
      return false;
    }
  }
  return found;
}

// Messages without maps are equal when their bytes are.
template <typename Message>
bool SameMessage(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

bool SameConditions(const LeaderWorkerSetStatus& a, const LeaderWorkerSetStatus& b) {
  return std::equal(a.conditions().begin(), a.conditions().end(), b.conditions().begin(), b.conditions().end(),
                    SameMessage<Condition>);
}

}  // namespace

bool IsUpdateDone(const LeaderWorkerSet& set, const StatusCounts& counts) {
  return SpecPartition(set) == 0 && counts.done_in_range == Replicas(set);
}

bool IsStatusCurrent(const SetObservation& observation, const StatusCounts& counts) {
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
  for (const ConditionKind kind : Wanted(counts, Replicas(set))) {
    if (!IsSet(kind, generation, status)) return false;
  }
  return true;
}

SetStatus NextStatus(const SetObservation& observation, const StatusCounts& counts, absl::Time now) {
  const LeaderWorkerSet& set = *observation.set;
  const int32_t replicas = Replicas(set);
  auto status = std::make_shared<LeaderWorkerSetStatus>(set.status());
  SetStatus result;
  const int64_t generation = set.metadata().generation();
  const absl::InlinedVector<ConditionKind, 2> wanted = Wanted(counts, replicas);
  for (const ConditionKind kind : wanted) SetTrue(kind, generation, FormatTimestamp(now), status.get());
  for (Condition& condition : *status->mutable_conditions()) condition.set_observed_generation(generation);
  if (!SameConditions(*status, set.status())) {
    const ConditionText text = TextOf(wanted.front());
    result.event_reason = text.reason;
    result.event_note =
        absl::StrCat(text.message, ", with ", counts.ready, " groups ready of total ", replicas, " groups");
  }
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

}  // namespace lws
