#include "lws/adapters/c/plan_output.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/plan_text.h"
#include "lws/adapters/c/read_message.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

absl::Status CheckCallerFormat(lws_format format) {
  if (format == LWS_JSON || format == LWS_PROTOBUF) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("format: ", format, " is neither LWS_JSON nor LWS_PROTOBUF"));
}

absl::Status CheckCallerPlanFormat(lws_format format) { return CheckCallerFormat(format & ~LWS_WITH_DECISIONS); }

absl::Status PutPlanForCaller(const Plan& plan, lws_format format, lws_text* out) {
  const Why why = (format & LWS_WITH_DECISIONS) != 0 ? Why::kWritten : Why::kLeftOut;
  if ((format & ~LWS_WITH_DECISIONS) == LWS_PROTOBUF)
    return PutTextForCaller(PlanToProto(plan, why).SerializeAsString(), out);
  std::string text;
  AppendPlanForCaller(plan, why, &text);
  return PutTextForCaller(text, out);
}

absl::Status PutPlanWithKeptForCaller(const Plan& plan, lws_format format, lws_text* out) {
  const bool keeps = plan.rollout_progress != nullptr || plan.restart_memory != nullptr;
  if (!keeps || (format & ~LWS_WITH_DECISIONS) == LWS_PROTOBUF) return PutPlanForCaller(plan, format, out);
  Plan kept;
  kept.rollout_progress = plan.rollout_progress;
  kept.restart_memory = plan.restart_memory;
  std::string text;
  AppendPlanForCaller(plan, (format & LWS_WITH_DECISIONS) != 0 ? Why::kWritten : Why::kLeftOut, &text);
  text.pop_back();
  absl::StrAppend(&text, ",\"kept\":\"", absl::Base64Escape(PlanToProto(kept, Why::kLeftOut).SerializeAsString()),
                  "\"}");
  return PutTextForCaller(text, out);
}

absl::StatusOr<Plan> ReadCallerKept(absl::string_view bytes) {
  if (bytes.empty()) return Plan();
  PlanProto proto;
  if (!ReadCallerMessage(bytes, &proto)) {
    return absl::InvalidArgumentError("kept: not a plan as protocol buffers");
  }
  // The rest was performed, and is not read back.
  Plan kept;
  if (proto.has_rollout_progress()) {
    kept.rollout_progress = std::make_shared<const RolloutProgress>(RolloutProgressFromProto(proto.rollout_progress()));
  }
  if (proto.has_restart_memory()) {
    kept.restart_memory = std::make_shared<const RestartMemory>(RestartMemoryFromProto(proto.restart_memory()));
  }
  return kept;
}

}  // namespace lws::internal
