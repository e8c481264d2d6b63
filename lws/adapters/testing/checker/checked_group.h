// The state of one group in a small world: its leader, its StatefulSet of workers, its worker, and what the controller
// remembers.
//
//   lws::internal::CheckedGroup group;
//   group.leader.phase = lws::internal::MemberPhase::kReady;
//   lws::internal::UnpackCheckedGroup(lws::internal::PackCheckedGroup(group)).leader.phase;    // kReady
//
// Revisions are 0 and 1. The functions are inline, because a world calls them at every step.
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECKED_GROUP_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECKED_GROUP_H_

#include <cstdint>

#include "lws/adapters/testing/checker/packed_fields.h"
#include "lws/adapters/testing/checker/state_table.h"
#include "lws/api/observed.h"

namespace lws::internal {

enum class MemberPhase : uint8_t { kAbsent, kPending, kReady, kTerminating };

struct CheckedLeader {
  MemberPhase phase = MemberPhase::kAbsent;
  bool in_foreground = false;  // its deletion is in the foreground
  int32_t revision = 0;
  bool restarted = false;
};

// The workers' StatefulSet.
struct CheckedWorkers {
  bool exists = false;
  bool are_own = false;  // they belong to the present leader, by UID
  bool stopping = false;
  int32_t revision = 0;
  int32_t size_revision = 0;  // the revision of the size
};

struct CheckedWorker {
  MemberPhase phase = MemberPhase::kAbsent;
  bool is_own = false;  // it belongs to the present StatefulSet of workers
  int32_t revision = 0;
  bool restarted = false;
  bool replaced = false;  // its UID differs from the remembered one
};

// The members that the controller remembers, and whether it remembers them as restarted.
struct CheckedMemory {
  bool leader = false;  // the present leader
  bool leader_restarted = false;
  bool worker = false;
  bool worker_restarted = false;
  bool owes_restart = false;
};

struct CheckedGroup {
  CheckedLeader leader;
  CheckedWorkers workers;
  CheckedWorker worker;
  CheckedMemory memory;
  // A member failed in the present leader's life and the group has not been restarted for it. is_owed means that it
  // must be.
  bool failed = false;
  bool is_owed = false;
  int32_t set_revision = 0;
  int32_t faults = 0;

  // As packed_fields.h asks for it.
  template <typename Group, typename Field>
  static void ForEachField(Group& group, const Field& field);
};

template <typename Group, typename Field>
void CheckedGroup::ForEachField(Group& group, const Field& field) {
  field(group.leader.phase, 2);
  field(group.leader.in_foreground, 1);
  field(group.leader.revision, 1);
  field(group.leader.restarted, 1);
  field(group.workers.exists, 1);
  field(group.workers.are_own, 1);
  field(group.workers.stopping, 1);
  field(group.workers.revision, 1);
  field(group.workers.size_revision, 1);
  field(group.worker.phase, 2);
  field(group.worker.is_own, 1);
  field(group.worker.revision, 1);
  field(group.worker.restarted, 1);
  field(group.worker.replaced, 1);
  field(group.memory.leader, 1);
  field(group.memory.leader_restarted, 1);
  field(group.memory.worker, 1);
  field(group.memory.worker_restarted, 1);
  field(group.memory.owes_restart, 1);
  field(group.failed, 1);
  field(group.is_owed, 1);
  field(group.set_revision, 1);
  field(group.faults, 2);
}

inline PackedState PackCheckedGroup(const CheckedGroup& group) { return {PackCheckedFields(group, 0), 0}; }

inline CheckedGroup UnpackCheckedGroup(const PackedState& state) {
  CheckedGroup group;
  UnpackCheckedFields(state.now, 0, &group);
  return group;
}

inline bool IsCheckedAlive(MemberPhase phase) { return phase == MemberPhase::kPending || phase == MemberPhase::kReady; }

inline PodPhase CheckedPodPhaseOf(MemberPhase phase) {
  return phase == MemberPhase::kPending ? PodPhase::kPending : PodPhase::kRunning;
}

inline bool CheckedWorkerBelongs(const CheckedGroup& group) {
  return group.workers.exists && group.workers.are_own && group.worker.is_own;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECKED_GROUP_H_
