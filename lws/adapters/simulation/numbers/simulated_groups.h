// The groups of a simulated set in numbers: the state of each member, and what the controller was told of it.
//
//   lws::internal::SimulatedGroups groups;
//   groups.Begin(/*set_number=*/0, /*size=*/8);
//   groups.Grow(1000000);
//   groups.PodOf(/*group=*/12, /*worker=*/3).exists = true;
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATED_GROUPS_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATED_GROUPS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

// The UID of every object for which the UID does not matter.
inline constexpr char kSimulatedUid[] = "00000000-0000-4000-8000-000000000000";

// The UID of a pod, and of the workers' StatefulSet of a group, in one of their lives.
inline PackedUid NumberedPodUid(int32_t group, int32_t worker, uint32_t life) {
  return {{1, static_cast<uint32_t>(group), static_cast<uint32_t>(worker), life}};
}
inline PackedUid NumberedWorkersUid(int32_t group, uint32_t life) {
  return {{2, static_cast<uint32_t>(group), 0, life}};
}

struct SimulatedPod {
  uint32_t life = 0;       // how many pods had the name so far
  uint32_t told_life = 0;  // the life that the controller knows; 0: none
  uint16_t node = 0;
  uint8_t pulls = 0;  // failed pulls
  bool exists : 1;
  bool started : 1;
  bool ready : 1;
  bool restarted : 1;
  bool stopping : 1;
  bool is_former : 1;     // a worker of a former StatefulSet
  bool is_lost : 1;       // it was ready when its node was lost
  bool told_failing : 1;  // the controller was told that it fails

  SimulatedPod() : exists(), started(), ready(), restarted(), stopping(), is_former(), is_lost(), told_failing() {}
};
static_assert(sizeof(SimulatedPod) == 12, "a pod is packed");

struct SimulatedGroup {
  uint32_t workers_life = 0;  // how many worker StatefulSets the group had so far
  RevisionId leader_revision = 0;
  RevisionId workers_revision = 0;
  bool has_workers = false;       // their StatefulSet exists
  bool workers_stopping = false;  // it is deleted once its pods are gone
  bool restarts = false;          // the leader is deleted once its dependents are gone
  bool leader_stopped = false;    // its containers have ended
  uint64_t leader_version = 0;    // the resource version of the leader
  bool is_kept_back = false;      // the watches keep back changes
  int32_t members = 0;            // the number of the StatefulSet's pods
  int32_t ready_members = 0;
};

class SimulatedGroups {
 public:
  // Sets the number of the set in its fleet, and the size of its groups. REQUIRES: size >= 1, and no groups exist yet.
  void Begin(uint32_t set_number, int32_t size) {
    set_number_ = set_number;
    size_ = size;
  }

  uint32_t set_number() const { return set_number_; }
  int32_t size() const { return size_; }
  int32_t count() const { return static_cast<int32_t>(groups_.size()); }

  // Makes sure that there are at least `count` groups.
  void Grow(int32_t count) {
    if (groups_.size() >= static_cast<size_t>(count)) return;
    groups_.resize(static_cast<size_t>(count));
    pods_.resize(static_cast<size_t>(count) * size_);
  }

  bool Has(int32_t group, int32_t worker) const {
    return group >= 0 && group < count() && worker >= 0 && worker < size_;
  }

  // REQUIRES: Has(group, worker).
  SimulatedGroup& At(int32_t group) { return groups_[group]; }
  const SimulatedGroup& At(int32_t group) const { return groups_[group]; }
  SimulatedPod& PodOf(int32_t group, int32_t worker) { return PodsOf(group)[worker]; }
  // The members of the group: size() pods, the leader first.
  SimulatedPod* PodsOf(int32_t group) { return pods_.data() + static_cast<size_t>(group) * size_; }
  const SimulatedPod* PodsOf(int32_t group) const { return pods_.data() + static_cast<size_t>(group) * size_; }

  RevisionId RevisionOf(int32_t group, int32_t worker) const {
    return worker == 0 ? groups_[group].leader_revision : groups_[group].workers_revision;
  }

  // Whether all members exist and are ready.
  bool IsReady(int32_t group) const {
    const SimulatedPod& leader = *PodsOf(group);
    return leader.exists && leader.ready && HasWorkers(group) && groups_[group].ready_members == size_ - 1;
  }

  // Whether the leader exists, and it and the workers' StatefulSet have the revision.
  bool IsUpdated(int32_t group, RevisionId revision) const {
    const SimulatedGroup& state = groups_[group];
    return PodsOf(group)->exists && state.leader_revision == revision && HasWorkers(group) &&
           (size_ == 1 || state.workers_revision == revision);
  }

  // Whether the leader or the workers' StatefulSet, as far as they exist, have another revision.
  bool IsFormer(int32_t group, RevisionId revision) const {
    const SimulatedGroup& state = groups_[group];
    const bool has_former_leader = PodsOf(group)->exists && state.leader_revision != revision;
    return has_former_leader || (size_ > 1 && HasWorkers(group) && state.workers_revision != revision);
  }

  // Whether a policy must not count on the group: something is being deleted, or a container has restarted.
  bool IsLeaving(int32_t group) const {
    bool leaving = groups_[group].workers_stopping;
    const SimulatedPod* pods = PodsOf(group);
    for (int32_t i = 0; i < size_; ++i) leaving |= pods[i].exists && (pods[i].stopping || pods[i].restarted);
    return leaving;
  }

  // Whether the controller knows of a failing member.
  bool IsToldFailing(int32_t group) const {
    bool told_failing = false;
    const SimulatedPod* pods = PodsOf(group);
    for (int32_t i = 0; i < size_; ++i) told_failing |= pods[i].told_failing;
    return told_failing;
  }

  // Calls visit(group, worker) for the pods on the node. Complexity: O(pods).
  template <typename Visit>
  void ForEachPodOn(uint16_t node, const Visit& visit) {
    for (size_t i = 0; i < pods_.size(); ++i) {
      const bool is_there = pods_[i].exists && pods_[i].node == node;
      if (is_there) visit(static_cast<int32_t>(i / size_), static_cast<int32_t>(i % size_));
    }
  }

 private:
  bool HasWorkers(int32_t group) const { return size_ == 1 || groups_[group].has_workers; }

  uint32_t set_number_ = 0;
  int32_t size_ = 1;
  std::vector<SimulatedGroup> groups_;
  std::vector<SimulatedPod> pods_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_SIMULATED_GROUPS_H_
