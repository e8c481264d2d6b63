// The leader StatefulSet of one set as Kubernetes' controller runs it, with leaders as numbers. Even with a million
// leaders, a look costs only what changed since the last one.
//
//   lws::internal::LeaderRollout leaders(/*max_unavailable_statefulset=*/true);
//   leaders.Apply({/*revision=*/1, /*partition=*/0, /*replicas=*/3, /*max_unavailable=*/1});
//   lws::internal::LeaderRollout::Work work;
//   leaders.Sync(&work);    // work.create: {0, 1}, {1, 1}, {2, 1}
//
// Pods are created in parallel. Rolling updates go from the highest ordinal down to the partition, one pod at a time
// or, with the feature MaxUnavailableStatefulSet, as many as may be unavailable. It behaves like
// statefulset_controller.h, which works on objects.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_LEADER_ROLLOUT_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_LEADER_ROLLOUT_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

class LeaderRollout {
 public:
  struct Spec {
    RevisionId revision = 0;
    int32_t partition = 0;
    int32_t replicas = 0;
    int32_t max_unavailable = 1;
    // No leader is replaced. Leaders below the partition still get the former revision, because admission changes
    // them.
    bool on_delete = false;
  };

  // What a look decided. The work counts as done.
  struct Work {
    std::vector<std::pair<int32_t, RevisionId>> create;
    std::vector<int32_t> stop;  // to delete, in the background
  };

  explicit LeaderRollout(bool max_unavailable_statefulset)
      : max_unavailable_statefulset_(max_unavailable_statefulset) {}

  void Apply(const Spec& spec);

  // Records a change of a leader. REQUIRES: the leader exists.
  void SetReady(int32_t ordinal, bool ready);
  void SetStopping(int32_t ordinal);
  void SetGone(int32_t ordinal);

  // Replaces `work`. Complexity: O(changes since the last look), and O(replicas) when the revision changed.
  void Sync(Work* work);

  const Spec& spec() const { return spec_; }
  // Whether something changed since the last look.
  bool is_due() const { return is_due_; }
  // Whether its rollout has ended. From then on, leaders below its partition get the spec's revision, too.
  bool is_complete() const { return current_revision_ == spec_.revision; }
  // The number of existing pods.
  int32_t status_replicas() const { return there_; }

 private:
  struct Leader {
    RevisionId revision = 0;
    bool exists = false;
    bool ready = false;
    bool stopping = false;

    bool healthy() const { return exists && ready && !stopping; }
  };

  bool IsUpdated(const Leader& leader) const {
    return leader.exists && !leader.stopping && leader.revision == spec_.revision;
  }
  bool IsOld(const Leader& leader) const {
    return leader.exists && !leader.stopping && leader.revision != spec_.revision;
  }
  // Adds the leader to the counts with `sign` 1, or removes it with -1.
  void Count(int32_t ordinal, int32_t sign);
  void Raise(int32_t ordinal);
  void Create(int32_t ordinal, Work* work);
  void Stop(int32_t ordinal, Work* work);
  void Roll(Work* work);

  const bool max_unavailable_statefulset_;
  bool is_due_ = false;
  Spec spec_;
  RevisionId current_revision_ = 0;
  std::vector<Leader> leaders_;
  std::vector<int32_t> missing_;    // ordinals that may have to be created
  std::vector<int32_t> condemned_;  // ordinals that may have to be stopped
  int32_t there_ = 0;
  int32_t ready_ = 0;
  int32_t updated_ = 0;
  int32_t healthy_ = 0;  // below replicas
  // No leader above this ordinal must be replaced: all have the revision and, without the feature, are healthy.
  int32_t cursor_ = -1;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_LEADER_ROLLOUT_H_
