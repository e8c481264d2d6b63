// A group in 64 bytes and each of its workers in 20: what decisions read of objects that are as Kubernetes makes them.
//
//   lws::internal::PackedGroups groups;
//   groups.SetWorkers(7);
//   groups.At(12).leader.phase = ...;    // made when it is not there
//   groups.Find(13);                     // null: nothing was ever there
//
// Groups lie in pages of 64, so that a large index costs a page and not all that is below it. All members of a group
// are in one place: an event touches one or two lines of memory.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_FLEET_PACKED_GROUP_H_
#define LWS_CORE_FLEET_PACKED_GROUP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/groups/group_state.h"

namespace lws::internal {

struct PackedLeader {
  PackedUid uid;
  uint64_t resource_version;
  NodeId node;
  RevisionId revision;
  uint16_t exists : 1;
  uint16_t phase : 3;
  uint16_t has_ready_condition : 1;
  uint16_t restarted : 1;
  uint16_t terminating : 1;
  uint16_t fails : 1;  // TriggersRestart of the three
  uint16_t requests_tpus : 1;
  uint16_t has_group_key : 1;  // that of its name; else none
  uint16_t has_pod_group : 1;  // PodGroupName of its name and revision; else none
  // The object is kept whole elsewhere, for what does not fit here; only the words above that the set reads are good.
  uint16_t is_whole : 1;
  uint16_t is_due : 1;
  // A member of the group fails, or failed when it was last looked at; the group is then in FleetSet::failing.
  uint16_t has_failing : 1;
  uint16_t is_listed : 1;
  uint16_t is_told : 1;  // since the list of its kind began
};

struct PackedStatefulSet {
  PackedUid uid;  // also what the group's packed workers name as their controller, but for those of another owner
  int32_t replicas;
  int32_t available_replicas;
  int32_t status_replicas;
  RevisionId revision;
  uint16_t exists : 1;
  uint16_t terminating : 1;
  uint16_t one_revision : 1;        // currentRevision and updateRevision are the same
  uint16_t is_owned_by_leader : 1;  // its controller is the leader pod of its name, with the leader's UID here
  uint16_t is_whole : 1;            // as for the leader
  uint16_t is_told : 1;             // as for the leader
};

struct PackedGroup {
  PackedLeader leader;
  PackedStatefulSet workers;
};
static_assert(sizeof(PackedGroup) == 64, "a group takes one line of memory");

struct PackedWorker {
  PackedUid uid;
  RevisionId revision;
  uint16_t exists : 1;
  uint16_t phase : 3;
  uint16_t restarted : 1;
  uint16_t terminating : 1;
  uint16_t fails : 1;  // TriggersRestart of the three
  // Its controller is FleetSet::other_owners of the group: workers of a former StatefulSet end while those of the next
  // begin.
  uint16_t has_other_owner : 1;
  uint16_t is_due : 1;
  uint16_t is_told : 1;  // as for the leader
};
static_assert(sizeof(PackedWorker) == 20, "workers are packed");

// What JudgeGroup asks of the group.
inline GroupSummary SummaryOf(const PackedGroup& group, RevisionId key) {
  GroupSummary summary;
  summary.has_leader = group.leader.exists;
  summary.leader_ready =
      group.leader.phase == static_cast<uint16_t>(PodPhase::kRunning) && group.leader.has_ready_condition;
  summary.leader_updated = group.leader.revision == key;
  summary.leader_terminating = group.leader.terminating;
  summary.has_workers = group.workers.exists;
  summary.workers_ready = group.workers.replicas == group.workers.available_replicas && group.workers.one_revision;
  summary.workers_updated = group.workers.revision == key;
  summary.workers_terminating = group.workers.terminating;
  return summary;
}

class PackedGroups {
 public:
  // The most workers of a group that are packed. A larger group keeps its other workers whole, so that memory follows
  // the members that are there, and not a size that somebody wrote.
  static constexpr int32_t kMostWorkers = 4095;

  static constexpr int32_t kPageGroups = 64;

  // Workers that a group has place for.
  int32_t workers() const { return workers_; }

  // Makes place for that many workers a group; there is never less than before. Complexity: O(groups) when it grows.
  void SetWorkers(int32_t workers);

