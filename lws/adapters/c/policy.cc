#include "lws/adapters/c/policy.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/rollout.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/rollout/policies.h"
#include "lws/rollout/role_policies.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

absl::StatusOr<SchedulerProvider> ReadCallerSchedulerProvider(absl::string_view name) {
  if (name.empty()) return SchedulerProvider::kNone;
  if (name == kVolcanoName) return SchedulerProvider::kVolcano;
  return absl::InvalidArgumentError(absl::StrCat("schedulerProvider: \"", name, "\" is unknown"));
}

SetReconcileOptions SetOptionsOfCaller(const lws_policy* policy) {
  if (policy == nullptr) return {};
  SetReconcileOptions options = ReconcileOptionsFor(policy->rollout);
  if (policy->controls.has_value()) options.controls = &*policy->controls;
  return options;
}

bool RemembersRestarts(const lws_policy* policy) { return policy != nullptr && policy->restarts.has_value(); }

PodCall::PodCall(const lws_policy* policy) : policy_(policy) {
  if (!RemembersRestarts(policy)) return;
  restarts_ = &*policy->restarts;
  if (policy->functions.restart == nullptr) return;
  asking_ = *restarts_;
  asking_->function = &Ask;
  asking_->context = this;
  restarts_ = &*asking_;
}

PodReconcileOptions PodCall::options() const {
  PodReconcileOptions options;
  if (policy_ != nullptr) options.scheduler_provider = policy_->scheduler_provider;
  options.restarts = restarts_;
  return options;
}

DisaggregatedOptions DisaggregatedOptionsOfCaller(const lws_policy* policy) {
  return policy == nullptr ? DisaggregatedOptions() : policy->roles;
}

namespace {

absl::StatusOr<std::string> TextOf(const Json& document, const char* key) {
  if (!document.contains(key)) return std::string();
  if (!document[key].is_string()) return absl::InvalidArgumentError(absl::StrCat("policy: ", key, ": not a text"));
  return document[key].get<std::string>();
}

absl::Status ReadNames(const Json& document, lws_policy* policy) {
  const absl::StatusOr<std::string> provider = TextOf(document, "schedulerProvider");
  if (!provider.ok()) return provider.status();
  const absl::StatusOr<SchedulerProvider> known_provider = ReadCallerSchedulerProvider(*provider);
  if (!known_provider.ok()) return known_provider.status();
  policy->scheduler_provider = *known_provider;
  const absl::StatusOr<std::string> role_policy = TextOf(document, "rolePolicy");
  if (!role_policy.ok()) return role_policy.status();
  if (!role_policy->empty()) {
    const NamedRolePolicy* named = FindRolePolicy(*role_policy);
    if (named == nullptr)
      return absl::InvalidArgumentError(absl::StrCat("rolePolicy: \"", *role_policy, "\" is unknown"));
    policy->roles = DisaggregatedOptionsFor(*named);
  }
  const absl::StatusOr<std::string> name = TextOf(document, "policy");
  if (!name.ok()) return name.status();
  if (name->empty()) return absl::OkStatus();
  const NamedRolloutPolicy* named = FindRolloutPolicy(*name);
  if (named == nullptr) return absl::InvalidArgumentError(absl::StrCat("policy: \"", *name, "\" is unknown"));
  policy->rollout = named->policy;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<lws_policy>> ReadPolicy(const Json& document) {
  if (!document.is_object()) return absl::InvalidArgumentError("policy: not an object");
  for (const auto& [key, value] : document.items()) {
    const bool is_known =
        key == "policy" || key == "controls" || key == "restarts" || key == "schedulerProvider" || key == "rolePolicy";
    if (!is_known) return absl::InvalidArgumentError(absl::StrCat("policy: unknown key ", key));
  }
  auto policy = std::make_unique<lws_policy>();
  absl::Status status = ReadNames(document, policy.get());
  if (!status.ok()) return status;
  if (document.contains("controls")) {
    absl::StatusOr<RolloutControls> controls = ReadRolloutControls(document["controls"]);
    if (!controls.ok()) return controls.status();
    policy->controls = *std::move(controls);
  }
  if (document.contains("restarts")) {
    absl::StatusOr<RestartPolicy> restarts = ReadRestartPolicy(document["restarts"]);
    if (!restarts.ok()) return restarts.status();
    policy->restarts = *std::move(restarts);
  }
  return policy;
}

absl::StatusOr<std::unique_ptr<lws_policy>> ReadCallerPolicy(const char* document, size_t size) {
  if (size == 0) return std::make_unique<lws_policy>();
  const absl::StatusOr<Json> json = CallerDocument(document, size, "policy");
  if (!json.ok()) return json.status();
  return ReadPolicy(*json);
}

void UseFunctions(const lws_policy_functions& functions, lws_policy* policy) {
  policy->functions = functions;
  if (functions.rollout != nullptr) policy->rollout = RolloutPolicy(&CallRolloutOfCaller, policy);
  if (functions.restart == nullptr) return;
  if (!policy->restarts.has_value()) policy->restarts.emplace();
}

absl::StatusOr<std::unique_ptr<lws_policy>> MakePolicy(const char* document, size_t size,
                                                       const lws_policy_functions& functions) {
  absl::StatusOr<std::unique_ptr<lws_policy>> policy = ReadCallerPolicy(document, size);
  if (policy.ok()) UseFunctions(functions, policy->get());
  return policy;
}

lws_code NewPolicy(const char* document, size_t size, const lws_policy_functions& functions, lws_policy** out,
                   lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    if (out == nullptr) return absl::InvalidArgumentError("out: a null pointer");
    *out = nullptr;
    absl::StatusOr<std::unique_ptr<lws_policy>> policy = MakePolicy(document, size, functions);
    if (!policy.ok()) return policy.status();
    *out = policy->release();
    return absl::OkStatus();
  });
}

