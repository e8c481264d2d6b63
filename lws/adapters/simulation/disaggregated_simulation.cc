#include "lws/adapters/simulation/disaggregated_simulation.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faulty_writes.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/adapters/simulation/late_objects.h"
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
using simulation::ObjectChange;
using simulation::OwnersOfStored;
using simulation::SharedObject;
using simulation::StoredObject;
using simulation::StoredTextAt;

namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMostBackoff = absl::Seconds(10);
constexpr int kMostFailures = 10;

// The set that the object is, or whose controller reference it carries; "" for none.
std::string SetOf(const ObjectChange& change) {
  const StoredObject& object = change.after != nullptr ? *change.after : *change.before;
  if (change.key.kind == kDisaggregatedSetKind) return change.key.name;
  if (change.key.kind != kKind && change.key.kind != kRoleScalerKind) return "";
  for (const Json& owner : OwnersOfStored(object)) {
    if (StoredTextAt(owner, {"kind"}) == kDisaggregatedSetKind) return StoredTextAt(owner, {"name"});
  }
  return "";
}

// The kinds of objects that decisions on DisaggregatedSets read.
constexpr const char* kReadKinds[] = {kDisaggregatedSetKind, kKind, kRoleScalerKind, "Service"};

bool IsRead(const std::string& kind) {
  return std::find(std::begin(kReadKinds), std::end(kReadKinds), kind) != std::end(kReadKinds);
}

absl::Status Refused(const DisaggregatedSetAdmission& admission, absl::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat("DisaggregatedSet \"", name, "\" is invalid: ", JoinFieldErrors(admission.errors)));
}

absl::StatusOr<Json> AdmitChild(const Json& child) {
  const absl::StatusOr<LeaderWorkerSet> admitted = AdmitSimulatedSet(child);
  if (!admitted.ok()) return admitted.status();
  return LeaderWorkerSetToJson(*admitted);
}

// Whether the controller may see changes of the object late. Edits by people and autoscalers it sees at once, as a
// promise about the groups begins with them.
bool MayBeLate(const std::string& kind) { return kind == kKind || kind == "Service"; }

void Adopt(const ObjectChange& change, DisaggregatedSnapshot* objects) {
  if (change.after == nullptr) {
    objects->Remove(change.key.kind, change.key.namespace_name, change.key.name);
  } else {
    objects->Add(*change.after->Document()).IgnoreError();  // the server holds what its parts wrote, and that reads
  }
}

// The log of the cluster, which first tells the controller of every change.
SimulationLog Forwarding(const SimulationLog& log, std::function<void(const ObjectChange&)> on_change) {
  SimulationLog forwarding = log;
  forwarding.on_change = [log, on_change = std::move(on_change)](const ObjectChange& change) {
    on_change(change);
    if (log.on_change) log.on_change(change);
  };
  return forwarding;
}

}  // namespace

// What goes wrong, and what the controller sees then.
struct DisaggregatedSimulation::Faults {
  Faults(uint64_t seed, const internal::SimulationFaults& faults, simulation::VirtualClock* clock,
         std::function<void(const ObjectChange&)> see)
      : chance(seed, faults, [clock, start = clock->now()] { return clock->now() - start; }),
        late(&chance, clock, std::move(see)) {}

  DisaggregatedSnapshot seen;
  internal::Chance chance;
  internal::FaultyWrites writes{&chance};
  internal::LateObjects late;
  absl::Duration clock_error;  // of the controller
  bool is_writing = false;     // the controller
};

DisaggregatedSimulation::DisaggregatedSimulation(SimulationOptions options, DisaggregatedOptions roles,
                                                 SimulationLog log, const internal::SimulationFaults& faults)
    : roles_(roles),
      log_(std::move(log)),
      cluster_(options, Forwarding(log_, [this](const ObjectChange& change) { OnChange(change); })) {
  cluster_.server().RegisterWebhook(kKind, [](const Json& child) { return AdmitChild(child); });
  if (faults.until <= absl::ZeroDuration()) return;
  faults_ = std::make_unique<Faults>(options.seed, faults, &cluster_.clock(),
                                     [this](const ObjectChange& change) { See(change); });
}

