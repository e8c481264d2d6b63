#include "lws/api/probe_validation.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lws/api/field_checks.h"
#include "lws/api/name_rules.h"

namespace lws::internal {
namespace {

constexpr const char* kSchemes[] = {"HTTP", "HTTPS", nullptr};

void CheckExec(const FieldValue& action, int64_t, FieldErrors* errors) {
  if (action["command"].empty()) errors->push_back(FieldRequired(action["command"].path(), ""));
}

void CheckHttpGet(const FieldValue& action, int64_t, FieldErrors* errors) {
  CheckPortNumberOrName(action["port"], errors);
  CheckDefaulted(action["scheme"], kSchemes, errors);
  for (const FieldValue& header : action["httpHeaders"].Items()) {
    CheckAnyText(header["name"].Named(action["httpHeaders"].path()), HeaderNameErrors, errors);
  }
}

void CheckTcpSocket(const FieldValue& action, int64_t, FieldErrors* errors) {
  CheckPortNumberOrName(action["port"], errors);
}

void CheckSleep(const FieldValue& action, int64_t grace_period, FieldErrors* errors) {
  const int64_t seconds = action["seconds"].Number().value_or(0);
  if (seconds >= 0 && seconds <= grace_period) return;
  errors->push_back(FieldInvalid(
      action.path(), absl::StrCat(seconds),
      absl::StrCat("must be non-negative and less than terminationGracePeriodSeconds (", grace_period, ")")));
}

struct HandlerRule {
  const char* field;
  void (*check)(const FieldValue& action, int64_t grace_period, FieldErrors* errors);
};
constexpr HandlerRule kProbeHandlers[] = {
    {"exec", CheckExec}, {"httpGet", CheckHttpGet}, {"tcpSocket", CheckTcpSocket}, {"grpc", CheckTcpSocket}};
constexpr HandlerRule kHookHandlers[] = {
    {"exec", CheckExec}, {"httpGet", CheckHttpGet}, {"tcpSocket", CheckTcpSocket}, {"sleep", CheckSleep}};

// Law 1.
void CheckHandler(const FieldValue& handler, absl::Span<const HandlerRule> rules, int64_t grace_period,
                  FieldErrors* errors) {
  bool has_handler = false;
  for (const HandlerRule& rule : rules) {
    const FieldValue action = handler[rule.field];
    if (!action.exists()) continue;
    if (has_handler) {
      errors->push_back(FieldForbidden(action.path(), "may not specify more than 1 handler type"));
    } else {
      rule.check(action, grace_period, errors);
    }
    has_handler = true;
  }
  if (!has_handler) errors->push_back(FieldRequired(handler.path(), "must specify a handler type"));
}

void CheckProbe(const FieldValue& probe, int64_t grace_period, FieldErrors* errors) {
  CheckHandler(probe, kProbeHandlers, grace_period, errors);
  for (const char* field :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
    CheckNotNegative(probe[field], errors);
  }
  const FieldValue grace = probe["terminationGracePeriodSeconds"];
  if (grace.Number().value_or(1) <= 0) errors->push_back(FieldValueInvalid(grace, "must be greater than 0"));
}

// Law 2. A threshold of 0 counts as absent.
void CheckOneSuccess(const FieldValue& threshold, FieldErrors* errors) {
  const int64_t number = threshold.Number().value_or(1);
  if (number != 0 && number != 1) errors->push_back(FieldValueInvalid(threshold, "must be 1"));
}

void CheckNoGracePeriod(const FieldValue& grace, FieldErrors* errors) {
  if (grace.exists()) errors->push_back(FieldValueInvalid(grace, "must not be set for readinessProbes"));
}

void CheckLifecycle(const FieldValue& lifecycle, int64_t grace_period, FieldErrors* errors) {
  for (const char* hook : {"postStart", "preStop"}) {
    if (lifecycle[hook].exists()) CheckHandler(lifecycle[hook], kHookHandlers, grace_period, errors);
  }
}

}  // namespace

void CheckPortNumberOrName(const FieldValue& port, FieldErrors* errors) {
  if (port.Number().has_value()) {
    CheckRange(port, 1, 65535, errors);
  } else if (port.exists()) {
    CheckAnyText(port, PortNameErrors, errors);
  } else {
    errors->push_back(FieldInvalid(port.path(), "0", "must be between 1 and 65535, inclusive"));
  }
}

void CheckProbes(const FieldValue& container, int64_t grace_period, FieldErrors* errors) {
  CheckLifecycle(container["lifecycle"], grace_period, errors);
  for (const char* name : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const FieldValue probe = container[name];
    if (!probe.exists()) continue;
    CheckProbe(probe, grace_period, errors);
    if (absl::string_view(name) == "readinessProbe") {
      CheckNoGracePeriod(probe["terminationGracePeriodSeconds"], errors);
    } else {
      CheckOneSuccess(probe["successThreshold"], errors);
    }
  }
}

void CheckNoProbes(const FieldValue& container, FieldErrors* errors) {
  for (const char* field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
    if (!container[field].exists()) continue;
    errors->push_back(
        FieldForbidden(container[field].path(), "may not be set for init containers without restartPolicy=Always"));
  }
}

}  // namespace lws::internal
