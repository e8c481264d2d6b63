#include "lws/core/fleet/fleet.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed_object.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_facts.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_objects.h"
#include "lws/core/fleet/fleet_relist.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/fleet_views.h"
#include "lws/core/fleet/object_counts.h"
#include "lws/core/fleet/object_visit.h"
#include "lws/core/fleet/packed_objects.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/fleet/unpacked_objects.h"

namespace lws {

using internal::DueList;
using internal::FleetFacts;
using internal::FleetIndex;
using internal::FleetObjects;
using internal::FleetSet;
using internal::FleetViews;
using internal::PackedObjects;
using internal::Slot;
using internal::UnpackedObjects;

void FleetRelist::Begin(absl::string_view kind) { internal::BeginFleetRelist(kind, &index_); }

std::vector<FleetName> FleetRelist::End(absl::string_view kind) {
  std::vector<FleetName> gone = internal::EndFleetRelist(kind, &index_);
  for (const FleetName& object : gone) objects_.Remove(kind, object.namespace_name, object.name);
  return gone;
}

void FleetRelist::Keep(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  internal::KeepListedFleetObject({std::string(namespace_name), std::string(name)}, kind, &index_);
}

uint32_t FleetNumbers::OfSet(absl::string_view namespace_name, absl::string_view name) {
  FleetSet& set = index_.SetOf(namespace_name, name);
  index_.HoldNumber(&set, true);
  return set.use.number;
}

void FleetNumbers::ForgetSet(uint32_t set) {
  const std::vector<FleetSet*>& sets = index_.sets();
  if (set < sets.size() && sets[set] != nullptr) index_.HoldNumber(sets[set], false);
}

absl::StatusOr<RevisionId> FleetNumbers::OfRevision(uint32_t set, absl::string_view revision_key) {
  const std::vector<FleetSet*>& sets = index_.sets();
  if (set >= sets.size() || sets[set] == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("no set has the number ", set));
  const std::optional<uint32_t> number = sets[set]->revision_names.Intern(revision_key);
  if (!number.has_value()) return absl::ResourceExhaustedError("no number is left for a revision of the set");
  return static_cast<RevisionId>(*number);
}

absl::StatusOr<NodeId> FleetNumbers::OfNode(absl::string_view node) {
  const std::optional<uint32_t> number = index_.node_names().Intern(node);
  if (!number.has_value()) return absl::ResourceExhaustedError("no number is left for a node");
  return *number;
}

struct Fleet::State {
  FleetIndex index;
  DueList due;
  UnpackedObjects whole{&index, &due};
  PackedObjects packed{&index, &due, &whole};
  FleetObjects objects{&index, &due, &whole, &packed};
  FleetFacts facts{&index, &due, &whole, &packed, &objects};
  FleetViews observer{&index};

  // Due entries refer to sets, so sets are only forgotten after all due entries were taken.
  void ForgetUnused() {
    if (due.empty()) index.ForgetUnused();
  }

  Slot SlotOf(const Member& member) const { return {index.sets()[member.set], member.group, member.worker}; }
};

Fleet::Fleet() : state_(std::make_unique<State>()) {}
Fleet::~Fleet() = default;
Fleet::Fleet(Fleet&&) noexcept = default;

void Fleet::AddSet(LeaderWorkerSet set) { state_->objects.AddSet(std::move(set)); }
void Fleet::AddPod(ObservedPod pod) { state_->objects.AddPod(std::move(pod)); }
void Fleet::AddStatefulSet(ObservedStatefulSet statefulset) { state_->objects.AddStatefulSet(std::move(statefulset)); }

struct Fleet::Adder {
  Fleet* fleet;

  void operator()(std::monostate) {}
  void operator()(LeaderWorkerSet& set) { fleet->AddSet(std::move(set)); }
  void operator()(ObservedPod& pod) { fleet->AddPod(std::move(pod)); }
  void operator()(ObservedStatefulSet& statefulset) { fleet->AddStatefulSet(std::move(statefulset)); }
  void operator()(ObservedRevision& revision) { fleet->state_->objects.AddRevision(std::move(revision)); }
  void operator()(ObservedService& service) { fleet->state_->objects.AddService(std::move(service)); }
  void operator()(ObservedPodGroup& pod_group) { fleet->state_->objects.AddPodGroup(std::move(pod_group)); }
  void operator()(ObservedNode& node) { fleet->state_->objects.AddNode(std::move(node)); }
};

absl::Status Fleet::Add(const Json& object) {
  absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
  if (!observed.ok()) return observed.status();
  Add(*std::move(observed));
  return absl::OkStatus();
}

void Fleet::Add(ObservedObject object) { std::visit(Adder{this}, object); }

void Fleet::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  state_->objects.Remove(kind, namespace_name, name);
}

FleetRelist Fleet::relist() { return {&state_->index, &state_->objects}; }
FleetNumbers Fleet::numbers() { return FleetNumbers(&state_->index); }

absl::Status Fleet::TellPods(absl::Span<const PodFacts> pods) { return state_->facts.TellPods(pods); }

absl::Status Fleet::TellWorkers(absl::Span<const WorkersFacts> statefulsets) {
  return state_->facts.TellWorkers(statefulsets);
}

void Fleet::TellStatus(uint32_t set, const LeaderWorkerSetStatus& status) {
  FleetSet* told = state_->index.sets()[set];
  *told->set.mutable_status() = status;
  state_->due.AddSet(told);
}

void Fleet::TakeDueSets(std::vector<uint32_t>* sets) {
  state_->due.TakeSets(sets);
  state_->ForgetUnused();
}
std::vector<FleetName> Fleet::TakeDueSets() {
  std::vector<FleetName> due = state_->due.TakeSets();
  state_->ForgetUnused();
  return due;
}

void Fleet::TakeDuePods(std::vector<Member>* members, std::vector<FleetName>* others) {
  state_->due.TakePods(members, others);
  state_->ForgetUnused();
}
std::vector<FleetName> Fleet::TakeDuePods() {
  std::vector<FleetName> due = state_->due.TakePods();
  state_->ForgetUnused();
  return due;
}

FleetCounts Fleet::Count() const { return internal::CountFleetObjects(state_->index.sets()); }

void ForEachObject(const Fleet& fleet, absl::FunctionRef<void(const ObservedObject& object)> visit) {
  internal::VisitFleetObjects(&fleet.state_->index, visit);
}

SetObservation Fleet::ObserveSet(uint32_t set) {
  const std::vector<FleetSet*>& sets = state_->index.sets();
  return set < sets.size() ? state_->observer.ObserveSet(sets[set]) : SetObservation();
}
SetObservation Fleet::ObserveSet(absl::string_view namespace_name, absl::string_view name) {
  return state_->observer.ObserveSet(state_->index.FindSet(namespace_name, name));
}
SetObservation Fleet::ObserveWholeSet(absl::string_view namespace_name, absl::string_view name) {
  return state_->observer.ObserveWholeSet(state_->index.FindSet(namespace_name, name));
}
PodObservation Fleet::ObservePod(absl::string_view namespace_name, absl::string_view name) {
  return state_->observer.ObservePod(namespace_name, name);
}

RestartFacts Fleet::RestartFactsOf(const Member& member) {
  return state_->observer.RestartFactsOf(state_->SlotOf(member));
}
LeaderFacts Fleet::LeaderFactsOf(const Member& member) {
  return state_->observer.LeaderFactsOf(state_->SlotOf(member));
}

}  // namespace lws
