#include "lws/adapters/host/policy_documents.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/durations.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

absl::Status Wrong(absl::string_view key, const Json& value) {
  return absl::InvalidArgumentError(absl::StrCat(key, ": ", value.dump(), " is not understood"));
}

absl::Status ReadInto(const std::string& key, const Json& value, bool* flag) {
  if (!value.is_boolean()) return Wrong(key, value);
  *flag = value.get<bool>();
  return absl::OkStatus();
}

absl::Status ReadInto(const std::string& key, const Json& value, int32_t* number) {
  if (!value.is_number_integer() || value < 0 || value > 1000000) return Wrong(key, value);
  *number = value.get<int32_t>();
  return absl::OkStatus();
}

absl::Status ReadInto(const std::string& key, const Json& value, absl::Duration* duration) {
  const absl::StatusOr<absl::Duration> read = ReadDuration({{key, value}}, key.c_str(), absl::ZeroDuration());
  if (!read.ok() || *read < absl::ZeroDuration()) return Wrong(key, value);
  *duration = *read;
  return absl::OkStatus();
}

absl::Status ReadInto(const std::string& key, const Json& value, IntOrPercent* groups) {
  const bool is_number = value.is_number_integer() && value >= 0 && value <= 1000000;
  if (!is_number && !value.is_string()) return Wrong(key, value);
  *groups = is_number ? IntOrPercent::Int(value.get<int32_t>()) : IntOrPercent::Text(value.get<std::string>());
  return groups->Scale(1, Rounding::kUp).ok() ? absl::OkStatus() : Wrong(key, value);
}

// Calls read(key, value) for every key of a map.
template <typename Read>
absl::Status ForEachKey(const Json& document, const Read& read) {
  if (!document.is_object()) return Wrong("a map", document);
  for (const auto& [key, value] : document.items()) {
    absl::Status status = read(key, value);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadSteps(const Json& steps, RolloutControls* controls) {
  if (!steps.is_array()) return Wrong("steps", steps);
  for (const Json& document : steps) {
    CanaryStep step;
    absl::Status status = ForEachKey(document, [&step](const std::string& key, const Json& value) {
      if (key == "groups") return ReadInto(key, value, &step.groups);
      if (key == "wait") return ReadInto(key, value, &step.wait);
      if (key == "approval") return ReadInto(key, value, &step.needs_approval);
      return Wrong(absl::StrCat("steps: ", key), value);
    });
    if (!status.ok()) return status;
    controls->steps.push_back(step);
  }
  return absl::OkStatus();
}

absl::Status ReadRule(const std::string& key, const Json& value, RestartRule* rule) {
  if (key == "exitCodes" && value.is_array()) {
    for (const Json& code : value) {
      absl::Status status = ReadInto(key, code, &rule->exit_codes.emplace_back());
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  if (key == "reason" && value.is_string()) {
    rule->reason = value.get<std::string>();
    return absl::OkStatus();
  }
  if (key != "action") return Wrong(absl::StrCat("rules: ", key), value);
  if (value == "ignore") {
    rule->action = RestartAction::kIgnore;
  } else if (value == "restartGroup") {
    rule->action = RestartAction::kRestartGroup;
  } else if (value == "failSet") {
    rule->action = RestartAction::kFailSet;
  } else {
    return Wrong("rules: action", value);
  }
  return absl::OkStatus();
}

absl::Status ReadRules(const Json& rules, RestartPolicy* policy) {
  if (!rules.is_array()) return Wrong("rules", rules);
  for (const Json& document : rules) {
    RestartRule rule;
    absl::Status status = ForEachKey(
        document, [&rule](const std::string& key, const Json& value) { return ReadRule(key, value, &rule); });
    if (!status.ok()) return status;
    policy->rules.push_back(rule);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RolloutControls> ReadRolloutControls(const Json& document) {
  RolloutControls controls;
  absl::Status status = ForEachKey(document, [&controls](const std::string& key, const Json& value) {
    if (key == "paused") return ReadInto(key, value, &controls.paused);
    if (key == "minReady") return ReadInto(key, value, &controls.min_ready);
    if (key == "steps") return ReadSteps(value, &controls);
    if (key == "approvedSteps") return ReadInto(key, value, &controls.approved_steps);
    if (key == "progressDeadline") return ReadInto(key, value, &controls.progress_deadline.emplace());
    if (key == "reverts") return ReadInto(key, value, &controls.reverts);
    return Wrong(key, value);
  });
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("controls: ", status.message()));
  return controls;
}

absl::StatusOr<RestartPolicy> ReadRestartPolicy(const Json& document) {
  RestartPolicy policy;
  absl::Status status = ForEachKey(document, [&policy](const std::string& key, const Json& value) {
    if (key == "atMost") return ReadInto(key, value, &policy.max_restarts.emplace());
    if (key == "firstBackoff") return ReadInto(key, value, &policy.first_backoff);
    if (key == "mostBackoff") return ReadInto(key, value, &policy.max_backoff);
    if (key == "stableAfter") return ReadInto(key, value, &policy.stable_after);
    if (key == "rules") return ReadRules(value, &policy);
    return Wrong(key, value);
  });
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("restarts: ", status.message()));
  return policy;
}

}  // namespace lws
