#include "lws/adapters/c/rollout.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/policy.h"
#include "lws/api/int_or_percent.h"
#include "lws/rollout/budget.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/policies.h"

namespace lws::internal {
namespace {

constexpr uint8_t kReady = 1;
constexpr uint8_t kUpdated = 2;

std::vector<uint8_t> BytesOf(const GroupBits& bits, int32_t replicas) {
  std::vector<uint8_t> bytes(static_cast<size_t>(replicas), 0);
  for (int32_t i = 0; i < replicas && i < bits.size(); ++i) {
    bytes[static_cast<size_t>(i)] =
        static_cast<uint8_t>((bits.IsReady(i) ? kReady : 0) | (bits.IsUpdated(i) ? kUpdated : 0));
  }
  return bytes;
}

GroupBits BitsOf(const uint8_t* bytes, int32_t replicas) {
  GroupBits bits(replicas);
  for (int32_t i = 0; i < replicas; ++i) bits.Set(i, (bytes[i] & kReady) != 0, (bytes[i] & kUpdated) != 0);
  return bits;
}

// The fields of the leader StatefulSet that the caller sees.
void DescribeLeaderState(const LeaderState& current, lws_rollout_input* input) {
  input->exists = 1;
  input->current_replicas = current.replicas;
  input->current_partition = current.partition;
  input->on_delete = current.on_delete;
  input->has_replicas_annotation = current.replicas_annotation.has_value();
  input->replicas_annotation = current.replicas_annotation.value_or(0);
}

// A step that may be done:
//   1. both numbers are filled in.
//   2. A rollout never removes all groups of a set that wants some, as a step of zeros would.
//   3. It never makes more groups than the set wants with its surge, or has.
absl::Status CheckStep(const lws_rollout_step& answer, const RolloutInput& input, int32_t surge) {
  const int64_t present = input.current.has_value() ? input.current->replicas : 0;
  const int64_t most = std::max(int64_t{input.replicas} + surge, present);
  const bool is_filled = answer.partition >= 0 && answer.replicas >= 0;
  const bool removes_all = answer.replicas == 0 && input.replicas > 0 && (present > 0 || !input.current.has_value());
  if (is_filled && !removes_all && answer.replicas <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the policy's function gave partition ", answer.partition, " and replicas ", answer.replicas, " to ",
      input.namespace_name, "/", input.set_name, ", which wants ", input.replicas, " groups and may have ", most));
}

RolloutStep StepOf(const lws_rollout_step& answer, const RolloutInput& input) {
  RolloutStep step;
  step.partition = answer.partition;
  step.replicas = answer.replicas;
  step.on_delete = answer.on_delete != 0;
  if (answer.look_again_in >= 0) step.look_again_in = absl::Nanoseconds(answer.look_again_in);
  if (!input.current.has_value()) {
    step.reason = RolloutReason::kCreate;
    return step;
  }
  const bool moves = step.partition != input.current->partition || step.replicas != input.current->replicas;
  step.reason = input.updated ? RolloutReason::kUpdateBegins : moves ? RolloutReason::kRolling : RolloutReason::kAtRest;
  step.removes_groups = step.replicas < input.current->replicas;
  return step;
}

absl::StatusOr<RolloutInput> InputOf(const lws_rollout_input& given, GroupBits* bits) {
  if (given.replicas < 0 || (given.exists != 0 && given.current_replicas < 0)) {
    return absl::InvalidArgumentError("input: negative replicas");
  }
  RolloutInput input;
  input.replicas = given.replicas;
  input.max_surge = IntOrPercent::Int(given.surge);
  input.max_unavailable = IntOrPercent::Int(given.unavailable);
  input.spec_partition = given.spec_partition;
  input.updated = given.updated != 0;
  input.now = absl::FromUnixNanos(given.now);
  if (given.namespace_name != nullptr) input.namespace_name = given.namespace_name;
  if (given.set_name != nullptr) input.set_name = given.set_name;
  if (given.exists == 0) return input;
  LeaderState current;
  current.replicas = given.current_replicas;
  current.partition = given.current_partition;
  current.on_delete = given.on_delete != 0;
  if (given.has_replicas_annotation != 0) current.replicas_annotation = given.replicas_annotation;
  if (given.groups != nullptr) {
    *bits = BitsOf(given.groups, given.current_replicas);
    current.groups = bits;
  }
  input.current = current;
  return input;
}

}  // namespace

absl::StatusOr<RolloutStep> CallRolloutOfCaller(const void* policy, const RolloutInput& input) {
  const lws_policy& called = *static_cast<const lws_policy*>(policy);
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(input.replicas, input.max_surge, input.max_unavailable);
  if (!budget.ok()) return budget.status();
  const std::string namespace_name(input.namespace_name);
  const std::string set_name(input.set_name);
  lws_rollout_input given = {};
  given.replicas = input.replicas;
  given.surge = budget->surge;
  given.unavailable = budget->unavailable;
  given.spec_partition = input.spec_partition;
  given.updated = input.updated;
  given.namespace_name = namespace_name.c_str();
  given.set_name = set_name.c_str();
  given.now = absl::ToUnixNanos(input.now);
  std::vector<uint8_t> groups;
  if (input.current.has_value()) {
    DescribeLeaderState(*input.current, &given);
    if (input.current->groups != nullptr) {
      groups = BytesOf(*input.current->groups, input.current->replicas);
      given.groups = groups.data();
    }
  }
  lws_rollout_step answer = {};
  answer.partition = -1;
  answer.replicas = -1;
  answer.look_again_in = -1;
  const lws_code code = called.functions.rollout(called.functions.user_data, &given, &answer);
  if (code != LWS_OK) {
    return absl::Status(static_cast<absl::StatusCode>(code),
                        absl::StrCat("the policy's function refuses ", namespace_name, "/", set_name));
  }
  absl::Status status = CheckStep(answer, input, budget->surge);
  if (!status.ok()) return status;
  return StepOf(answer, input);
}

}  // namespace lws::internal

extern "C" lws_code lws_plan_rollout(const char* policy, const lws_rollout_input* input, lws_rollout_step* step,
                                     lws_text* error) {
  return lws::internal::RunForCaller(nullptr, error, [&]() -> absl::Status {
    const absl::StatusOr<absl::string_view> name = lws::internal::CallerName(policy, "policy");
    if (!name.ok()) return name.status();
    if (input == nullptr || step == nullptr) return absl::InvalidArgumentError("input or step: a null pointer");
    const lws::NamedRolloutPolicy* named = lws::FindRolloutPolicy(*name);
    if (named == nullptr) return absl::InvalidArgumentError(absl::StrCat("policy: \"", *name, "\" is unknown"));
    lws::GroupBits bits;
    const absl::StatusOr<lws::RolloutInput> read = lws::internal::InputOf(*input, &bits);
    if (!read.ok()) return read.status();
    const absl::StatusOr<lws::RolloutStep> planned = named->policy(*read);
    if (!planned.ok()) return planned.status();
    step->partition = planned->partition;
    step->replicas = planned->replicas;
    step->on_delete = planned->on_delete;
    step->look_again_in = planned->look_again_in.has_value() ? absl::ToInt64Nanoseconds(*planned->look_again_in) : -1;
    return absl::OkStatus();
  });
}
