#include "examples/lwsctl/live/controls_edit.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/api/json.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;
using lws::RolloutControls;

struct Controls {
  Json document = Json::object();
  RolloutControls values;
};

absl::StatusOr<Controls> ReadControls(const std::string& text) {
  Controls controls;
  if (text.empty()) return controls;
  const absl::StatusOr<Json> document = lws::ParseJson(text, "text");
  absl::StatusOr<RolloutControls> values = document.ok() ? lws::ReadRolloutControls(*document) : document.status();
  if (!values.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata.annotations.", lws::kControlsAnnotation, ": ", values.status().message()));
  }
  controls.document = *document;
  controls.values = *std::move(values);
  return controls;
}

absl::Status Promote(bool all, Controls* controls) {
  const int64_t steps = static_cast<int64_t>(controls->values.steps.size());
  const int64_t approved = controls->values.approved_steps;
  if (steps == 0) return absl::FailedPreconditionError("the set has no canary steps");
  if (approved >= steps) return absl::FailedPreconditionError("all canary steps are approved already");
  controls->document["approvedSteps"] = all ? steps : approved + 1;
  return absl::OkStatus();
}

absl::Status SetPaused(bool paused, Controls* controls) {
  if (controls->values.paused == paused) {
    return absl::FailedPreconditionError(paused ? "the set is paused already" : "the set is not paused");
  }
  controls->document["paused"] = paused;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> EditedControls(const std::string& text, ControlsEdit edit) {
  absl::StatusOr<Controls> controls = ReadControls(text);
  if (!controls.ok()) return controls.status();
  const bool sets_pause = edit == ControlsEdit::kPause || edit == ControlsEdit::kResume;
  const absl::Status status = sets_pause ? SetPaused(edit == ControlsEdit::kPause, &*controls)
                                         : Promote(edit == ControlsEdit::kPromoteAll, &*controls);
  if (!status.ok()) return status;
  return controls->document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DescribeControls(const std::string& text) {
  const absl::StatusOr<Controls> controls = ReadControls(text);
  if (!controls.ok()) return "its controls do not read";
  const int64_t steps = static_cast<int64_t>(controls->values.steps.size());
  std::string described = controls->values.paused ? "paused" : "";
  if (steps > 0) {
    absl::StrAppend(&described, described.empty() ? "" : ", ",
                    std::min<int64_t>(controls->values.approved_steps, steps), " of ", steps, " canary steps approved");
  }
  return described;
}

}  // namespace lwsctl