DisaggregatedSimulation::~DisaggregatedSimulation() = default;

DisaggregatedObservation DisaggregatedSimulation::ObserveAsSeen(absl::string_view namespace_name,
                                                                absl::string_view name) const {
  return (faults_ == nullptr ? objects_ : faults_->seen).Observe(namespace_name, name);
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

void DisaggregatedSimulation::OnChange(const ObjectChange& change) {
  if (IsRead(change.key.kind)) Adopt(change, &objects_);
  if (faults_ == nullptr) return See(change);
  if (!IsRead(change.key.kind)) return;
  const bool is_late = MayBeLate(change.key.kind) && !faults_->is_writing;
  if (is_late) {
    faults_->late.Tell(change);
  } else {
    faults_->late.TellNow(change);
  }
}

// The controller sees the change, and looks at the set.
void DisaggregatedSimulation::See(const ObjectChange& change) {
  if (faults_ != nullptr) Adopt(change, &faults_->seen);
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

// Both controllers begin again, with the cluster as it is. The pass that crashed counts as failed.
void DisaggregatedSimulation::Restart() {
  faults_->late.Forget();
  faults_->seen = DisaggregatedSnapshot();
  for (const char* kind : kReadKinds) {
    for (const SharedObject& object : cluster_.server().FindAll(kind)) {
      faults_->seen.Add(*object->Document()).IgnoreError();  // as in Adopt
    }
  }
  passes_due_.clear();
  cluster_.RestartController();
  for (const SetName& set : faults_->seen.SetNames()) Wake(set, absl::ZeroDuration());
}

void DisaggregatedSimulation::Pass(const SetName& set) {
  absl::Time now = cluster_.now();
  if (faults_ != nullptr) {
    faults_->chance.JumpClock(&faults_->clock_error);
    now += faults_->clock_error;
  }
  const Plan plan = ReconcileDisaggregatedSet(ObserveAsSeen(set.first, set.second), now, roles_);
  const absl::Status status = Perform(plan);
  if (log_.on_plan && !plan.empty()) log_.on_plan(plan, status);
  if (status.ok()) {
    failures_.erase(set);
    if (plan.requeue_after.has_value() && !plan.actions.empty()) Wake(set, *plan.requeue_after);
    return;
  }
  const int failures = ++failures_[set];
  if (faults_ != nullptr && faults_->writes.TakeCrash()) return Restart();
  if (failures > kMostFailures && faults_ == nullptr) return;
  Wake(set, std::min(kMostBackoff, kFirstBackoff * (1 << std::min(kMostFailures, failures - 1))));
}

// Performs the actions until one fails, and records the events of those that succeeded.
absl::Status DisaggregatedSimulation::Perform(const Plan& plan) {
  absl::Status status;
  int32_t done = 0;
  for (const Action& action : plan.actions) {
    status = faults_ == nullptr ? Write(action) : WriteOrFail(action);
    if (!status.ok()) break;
    ++done;
  }
  for (const Event& event : plan.events) {
    if (event.after_action <= done) cluster_.Record(event);
  }
  return status.ok() ? plan.error : status;
}

// What was written, and what the host reads after a lost answer, the controller sees at once.
absl::Status DisaggregatedSimulation::WriteOrFail(const Action& action) {
  const internal::WriteOutcome outcome = faults_->writes.Next();
  if (outcome == internal::WriteOutcome::kNotDone) return absl::UnavailableError("the write is not done");
  faults_->is_writing = true;
  absl::Status status = Write(action);
  faults_->is_writing = false;
  if (outcome == internal::WriteOutcome::kAnswerLost) status.Update(absl::UnavailableError("the answer is lost"));
  return status;
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
