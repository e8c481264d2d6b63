#include "lws/adapters/simulation/simulation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/perform_action.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/former_revision.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "nlohmann/json.hpp"

namespace lws {

using simulation::ApiServer;
using simulation::ObjectChange;
using simulation::SharedObject;
using simulation::StoredFieldAt;
using simulation::StoredObject;
using simulation::StoredObjectRef;
using simulation::StoredTextAt;

namespace {

ControllerOptions MakeControllerOptions(const SimulationOptions& options,
                                        std::function<void(const Work&, const absl::Status&)> on_plan) {
  ControllerOptions controller;
  // The caller owns what the options borrow, and it outlives the simulation.
  controller.policies = SamePoliciesForEverySet(BorrowedPolicies(options.sets, options.pods));
  controller.on_plan = std::move(on_plan);
  return controller;
}

// Sends events of the StatefulSet controller to where those of plans go.
simulation::StatefulSetControllerOptions WithEvents(simulation::StatefulSetControllerOptions options,
                                                    std::function<void(const Event&)> record) {
  options.on_event = [record = std::move(record)](const simulation::ControllerEvent& told) {
    Event event;
    event.is_warning = told.is_warning;
    event.reason = told.reason;
    event.action = "Create";
    event.note = told.note;
    event.regarding = {told.regarding.kind, told.regarding.namespace_name, told.regarding.name};
    record(event);
  };
  return options;
}

std::optional<GroupPlacer> MakePlacer(const ApiServer* server, const SimulationOptions& options) {
  if (!options.placement.has_value()) return std::nullopt;
  return GroupPlacer(server, *options.placement);
}

}  // namespace

Simulation::Simulation(SimulationOptions options, SimulationLog log)
    : options_(std::move(options)),
      log_(std::move(log)),
      clock_(options_.start),
      server_(&clock_),
      watch_(&server_, options_.pods.restarts != nullptr),
      collector_(&server_),
      statefulsets_(&server_, WithEvents(options_.statefulsets,
                                         [this](const Event& event) {
                                           Record(event);
                                           repeated_events_.AfterEvent(event);
                                         })),
      placer_(MakePlacer(&server_, options_)),
      scheduler_(&server_, [this](const StoredObject& pod) { return PlacedNode(pod); }),
      kubelet_(&server_, &clock_, options_.seed, options_.kubelet),
      controller_options_(MakeControllerOptions(options_,
                                                [this](const Work& work, const absl::Status& status) {
                                                  repeated_events_.AfterPlan(work.plan, status);
                                                  if (log_.on_plan) log_.on_plan(work.plan, status);
                                                })),
      controller_(std::in_place, this, controller_options_) {
  server_.RegisterWebhook("Pod", [this](Json pod) { return AdmitNewPod(std::move(pod)); });
  server_.Subscribe([this](const ObjectChange& change) { OnChange(change); });
}

Simulation::Watch::Watch(ApiServer* server, bool with_restarts) : with_restarts(with_restarts) {
  fleet.emplace();
  server->Subscribe([this](const ObjectChange& change) { See(change); });
}

void Simulation::Watch::See(const ObjectChange& change) {
  if (change.after == nullptr) {
    fleet->Remove(change.key.kind, change.key.namespace_name, change.key.name);
    reader.Forget(change.key);
    if (change.key.kind == "Pod") restarts.Forget(change.key.namespace_name, change.key.name);
    return;
  }
  absl::StatusOr<ObservedObject> object = reader.Read(change);
  if (object.ok()) fleet->Add(*std::move(object));  // the server holds what its parts wrote, and that reads
  if (!with_restarts || change.key.kind != "Pod") return;
  const absl::StatusOr<GroupMember> member = ReadMemberForRestart(*change.after->Document());
  if (member.ok()) restarts.Tell(change.key.namespace_name, change.key.name, *member);
}

void Simulation::RestartController() {
  kept_ = KeptState();
  watch_.fleet.emplace();
  watch_.restarts = internal::RestartCounts();
  controller_.emplace(this, controller_options_);
  for (const char* kind : {kKind, "Node", "ControllerRevision", "Service", "StatefulSet", "Pod", kPodGroupKind}) {
    for (const SharedObject& object : server_.FindAll(kind)) {
      watch_.See({simulation::ChangeType::kAdded, StoredObjectRef(*object), nullptr, object});
    }
  }
  TellWhatIsDue();
}

// The webhook for pods.
absl::StatusOr<Json> Simulation::AdmitNewPod(Json pod) {
  const ObjectRef key = StoredObjectRef(pod);
  const std::string set = StoredTextAt(pod, {"metadata", "labels", kNameLabel});
  absl::StatusOr<Json> kept = KeepFormerRevision(std::move(pod), fleet().ObserveSet(key.namespace_name, set));
  if (!kept.ok()) return kept.status();
  return AdmitPod(*std::move(kept), AdmissionOptions{options_.pods.scheduler_provider, nullptr});
}

std::optional<absl::StatusOr<std::string>> Simulation::PlacedNode(const StoredObject& pod) {
  const bool is_of_group = !StoredFieldAt(pod, {"metadata", "labels", kNameLabel}).is_null();
  if (!placer_.has_value() || !is_of_group) return std::nullopt;
  return placer_->NodeFor(pod);
}

absl::Status Simulation::AddNode(const std::string& name, const std::map<std::string, std::string>& allocatable,
                                 const std::map<std::string, std::string>& labels) {
  // A list of initializers would copy every value several times.
  Json node = Json::object();
  node["apiVersion"] = "v1";
  node["kind"] = "Node";
  Json& metadata = node["metadata"];
  metadata["name"] = name;
  metadata["labels"] = labels;
  node["status"]["allocatable"] = allocatable;
  return AddNode(std::move(node));
}

absl::Status Simulation::AddNode(Json node) {
  Json& conditions = node["status"]["conditions"];
  if (conditions.is_null()) {
    Json& ready = conditions.emplace_back(Json::object());
    ready["type"] = "Ready";
    ready["status"] = "True";
  }
  Json& labels = node["metadata"]["labels"];
  if (!labels.contains(kHostnameLabel)) labels[kHostnameLabel] = node["metadata"]["name"];
  return server_.Create(std::move(node)).status();
}

absl::Status Simulation::CreateSet(const Json& manifest) {
  const absl::StatusOr<LeaderWorkerSet> set = AdmitSimulatedSet(manifest);
  return set.ok() ? server_.Create(LeaderWorkerSetToJson(*set)).status() : set.status();
}

absl::Status Simulation::EditSet(absl::string_view namespace_name, absl::string_view name, const Json& patch) {
  const ObjectRef key{kKind, std::string(namespace_name), std::string(name)};
  const SharedJson live = server_.Get(key);
  if (live == nullptr) return absl::NotFoundError(absl::StrCat("LeaderWorkerSet ", key.name, " not found"));
  const absl::StatusOr<LeaderWorkerSet> old_set = LeaderWorkerSetFromJson(*live);
  if (!old_set.ok()) return old_set.status();
  const absl::StatusOr<LeaderWorkerSet> edited = AdmitSimulatedEdit(*old_set, patch);
  return edited.ok() ? server_.Update(LeaderWorkerSetToJson(*edited)).status() : edited.status();
}

void Simulation::OnChange(const ObjectChange& change) {
  if (change.after == nullptr && change.key.kind == kKind) kept_.Forget(change.key.namespace_name, change.key.name);
  if (log_.on_change) log_.on_change(change);
  TellWhatIsDue();
}

void Simulation::TellWhatIsDue() {
  for (const FleetName& set : fleet().TakeDueSets()) {
    if (!options_.sets_by_hand) controller_->SetChanged(set.namespace_name, set.name);
  }
  for (const FleetName& pod : fleet().TakeDuePods()) controller_->PodChanged(pod.namespace_name, pod.name);
}

void Simulation::Settle() {
  // One step of one part at a time, in a fixed order of precedence.
  while (collector_.Step() || statefulsets_.Step() || scheduler_.Step() || controller_->RunOne(clock_.now())) {
  }
}

bool Simulation::Advance(absl::Time limit) {
  Settle();
  const std::optional<absl::Time> timer = clock_.next();
  // Attempts that failed ten times fail for ever, unless something else happens.
  const bool is_stuck = !timer.has_value() && controller_->OnlyRepeatsFailures(10);
  const std::optional<absl::Time> retry = is_stuck ? std::nullopt : controller_->NextDue();
  const absl::Time next = std::min(timer.value_or(absl::InfiniteFuture()), retry.value_or(absl::InfiniteFuture()));
  if (next > limit || next == absl::InfiniteFuture()) {
    if (limit != absl::InfiniteFuture()) clock_.MoveTo(limit);
    return false;
  }
  if (timer.has_value() && *timer == next) {
    clock_.Advance();
  } else {
    clock_.MoveTo(next);
  }
  Settle();
  return true;
}

bool Simulation::RunUntilQuiet(absl::Duration duration) {
  const absl::Time limit = clock_.now() + duration;
  Settle();
  while (clock_.next().has_value() || controller_->NextDue().has_value()) {
    if (!Advance(limit)) return false;
  }
  return true;
}

Plan Simulation::RunSetPass(absl::string_view namespace_name, absl::string_view name) {
  Plan plan = ReconcileSet(ObserveSet(namespace_name, name), clock_.now(), options_.sets);
  for (const Action& action : plan.actions) {
    if (!Write(action).ok()) break;
  }
  return plan;
}

SetObservation Simulation::ObserveSet(absl::string_view namespace_name, absl::string_view name) {
  SetObservation observation = fleet().ObserveSet(namespace_name, name);
  kept_.Fill(&observation, options_.pods.restarts != nullptr);
  return observation;
}

PodObservation Simulation::ObservePod(absl::string_view namespace_name, absl::string_view name) {
  PodObservation observation = fleet().ObservePod(namespace_name, name);
  if (options_.pods.restarts == nullptr || observation.pod == nullptr) return observation;
  kept_.Fill(&observation);
  members_ = watch_.restarts.MembersOf(observation);
  observation.members = &members_;
  return observation;
}

void Simulation::Keep(absl::string_view namespace_name, absl::string_view name, const Plan& plan) {
  if (plan.restart_memory != nullptr) {
    const PodObservation pod = fleet().ObservePod(namespace_name, name);
    const bool is_told_by_status = kept_.KeepOfPod(pod, plan);
    if (is_told_by_status) controller_->SetChanged(namespace_name, pod.set->metadata().name());
    return;
  }
  const SetObservation observation = fleet().ObserveSet(namespace_name, name);
  if (observation.set != nullptr) kept_.KeepOfSet(*observation.set, plan);
}

void Simulation::Perform(const Action& action, absl::Time now, WriteDone done) {
  // The fleet contains every change of the server before Perform answers.
  const absl::Status status = Write(action);
  done(status.ok() ? absl::StatusOr<WriteAnswer>(WriteAnswer()) : status, now);
}

absl::Status Simulation::Write(const Action& action) { return internal::PerformAction(action, &server_).status(); }

void Simulation::Record(const Event& event) {
  if (log_.on_event && repeated_events_.IsNew(event)) log_.on_event(event);
}

}  // namespace lws