// An error of an argument alone.
lws_code Refuse(const char* message, lws_policy** out, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    if (out != nullptr) *out = nullptr;
    return absl::InvalidArgumentError(message);
  });
}

}  // namespace

RestartAction PodCall::Ask(const void* call, const RestartFailure& failure) {
  const auto& asking = *static_cast<const PodCall*>(call);
  // The decision has failed. What it does with the rest does not count.
  if (!asking.status_.ok()) return RestartAction::kIgnore;
  lws_restart_failure given = {};
  given.namespace_name = failure.group.namespace_name.c_str();
  given.set_name = failure.group.set_name.c_str();
  given.group = failure.group.group;
  given.worker = failure.member.index;
  given.has_end = failure.member.last_end.has_value();
  given.exit_code = given.has_end ? failure.member.last_end->exit_code : 0;
  given.reason = given.has_end ? failure.member.last_end->reason.c_str() : "";
  given.pod_restarts = failure.member.restarts;
  given.group_restarts = failure.group_restarts;
  given.now = absl::ToUnixNanos(failure.now);
  const lws_policy_functions& functions = asking.policy_->functions;
  const lws_restart_action action = functions.restart(functions.user_data, &given);
  if (action == LWS_RESTART_IGNORE) return RestartAction::kIgnore;
  if (action == LWS_RESTART_GROUP) return RestartAction::kRestartGroup;
  if (action == LWS_RESTART_FAIL_SET) return RestartAction::kFailSet;
  asking.status_ = absl::FailedPreconditionError(absl::StrCat(
      "the policy's restart function refuses ", given.namespace_name, "/", given.set_name, " with ", action));
  return RestartAction::kIgnore;
}

}  // namespace lws::internal

using lws::internal::NewPolicy;
using lws::internal::Refuse;

extern "C" {

lws_code lws_policy_new(const char* document, size_t size, lws_policy** out, lws_text* error) {
  return NewPolicy(document, size, {}, out, error);
}

lws_code lws_policy_new_with_function(const char* document, size_t size, lws_rollout_function function, void* user_data,
                                      lws_policy** out, lws_text* error) {
  if (function == nullptr) return Refuse("function: a null pointer", out, error);
  return NewPolicy(document, size, {function, nullptr, user_data}, out, error);
}

lws_code lws_policy_new_with_functions(const char* document, size_t size, const lws_policy_functions* functions,
                                       lws_policy** out, lws_text* error) {
  if (functions == nullptr) return Refuse("functions: a null pointer", out, error);
  return NewPolicy(document, size, *functions, out, error);
}

void lws_policy_free(lws_policy* policy) { delete policy; }

}  // extern "C"