  // Null when the page of the group is not there. REQUIRES: index >= 0.
  const PackedGroup* Find(int32_t index) const {
    const std::byte* page = PageOf(index);
    return page == nullptr ? nullptr : GroupIn(page, index % kPageGroups);
  }
  PackedGroup* Find(int32_t index) { return const_cast<PackedGroup*>(std::as_const(*this).Find(index)); }
  PackedGroup& At(int32_t index);

  // Calls change(group, its workers) for the groups of every page, in order.
  template <typename Change>
  void ForEachMutable(const Change& change) {
    ForEach([this, &change](int32_t index, const PackedGroup&, const PackedWorker*) {
      PackedGroup* group = Find(index);
      change(group, reinterpret_cast<PackedWorker*>(group + 1));
    });
  }

  // Worker 1 and up; null when the page is not there, or there is no place for such a worker.
  const PackedWorker* FindWorker(int32_t index, int32_t worker) const {
    const PackedGroup* group = Find(index);
    if (group == nullptr || worker < 1 || worker > workers_) return nullptr;
    return WorkersOf(group) + worker - 1;
  }
  PackedWorker* FindWorker(int32_t index, int32_t worker) {
    return const_cast<PackedWorker*>(std::as_const(*this).FindWorker(index, worker));
  }

  // Asks the processor for the memory of a member, worker 0 being the leader. REQUIRES: worker <= workers(). Inlined
  // always: GCC takes a function that only prefetches for one without effect, and leaves its calls out.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Prefetch(int32_t index, int32_t worker) const {
    const PackedGroup* group = Find(index);
    if (group == nullptr) return;
    if (worker == 0) {
      __builtin_prefetch(group, 1);
      __builtin_prefetch(reinterpret_cast<const char*>(group + 1) - 1, 1);
    } else {
      const PackedWorker* place = WorkersOf(group) + worker - 1;
      __builtin_prefetch(place, 1);
      __builtin_prefetch(reinterpret_cast<const char*>(place + 1) - 1, 1);
    }
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void PrefetchPage(int32_t index) const {
    __builtin_prefetch(pages_.data() + static_cast<size_t>(index) / kPageGroups);
  }

  // Calls visit(index, group, its workers) for the groups of every page, in order.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (size_t i = 0; i < pages_.size(); ++i) {
      if (pages_[i] == nullptr) continue;
      for (int32_t group = 0; group < kPageGroups; ++group) {
        const PackedGroup* packed = GroupIn(pages_[i].get(), group);
        for (size_t line = 0; line < group_bytes_; line += kLine) {
          __builtin_prefetch(reinterpret_cast<const std::byte*>(packed) + kAhead + line);
        }
        visit(static_cast<int32_t>(i) * kPageGroups + group, *packed, WorkersOf(packed));
      }
    }
  }

 private:
  // kPageGroups groups, each with its workers behind it.
  struct FreePage {
    void operator()(std::byte* page) const;
  };
  using Page = std::unique_ptr<std::byte, FreePage>;

  static constexpr size_t kLine = 64;  // of memory, in bytes
  // How far ahead ForEach asks for memory, in bytes.
  static constexpr size_t kAhead = 2048;

  static size_t GroupBytes(int32_t workers) {
    const size_t bytes = sizeof(PackedGroup) + sizeof(PackedWorker) * static_cast<size_t>(workers);
    return (bytes + alignof(PackedGroup) - 1) / alignof(PackedGroup) * alignof(PackedGroup);
  }
  static Page MakePage(int32_t workers);

  const PackedGroup* GroupIn(const std::byte* page, int32_t group) const {
    return reinterpret_cast<const PackedGroup*>(page + group_bytes_ * static_cast<size_t>(group));
  }
  static const PackedWorker* WorkersOf(const PackedGroup* group) {
    return reinterpret_cast<const PackedWorker*>(group + 1);
  }

  const std::byte* PageOf(int32_t index) const {
    const size_t page = static_cast<size_t>(index) / kPageGroups;
    return page < pages_.size() ? pages_[page].get() : nullptr;
  }

  size_t group_bytes_ = sizeof(PackedGroup);
  int32_t workers_ = 0;
  std::vector<Page> pages_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_PACKED_GROUP_H_
