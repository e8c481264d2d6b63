#include "lws/adapters/c/fleet_handle.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "lws/adapters/c/policy.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/api/well_known.h"
#include "lws/core/observation.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws::internal {
namespace {

// An object, and of a pod that fails what a restart policy reads of it.
struct ReadObject {
  ObservedObject observed;
  std::optional<GroupMember> member;
};

absl::StatusOr<ReadObject> Read(const Json& object) {
  absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
  if (!observed.ok()) return observed.status();
  ReadObject read{*std::move(observed), std::nullopt};
  const auto* pod = std::get_if<ObservedPod>(&read.observed);
  if (pod == nullptr || !IsFailingPod(*pod) || !pod->worker_index.has_value()) return read;
  absl::StatusOr<GroupMember> member = ReadMemberForRestart(object);
  if (!member.ok()) return member.status();
  read.member = *std::move(member);
  return read;
}

void Add(ReadObject object, lws_fleet* fleet) {
  if (const auto* pod = std::get_if<ObservedPod>(&object.observed); pod != nullptr) {
    const ObservedMeta& meta = pod->meta;
    if (!object.member.has_value()) {
      fleet->counts.Forget(meta.namespace_name, meta.name);
    } else if (fleet->counts.Tell(meta.namespace_name, meta.name, *object.member)) {
      fleet->restarted_again.push_back({meta.namespace_name, meta.name});
    }
  }
  fleet->objects->Add(std::move(object.observed));
}

// A pod of the group that restarted, but was told without how often; null when there is none.
const ObservedPod* UncountedPod(const lws_fleet& fleet, const PodObservation& observation) {
  const auto is_uncounted = [&fleet](const ObservedPod* pod) {
    return pod != nullptr && pod->restarted && !fleet.counts.Knows(*pod);
  };
  if (is_uncounted(observation.leader)) return observation.leader;
  for (const ObservedPod* pod : observation.group_pods) {
    if (is_uncounted(pod)) return pod;
  }
  return nullptr;
}

// Adds those of `more` that are not there yet, and empties it.
std::vector<FleetName> WithMore(std::vector<FleetName> due, std::vector<FleetName>* more) {
  if (more->empty()) return due;
  std::set<std::pair<std::string, std::string>> known;
  for (const FleetName& name : due) known.emplace(name.namespace_name, name.name);
  for (FleetName& name : *more) {
    if (known.emplace(name.namespace_name, name.name).second) due.push_back(std::move(name));
  }
  more->clear();
  return due;
}

}  // namespace

absl::Status AddCallerObject(const Json& object, lws_fleet* fleet) {
  absl::StatusOr<ReadObject> read = Read(object);
  if (!read.ok()) return read.status();
  Add(*std::move(read), fleet);
  return absl::OkStatus();
}

absl::Status AddCallerObjects(const std::vector<SharedJson>& objects, lws_fleet* fleet) {
  std::vector<ReadObject> all;
  for (const SharedJson& object : objects) {
    absl::StatusOr<ReadObject> read = Read(*object);
    if (!read.ok()) return read.status();
    all.push_back(*std::move(read));
  }
  for (ReadObject& object : all) Add(std::move(object), fleet);
  return absl::OkStatus();
}

void RemoveCallerObject(absl::string_view kind, absl::string_view namespace_name, absl::string_view name,
                        lws_fleet* fleet) {
  fleet->objects->Remove(kind, namespace_name, name);
  if (kind == "Pod") fleet->counts.Forget(namespace_name, name);
  if (kind == kKind) fleet->kept.Forget(namespace_name, name);
}

std::vector<FleetName> TakeDuePodsForCaller(lws_fleet* fleet) {
  return WithMore(fleet->objects->TakeDuePods(), &fleet->restarted_again);
}

std::vector<FleetName> TakeDueSetsForCaller(lws_fleet* fleet) {
  return WithMore(fleet->objects->TakeDueSets(), &fleet->remembering);
}

Plan DecideSetForCaller(lws_fleet* fleet, absl::string_view namespace_name, absl::string_view name, absl::Time now,
                        const lws_policy* policy) {
  SetObservation observation = fleet->objects->ObserveSet(namespace_name, name);
  const bool remembers_restarts = RemembersRestarts(policy);
  if (observation.set != nullptr && (remembers_restarts || fleet->kept.size() > 0)) {
    fleet->kept.Fill(&observation, remembers_restarts);
  }
  Plan plan = ReconcileSet(observation, now, SetOptionsOfCaller(policy));
  if (plan.rollout_progress != nullptr) fleet->kept.KeepOfSet(*observation.set, plan);
  return plan;
}

absl::StatusOr<Plan> DecidePodForCaller(lws_fleet* fleet, absl::string_view namespace_name, absl::string_view name,
                                        absl::Time now, const lws_policy* policy) {
  const PodCall call(policy);
  const PodReconcileOptions options = call.options();
  PodObservation observation = fleet->objects->ObservePod(namespace_name, name);
  const bool is_remembered = options.restarts != nullptr && observation.pod != nullptr && observation.set != nullptr;
  if (!is_remembered) return ReconcilePod(observation, now, options);
  if (const ObservedPod* pod = UncountedPod(*fleet, observation); pod != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("Pod ", pod->meta.namespace_name, "/", pod->meta.name,
                                                      ": a restart policy needs its document, which tells how often it "
                                                      "restarted"));
  }
  const GroupMembers members = fleet->counts.MembersOf(observation);
  observation.members = &members;
  fleet->kept.Fill(&observation);
  Plan plan = ReconcilePod(observation, now, options);
  if (!call.status().ok()) return call.status();
  const bool is_told_by_status = fleet->kept.KeepOfPod(observation, plan);
  if (is_told_by_status)
    fleet->remembering.push_back({std::string(namespace_name), observation.set->metadata().name()});
  return plan;
}

}  // namespace lws::internal
