#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/plan_output.h"
#include "lws/adapters/c/policy.h"
#include "lws/adapters/c/state.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "nlohmann/json.hpp"

namespace {

using lws::internal::CallerDocument;
using lws::internal::ReadCallerObjects;

absl::StatusOr<lws::DisaggregatedSnapshot> ReadRoles(const char* state, size_t size) {
  const absl::StatusOr<lws::Json> document = CallerDocument(state, size, "state");
  if (!document.ok()) return document.status();
  const absl::StatusOr<std::vector<lws::SharedJson>> objects = ReadCallerObjects(*document);
  if (!objects.ok()) return objects.status();
  lws::DisaggregatedSnapshot snapshot;
  for (const lws::SharedJson& object : *objects) {
    absl::Status status = snapshot.Add(*object);
    if (!status.ok()) return status;
  }
  return snapshot;
}

}  // namespace

extern "C" lws_code lws_decide_disaggregated_set(const char* state, size_t state_size, const char* namespace_name,
                                                 const char* name, int64_t now, const lws_policy* policy,
                                                 lws_format plan_format, lws_text* out, lws_text* error) {
  return lws::internal::RunForCaller(out, error, [&]() -> absl::Status {
    absl::Status status = lws::internal::CheckCallerPlanFormat(plan_format);
    if (!status.ok()) return status;
    const absl::StatusOr<absl::string_view> of_namespace = lws::internal::CallerName(namespace_name, "namespace_name");
    if (!of_namespace.ok()) return of_namespace.status();
    const absl::StatusOr<absl::string_view> of_name = lws::internal::CallerName(name, "name");
    if (!of_name.ok()) return of_name.status();
    const absl::StatusOr<lws::DisaggregatedSnapshot> roles = ReadRoles(state, state_size);
    if (!roles.ok()) return roles.status();
    return lws::internal::PutPlanForCaller(
        lws::ReconcileDisaggregatedSet(roles->Observe(*of_namespace, *of_name), absl::FromUnixNanos(now),
                                       lws::internal::DisaggregatedOptionsOfCaller(policy)),
        plan_format, out);
  });
}
