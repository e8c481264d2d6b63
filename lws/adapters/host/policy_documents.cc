#include "lws/adapters/host/policy_documents.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/strict_document.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// A limit that is larger than the groups, steps or restarts of any set.
constexpr int32_t kMost = 1000000;
constexpr StrictReader::Range<int32_t> kCounts = {0, kMost};
const StrictReader::Range<absl::Duration> kDurations = {absl::ZeroDuration(), absl::Hours(24 * 3650)};

// A number of groups, or a share of them: 2, or "50%".
IntOrPercent ReadGroups(StrictReader* step, IntOrPercent otherwise) {
  const Json* value = step->Find("groups");
  if (value == nullptr) return otherwise;
  if (!value->is_string()) return IntOrPercent::Int(step->Number("groups", kCounts, 0));
  const IntOrPercent share = IntOrPercent::Text(value->get<std::string>());
  if (!share.Scale(1, Rounding::kUp).ok()) step->FailValue("groups", "neither a number nor a percentage", *value);
  return share;
}

CanaryStep ReadStep(StrictReader* reader) {
  CanaryStep step;
  step.groups = ReadGroups(reader, step.groups);
  step.wait = reader->Duration("wait", kDurations, step.wait);
  step.needs_approval = reader->Flag("approval", step.needs_approval);
  reader->Finish();
  return step;
}

RestartAction ReadAction(StrictReader* rule, RestartAction otherwise) {
  const Json* value = rule->Find("action");
  if (value == nullptr) return otherwise;
  if (*value == "ignore") return RestartAction::kIgnore;
  if (*value == "restartGroup") return RestartAction::kRestartGroup;
  if (*value == "failSet") return RestartAction::kFailSet;
  rule->FailValue("action", "not one of ignore, restartGroup, failSet", *value);
  return otherwise;
}

RestartRule ReadRule(StrictReader* reader) {
  RestartRule rule;
  const std::vector<Json> codes = reader->List("exitCodes");
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i].is_number_integer() && codes[i] >= 0 && codes[i] <= kMost) {
      rule.exit_codes.push_back(codes[i].get<int32_t>());
    } else {
      reader->FailValue(absl::StrCat("exitCodes[", i, "]"), "not an exit code", codes[i]);
    }
  }
  rule.reason = reader->Text("reason", rule.reason);
  rule.action = ReadAction(reader, rule.action);
  reader->Finish();
  return rule;
}

}  // namespace

RolloutControls ReadRolloutControls(StrictReader* reader) {
  RolloutControls controls;
  controls.paused = reader->Flag("paused", controls.paused);
  controls.min_ready = reader->Duration("minReady", kDurations, controls.min_ready);
  for (StrictReader& step : reader->Maps("steps")) controls.steps.push_back(ReadStep(&step));
  controls.approved_steps = reader->Number("approvedSteps", kCounts, controls.approved_steps);
  if (reader->Has("progressDeadline")) {
    controls.progress_deadline = reader->Duration("progressDeadline", kDurations, absl::ZeroDuration());
  }
  controls.reverts = reader->Flag("reverts", controls.reverts);
  reader->Finish();
  return controls;
}

RestartPolicy ReadRestartPolicy(StrictReader* reader) {
  RestartPolicy policy;
  if (reader->Has("atMost")) policy.max_restarts = reader->Number("atMost", kCounts, 0);
  policy.first_backoff = reader->Duration("firstBackoff", kDurations, policy.first_backoff);
  policy.max_backoff = reader->Duration("mostBackoff", kDurations, policy.max_backoff);
  policy.stable_after = reader->Duration("stableAfter", kDurations, policy.stable_after);
  for (StrictReader& rule : reader->Maps("rules")) policy.rules.push_back(ReadRule(&rule));
  reader->Finish();
  return policy;
}

absl::StatusOr<RolloutControls> ReadRolloutControls(const Json& document) {
  return internal::ReadDocumentStrictly(document, "controls",
                                        [](StrictReader* reader) { return ReadRolloutControls(reader); });
}

absl::StatusOr<RestartPolicy> ReadRestartPolicy(const Json& document) {
  return internal::ReadDocumentStrictly(document, "restarts",
                                        [](StrictReader* reader) { return ReadRestartPolicy(reader); });
}

}  // namespace lws
