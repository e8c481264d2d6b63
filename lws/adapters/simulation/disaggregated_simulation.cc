#include "lws/adapters/simulation/disaggregated_simulation.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using simulation::Change;
using simulation::OwnersOf;
using simulation::SharedObject;
using simulation::StoredObject;
using simulation::TextAt;

namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMostBackoff = absl::Seconds(10);
constexpr int kMostFailures = 10;

// The set that the object is, or whose controller reference it carries; "" for none.
std::string SetOf(const Change& change) {
  const StoredObject& object = change.after != nullptr ? *change.after : *change.before;
  if (change.key.kind == kDisaggregatedSetKind) return change.key.name;
  if (change.key.kind != kKind && change.key.kind != kRoleScalerKind) return "";
  for (const Json& owner : OwnersOf(object)) {
    if (TextAt(owner, {"kind"}) == kDisaggregatedSetKind) return TextAt(owner, {"name"});
  }
  return "";
}

// Whether decisions on DisaggregatedSets read objects of the kind.
bool IsRead(const std::string& kind) {
  return kind == kDisaggregatedSetKind || kind == kKind || kind == kRoleScalerKind || kind == "Service";
}

absl::Status Refused(const DisaggregatedSetAdmission& admission, absl::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat("DisaggregatedSet \"", name, "\" is invalid: ", Join(admission.errors)));
}

absl::StatusOr<Json> AdmitChild(const Json& child) {
  const absl::StatusOr<LeaderWorkerSet> admitted = AdmitSimulatedSet(child);
  if (!admitted.ok()) return admitted.status();
  return LeaderWorkerSetToJson(*admitted);
}

// The log of the cluster, which first tells the controller of every change.
SimulationLog Forwarding(const SimulationLog& log, std::function<void(const Change&)> on_change) {
  SimulationLog forwarding = log;
  forwarding.on_change = [log, on_change = std::move(on_change)](const Change& change) {
    on_change(change);
    if (log.on_change) log.on_change(change);
  };
  return forwarding;
}

}  // namespace

DisaggregatedSimulation::DisaggregatedSimulation(SimulationOptions options, DisaggregatedOptions roles,
                                                 SimulationLog log)
    : roles_(roles),
      log_(std::move(log)),
      cluster_(std::move(options), Forwarding(log_, [this](const Change& change) { OnChange(change); })) {
  cluster_.server().RegisterWebhook(kKind, [](const Json& child) { return AdmitChild(child); });
}

absl::Status DisaggregatedSimulation::CreateSet(const Json& manifest) {
  const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(manifest);
  if (admission.set == nullptr) return Refused(admission, JsonReader(manifest).Text({"metadata", "name"}));
  return cluster_.server().Create(DisaggregatedSetToJson(*admission.set)).status();
}

absl::Status DisaggregatedSimulation::EditSet(absl::string_view namespace_name, absl::string_view name,
                                              const Json& patch) {
  const SharedJson live =
      cluster_.server().Get({kDisaggregatedSetKind, std::string(namespace_name), std::string(name)});
  if (live == nullptr) return absl::NotFoundError(absl::StrCat("DisaggregatedSet ", name, " not found"));
  const absl::StatusOr<DisaggregatedSet> old_set = DisaggregatedSetFromJson(*live);
  if (!old_set.ok()) return old_set.status();
  Json edited = DisaggregatedSetToJson(*old_set);
  edited.merge_patch(patch);
  const DisaggregatedSetAdmission admission = AdmitDisaggregatedSetUpdate(*old_set, edited);
  if (admission.set == nullptr) return Refused(admission, name);
  return cluster_.server().Update(DisaggregatedSetToJson(*admission.set)).status();
}

absl::Status DisaggregatedSimulation::Scale(absl::string_view namespace_name, absl::string_view scaler,
                                            int32_t replicas) {
  const SharedObject live = cluster_.server().Find({kRoleScalerKind, std::string(namespace_name), std::string(scaler)});
  if (live == nullptr) return absl::NotFoundError(absl::StrCat("DisaggregatedSetRoleScaler ", scaler, " not found"));
  StoredObject scaled = *live;
  scaled.Edit("spec")["replicas"] = replicas;
  return cluster_.server().Update(std::move(scaled)).status();
}

void DisaggregatedSimulation::OnChange(const Change& change) {
  if (change.after == nullptr) {
    objects_.Remove(change.key.kind, change.key.namespace_name, change.key.name);
  } else if (IsRead(change.key.kind)) {
    objects_.Add(*change.after->Document()).IgnoreError();  // the server holds what its parts wrote, and that reads
  }
  const std::string set = SetOf(change);
  if (!set.empty()) Wake({change.key.namespace_name, set}, absl::ZeroDuration());
}

// Sets a timer for the pass, unless one is due by then. The pass of a later timer is then not made.
void DisaggregatedSimulation::Wake(const SetName& set, absl::Duration delay) {
  const absl::Time when = cluster_.now() + delay;
  const int64_t at = absl::ToUnixNanos(when);
  const auto due = passes_due_.find(set);
  if (due != passes_due_.end() && due->second <= at) return;
  passes_due_[set] = at;
  cluster_.clock().At(when, [this, set, at] {
    const auto is_due = passes_due_.find(set);
    if (is_due == passes_due_.end() || is_due->second != at) return;
    passes_due_.erase(is_due);
    Pass(set);
  });
}

void DisaggregatedSimulation::Pass(const SetName& set) {
  const Plan plan = ReconcileDisaggregatedSet(Observe(set.first, set.second), cluster_.now(), roles_);
  const absl::Status status = Perform(plan);
  if (log_.on_plan && !plan.empty()) log_.on_plan(plan, status);
  if (status.ok()) {
    failures_.erase(set);
    if (plan.requeue_after.has_value() && !plan.actions.empty()) Wake(set, *plan.requeue_after);
    return;
  }
  const int failures = ++failures_[set];
  if (failures > kMostFailures) return;
  Wake(set, std::min(kMostBackoff, kFirstBackoff * (1 << (failures - 1))));
}

// Performs the actions until one fails, and records the events of those that succeeded.
absl::Status DisaggregatedSimulation::Perform(const Plan& plan) {
  absl::Status status;
  int32_t done = 0;
  for (const Action& action : plan.actions) {
    status = Write(action);
    if (!status.ok()) break;
    ++done;
  }
  for (const Event& event : plan.events) {
    if (event.after_action <= done) cluster_.Record(event);
  }
  return status.ok() ? plan.error : status;
}

// The API server admits a patch of a LeaderWorkerSet as an edit of it.
absl::Status DisaggregatedSimulation::Write(const Action& action) {
  if (action.verb == Verb::kPatch && action.target.kind == kKind) {
    return cluster_.EditSet(action.target.namespace_name, action.target.name, action.object.Document());
  }
  absl::Status status;
  cluster_.Perform(action, cluster_.now(),
                   [&status](const absl::StatusOr<WriteAnswer>& answer, absl::Time) { status = answer.status(); });
  return status;
}

}  // namespace lws
