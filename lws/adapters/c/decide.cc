#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/fleet_state.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/plan_output.h"
#include "lws/adapters/c/policy.h"
#include "lws/adapters/c/state.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"

namespace {

using lws::Plan;
using lws::internal::CallerBytes;
using lws::internal::CallerGroupMembers;
using lws::internal::CallerName;
using lws::internal::CallerState;
using lws::internal::CheckCallerFormat;
using lws::internal::CheckCallerPlanFormat;
using lws::internal::LoadCallerProtoIntoEmptyFleet;
using lws::internal::PodCall;
using lws::internal::PutPlanWithKeptForCaller;
using lws::internal::ReadCallerKept;
using lws::internal::ReadCallerState;
using lws::internal::RunForCaller;
using lws::internal::SetOptionsOfCaller;

// The arguments of a decision after they were read.
struct Request {
  CallerState state;
  absl::string_view namespace_name;
  absl::string_view name;
  Plan kept;
  absl::Time now;
};

struct RawRequest {
  const char* state;
  size_t state_size;
  lws_format state_format;
  const char* namespace_name;
  const char* name;
  int64_t now;
  const char* kept;
  size_t kept_size;
  lws_format plan_format;
};

absl::StatusOr<Request> Read(const RawRequest& raw) {
  absl::Status status = CheckCallerFormat(raw.state_format);
  if (status.ok()) status = CheckCallerPlanFormat(raw.plan_format);
  if (!status.ok()) return status;
  Request request;
  request.now = absl::FromUnixNanos(raw.now);
  const absl::StatusOr<absl::string_view> bytes = CallerBytes(raw.state, raw.state_size, "state");
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<CallerState> state = ReadCallerState(*bytes, raw.state_format);
  if (!state.ok()) return state.status();
  request.state = *std::move(state);
  const absl::StatusOr<absl::string_view> namespace_name = CallerName(raw.namespace_name, "namespace_name");
  if (!namespace_name.ok()) return namespace_name.status();
  request.namespace_name = *namespace_name;
  const absl::StatusOr<absl::string_view> name = CallerName(raw.name, "name");
  if (!name.ok()) return name.status();
  request.name = *name;
  const absl::StatusOr<absl::string_view> kept_bytes = CallerBytes(raw.kept, raw.kept_size, "kept");
  if (!kept_bytes.ok()) return kept_bytes.status();
  absl::StatusOr<Plan> kept = ReadCallerKept(*kept_bytes);
  if (!kept.ok()) return kept.status();
  request.kept = *std::move(kept);
  return request;
}

absl::StatusOr<Plan> PlanForPod(const Request& request, const lws_policy* policy) {
  lws::PodObservation observation = request.state.snapshot->ObservePod(request.namespace_name, request.name);
  observation.restart_memory = request.kept.restart_memory.get();
  const PodCall call(policy);
  const lws::PodReconcileOptions options = call.options();
  lws::GroupMembers members;
  if (options.restarts != nullptr && observation.pod != nullptr) {
    absl::StatusOr<lws::GroupMembers> read = CallerGroupMembers(request.state, *observation.pod);
    if (!read.ok()) return read.status();
    members = *std::move(read);
    observation.members = &members;
  }
  Plan plan = lws::ReconcilePod(observation, request.now, options);
  if (!call.status().ok()) return call.status();
  return plan;
}

// A fleet loads a state of protocol buffers faster than a snapshot does, and makes the same decisions.
absl::StatusOr<Plan> PlanForSetOnBytes(const RawRequest& raw, const lws_policy* policy) {
  absl::StatusOr<Request> request =
      Read({nullptr, 0, LWS_PROTOBUF, raw.namespace_name, raw.name, raw.now, raw.kept, raw.kept_size, raw.plan_format});
  if (!request.ok()) return request.status();
  const absl::StatusOr<absl::string_view> bytes = CallerBytes(raw.state, raw.state_size, "state");
  if (!bytes.ok()) return bytes.status();
  lws::Fleet fleet;
  absl::Status status = LoadCallerProtoIntoEmptyFleet(*bytes, &fleet);
  if (!status.ok()) return status;
  lws::SetObservation observation = fleet.ObserveSet(request->namespace_name, request->name);
  observation.rollout_progress = request->kept.rollout_progress.get();
  return lws::ReconcileSet(observation, request->now, SetOptionsOfCaller(policy));
}

absl::StatusOr<Plan> PlanForSet(const RawRequest& raw, const lws_policy* policy) {
  if (raw.state_format == LWS_PROTOBUF) return PlanForSetOnBytes(raw, policy);
  const absl::StatusOr<Request> request = Read(raw);
  if (!request.ok()) return request.status();
  lws::SetObservation observation = request->state.snapshot->ObserveSet(request->namespace_name, request->name);
  observation.rollout_progress = request->kept.rollout_progress.get();
  return lws::ReconcileSet(observation, request->now, SetOptionsOfCaller(policy));
}

}  // namespace

extern "C" {

lws_code lws_decide_set(const char* state, size_t state_size, lws_format state_format, const char* namespace_name,
                        const char* name, int64_t now, const lws_policy* policy, const char* kept, size_t kept_size,
                        lws_format plan_format, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Plan> plan =
        PlanForSet({state, state_size, state_format, namespace_name, name, now, kept, kept_size, plan_format}, policy);
    if (!plan.ok()) return plan.status();
    return PutPlanWithKeptForCaller(*plan, plan_format, out);
  });
}

lws_code lws_decide_pod(const char* state, size_t state_size, lws_format state_format, const char* namespace_name,
                        const char* name, int64_t now, const lws_policy* policy, const char* kept, size_t kept_size,
                        lws_format plan_format, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Request> request =
        Read({state, state_size, state_format, namespace_name, name, now, kept, kept_size, plan_format});
    if (!request.ok()) return request.status();
    const absl::StatusOr<Plan> plan = PlanForPod(*request, policy);
    if (!plan.ok()) return plan.status();
    return PutPlanWithKeptForCaller(*plan, plan_format, out);
  });
}

}  // extern "C"
