#include "lws/core/disaggregated/role_status.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/typed_message.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

struct ConditionText {
  const char* type;
  const char* reason;
  const char* message;
};

constexpr ConditionText kAvailable = {
    "Available", "AllRolesReady",
    "All roles have reached their desired replica count, ready and updated to the current revision"};
constexpr ConditionText kProgressing = {
    "Progressing", "RolloutInProgress",
    "Not all roles have reached their desired replica count, ready and updated to the current revision"};
constexpr ConditionText kReady = {"Ready", "Bound", "Scaler bound to a live DisaggregatedSet role"};

constexpr char kTrue[] = "True";

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone());
}

void Say(const ConditionText& text, int64_t generation, Condition* condition) {
  condition->set_type(text.type);
  condition->set_reason(text.reason);
  condition->set_message(text.message);
  condition->set_observed_generation(generation);
}

// Sets the status. The time of transition changes only when the status does.
void SetStatus(const char* status, const std::string& now, Condition* condition) {
  if (condition->status() == status) return;
  condition->set_status(status);
  condition->set_last_transition_time(now);
}

using Conditions = google::protobuf::RepeatedPtrField<Condition>;

// Makes every condition of this type True, or appends one when there is none.
void SetTrue(const ConditionText& text, int64_t generation, const std::string& now, Conditions* conditions) {
  bool found = false;
  for (Condition& condition : *conditions) {
    if (condition.type() != text.type) continue;
    found = true;
    Say(text, generation, &condition);
    SetStatus(kTrue, now, &condition);
  }
  if (found) return;
  Condition& condition = *conditions->Add();
  Say(text, generation, &condition);
  SetStatus(kTrue, now, &condition);
}

// Makes the conditions of this type False, with the reason and message of the condition that takes over.
void End(const char* type, const ConditionText& successor, int64_t generation, const std::string& now,
         Conditions* conditions) {
  for (Condition& condition : *conditions) {
    if (condition.type() != type) continue;
    condition.set_observed_generation(generation);
    if (condition.status() != kTrue) continue;
    condition.set_reason(successor.reason);
    condition.set_message(successor.message);
    SetStatus("False", now, &condition);
  }
}

// Limits a sum to what a status field can hold.
int32_t Clamp(int64_t number) {
  return static_cast<int32_t>(std::min<int64_t>(number, std::numeric_limits<int32_t>::max()));
}

// Whether the condition stays as it is while `text` is the one that is True and `other` the type of the one that is
// not.
bool StaysSo(const Condition& condition, const ConditionText& text, const char* other, int64_t generation) {
  if (condition.type() == other) {
    return condition.observed_generation() == generation && condition.status() != kTrue;
  }
  if (condition.type() != text.type) return true;
  return condition.observed_generation() == generation && condition.status() == kTrue &&
         condition.reason() == text.reason && condition.message() == text.message;
}

bool IsSameTally(const RoleStatus& status, const RoleTally& role) {
  return status.name() == role.name && status.replicas() == Clamp(role.replicas) &&
         status.ready_replicas() == Clamp(role.ready) && status.updated_replicas() == Clamp(role.updated);
}

bool AreReached(absl::Span<const RoleTally> roles) {
  return std::all_of(roles.begin(), roles.end(), [](const RoleTally& role) { return role.is_reached(); });
}

// Messages without maps are equal exactly when their bytes are.
bool IsSame(const DisaggregatedSetStatus& a, const DisaggregatedSetStatus& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace

std::optional<DisaggregatedSetStatus> NextDisaggregatedStatus(const DisaggregatedSet& set,
                                                              absl::Span<const RoleTally> roles, absl::Time now) {
  DisaggregatedSetStatus status = set.status();
  const int64_t generation = set.metadata().generation();
  status.set_observed_generation(generation);
  status.clear_role_statuses();
  for (const RoleTally& role : roles) {
    RoleStatus& written = *status.add_role_statuses();
    written.set_name(std::string(role.name));
    written.set_replicas(Clamp(role.replicas));
    written.set_ready_replicas(Clamp(role.ready));
    written.set_updated_replicas(Clamp(role.updated));
  }
  const bool is_reached = AreReached(roles);
  const ConditionText& text = is_reached ? kAvailable : kProgressing;
  const std::string time = FormatTimestamp(now);
  End(is_reached ? kProgressing.type : kAvailable.type, text, generation, time, status.mutable_conditions());
  SetTrue(text, generation, time, status.mutable_conditions());
  if (IsSame(status, set.status())) return std::nullopt;
  return status;
}

bool HasDisaggregatedStatus(const DisaggregatedSet& set, absl::Span<const RoleTally> roles) {
  const DisaggregatedSetStatus& status = set.status();
  const int64_t generation = set.metadata().generation();
  const bool is_reached = AreReached(roles);
  const ConditionText& text = is_reached ? kAvailable : kProgressing;
  const char* other = is_reached ? kProgressing.type : kAvailable.type;
  if (status.observed_generation() != generation) return false;
  const auto& conditions = status.conditions();
  const bool stay = std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    return StaysSo(condition, text, other, generation);
  });
  const bool has_it = std::any_of(conditions.begin(), conditions.end(),
                                  [&](const Condition& condition) { return condition.type() == text.type; });
  return stay && has_it &&
         std::equal(status.role_statuses().begin(), status.role_statuses().end(), roles.begin(), roles.end(),
                    IsSameTally);
}

Json RoleScalerStatusPatch(const DisaggregatedSetRoleScaler& scaler, const std::string& set_name,
                           const std::string& role, int64_t replicas, absl::Time now) {
  DisaggregatedSetRoleScalerStatus status = scaler.status();
  const int64_t generation = scaler.metadata().generation();
  status.set_replicas(Clamp(replicas));
  status.set_selector(
      absl::StrCat(kDisaggregatedNameLabel, "=", set_name, ",", kRoleLabel, "=", role, ",", kWorkerIndexLabel, "=0"));
  status.set_observed_generation(generation);
  SetTrue(kReady, generation, FormatTimestamp(now), status.mutable_conditions());
  const Json before = MessageToJson("DisaggregatedSetRoleScalerStatus", scaler.status());
  const Json after = MessageToJson("DisaggregatedSetRoleScalerStatus", status);
  Json patch = Json::object();
  for (const char* field : {"replicas", "selector", "observedGeneration", "conditions"}) {
    const Json next = after.value(field, Json());
    if (before.value(field, Json()) != next) patch[field] = next;
  }
  if (patch.empty()) return nullptr;
  return {{"status", std::move(patch)}};
}

}  // namespace lws::internal
