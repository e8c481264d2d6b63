#include "lws/adapters/host/kept_state.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "lws/adapters/host/kept_state.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/rollout/controls.h"

namespace lws {
namespace {

const ObservedPod* FindLeader(const SetObservation& observation, const std::string& name, int32_t group) {
  if (observation.leaders != nullptr) return observation.leaders->FindLeader(group);
  const auto found = std::find_if(observation.leader_pods.begin(), observation.leader_pods.end(),
                                  [&name](const ObservedPod* pod) { return pod->meta.name == name; });
  return found == observation.leader_pods.end() ? nullptr : *found;
}

// The name of the pod's leader. If no pod has the name that the leader should have, it is the pod's own name.
const std::string& LeaderName(const PodObservation& observation) {
  const bool is_own = observation.pod->is_leader() || observation.leader == nullptr;
  return is_own ? observation.pod->meta.name : observation.leader->meta.name;
}

}  // namespace

const KeptState::Set* KeptState::Find(const LeaderWorkerSet& set) const {
  const auto found = sets_.find({set.metadata().namespace_(), set.metadata().name()});
  const bool is_same = found != sets_.end() && found->second.uid == set.metadata().uid();
  return is_same ? &found->second : nullptr;
}

KeptState::Set& KeptState::At(const LeaderWorkerSet& set) {
  Set& kept = sets_[{set.metadata().namespace_(), set.metadata().name()}];
  if (kept.uid == set.metadata().uid()) return kept;
  kept = Set();
  kept.uid = set.metadata().uid();
  return kept;
}

void KeptState::Fill(SetObservation* observation, bool restarts_are_remembered) const {
  if (observation->set == nullptr) return;
  if (restarts_are_remembered) {
    observation->groups_to_restart.clear();
    observation->groups_backing_off.clear();
    observation->groups_given_up.clear();
  }
  const Set* kept = Find(*observation->set);
  if (kept == nullptr) return;
  observation->rollout_progress = kept->rollout_progress.get();
  if (!restarts_are_remembered) return;
  for (const std::string& name : kept->held) {
    const std::optional<PodName> leader = ParsePodName(name);
    if (!leader.has_value() || leader->parent != observation->set->metadata().name()) continue;
    const ObservedPod* pod = FindLeader(*observation, name, leader->ordinal);
    if (pod != nullptr) AddToList(*kept->groups.at(name), *pod, leader->ordinal, observation);
  }
  std::sort(observation->groups_to_restart.begin(), observation->groups_to_restart.end());
  std::sort(observation->groups_backing_off.begin(), observation->groups_backing_off.end());
  std::sort(observation->groups_given_up.begin(), observation->groups_given_up.end());
}

// A restart is owed to one leader. A group stays given up when its leader is replaced in the same revision.
void KeptState::AddToList(const RestartMemory& memory, const ObservedPod& leader, int32_t group,
                          SetObservation* observation) {
  if (memory.gave_up) {
    if (memory.revision_key == leader.meta.revision_key) observation->groups_given_up.push_back(group);
    return;
  }
  if (memory.leader_uid != leader.meta.uid) return;
  observation->groups_to_restart.push_back(group);
  if (!memory.is_counted) observation->groups_backing_off.push_back(group);
}

void KeptState::Fill(PodObservation* observation) const {
  if (observation->pod == nullptr || observation->set == nullptr) return;
  const Set* kept = Find(*observation->set);
  if (kept == nullptr) return;
  const auto found = kept->groups.find(LeaderName(*observation));
  if (found != kept->groups.end()) observation->restart_memory = found->second.get();
}

void KeptState::KeepOfSet(const LeaderWorkerSet& set, const Plan& plan) {
  if (plan.rollout_progress != nullptr) At(set).rollout_progress = plan.rollout_progress;
}

bool KeptState::KeepOfPod(const PodObservation& observation, const Plan& plan) {
  if (plan.restart_memory == nullptr) return false;
  return KeepMemory(LeaderName(observation), plan.restart_memory, &At(*observation.set));
}

bool KeptState::KeepMemory(const std::string& leader, std::shared_ptr<const RestartMemory> memory, Set* set) {
  std::shared_ptr<const RestartMemory>& kept = set->groups[leader];
  const bool is_held = memory->owes_restart || memory->gave_up;
  const bool is_moved = is_held ? set->held.insert(leader).second : set->held.erase(leader) > 0;
  const bool is_as_before = kept != nullptr && kept->is_counted == memory->is_counted &&
                            kept->gave_up == memory->gave_up && kept->leader_uid == memory->leader_uid &&
                            kept->revision_key == memory->revision_key;
  kept = std::move(memory);
  return is_moved || (is_held && !is_as_before);
}

void KeptState::Forget(absl::string_view namespace_name, absl::string_view name) {
  sets_.erase({std::string(namespace_name), std::string(name)});
}

void KeptState::ForgetAllBut(absl::FunctionRef<bool(absl::string_view, absl::string_view)> is_there) {
  for (auto it = sets_.begin(); it != sets_.end();) {
    it = is_there(it->first.first, it->first.second) ? std::next(it) : sets_.erase(it);
  }
}

std::string KeptState::Save() const {
  KeptStateProto proto;
  SaveTo(&proto);
  return proto.SerializeAsString();
}

void KeptState::SaveTo(KeptStateProto* proto) const {
  for (const auto& [place, set] : sets_) SaveSet(place, set, proto);
}

std::string KeptState::SaveOf(const LeaderWorkerSet& set) const {
  const Set* kept = Find(set);
  if (kept == nullptr) return "";
  KeptStateProto proto;
  SaveSet({set.metadata().namespace_(), set.metadata().name()}, *kept, &proto);
  return proto.SerializeAsString();
}

void KeptState::SaveSet(const Place& place, const Set& set, KeptStateProto* proto) {
  KeptStateProto::Set& written = *proto->add_sets();
  written.set_namespace_(place.first);
  written.set_name(place.second);
  written.set_uid(set.uid);
  if (set.rollout_progress != nullptr) {
    *written.mutable_rollout_progress() = RolloutProgressToProto(*set.rollout_progress);
  }
  for (const auto& [leader, memory] : set.groups) {
    KeptStateProto::Group& group = *written.add_groups();
    group.set_leader(leader);
    *group.mutable_memory() = RestartMemoryToProto(*memory);
  }
}

absl::StatusOr<KeptState> KeptState::Load(absl::string_view bytes) {
  KeptState state;
  absl::Status status = state.Add(bytes);
  if (!status.ok()) return status;
  return state;
}

absl::Status KeptState::Add(absl::string_view bytes) {
  KeptStateProto proto;
  if (!proto.ParseFromString(std::string(bytes))) {
    return absl::InvalidArgumentError("the kept state does not parse: the bytes are not a KeptStateProto");
  }
  Add(proto);
  return absl::OkStatus();
}

void KeptState::Add(const KeptStateProto& proto) {
  for (const KeptStateProto::Set& read : proto.sets()) {
    Set& set = sets_[{read.namespace_(), read.name()}];
    set = Set();
    set.uid = read.uid();
    if (read.has_rollout_progress()) {
      set.rollout_progress = std::make_shared<const RolloutProgress>(RolloutProgressFromProto(read.rollout_progress()));
    }
    for (const KeptStateProto::Group& group : read.groups()) {
      KeepMemory(group.leader(), std::make_shared<const RestartMemory>(RestartMemoryFromProto(group.memory())), &set);
    }
  }
}

}  // namespace lws
