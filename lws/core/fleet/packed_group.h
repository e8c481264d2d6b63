// A group in 64 bytes and each of its workers in 20. They hold what decisions read of objects that Kubernetes made.
//
//   lws::internal::PackedGroups groups;
//   groups.SetMostWorkers(7);
//   groups.At(12).leader.phase = ...;    // created if it does not exist
//   groups.Find(13);                     // null when no group of its page was ever created
//   groups.workers(12);                  // 7: the page has room for each of them
//
// Groups lie in pages of 64, so that a large index costs one page and not everything below it. All members of a group
// lie together, so that an event touches one or two cache lines. A page has room for kFirstWorkers workers of each of
// its groups, or for fewer in a set of a smaller size, until MakeRoom widens it.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_FLEET_PACKED_GROUP_H_
#define LWS_CORE_FLEET_PACKED_GROUP_H_

#include <algorithm>
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
#include "absl/types/span.h"
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
  uint16_t fails : 1;  // TriggersRestart of phase, restarted and terminating
  uint16_t requests_tpus : 1;
  uint16_t has_group_key : 1;  // the key derived from its name; else it has none
  uint16_t has_pod_group : 1;  // PodGroupName of its name and revision; else it has none
  // The object does not fit here and is kept whole elsewhere. Only those of the fields above that the set reads are
  // valid.
  uint16_t is_whole : 1;
  uint16_t is_due : 1;
  // A member of the group fails, or did at the last look. The group is then in FleetSet::failing.
  uint16_t has_failing : 1;
  uint16_t is_listed : 1;
  uint16_t is_told : 1;  // since the list of its kind began
};

struct PackedStatefulSet {
  PackedUid uid;  // packed workers name it as their controller, unless has_other_owner
  int32_t replicas;
  int32_t available_replicas;
  int32_t status_replicas;
  RevisionId revision;
  uint16_t exists : 1;
  uint16_t terminating : 1;
  uint16_t one_revision : 1;        // currentRevision equals updateRevision
  uint16_t is_owned_by_leader : 1;  // its controller is the leader pod of its name, by UID
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
  uint16_t fails : 1;  // TriggersRestart of phase, restarted and terminating
  // Its controller is the group's entry in FleetSet::other_owners: workers of a former StatefulSet end while those of
  // the next one begin.
  uint16_t has_other_owner : 1;
  uint16_t is_due : 1;
  uint16_t is_told : 1;  // as for the leader
};
static_assert(sizeof(PackedWorker) == 20, "workers are packed");

// The fields of the group that JudgeGroup reads.
inline GroupSummary SummaryOfPackedGroup(const PackedGroup& group, RevisionId key) {
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
  // The most workers of a group that are packed. A larger group keeps its other workers whole, so that memory grows
  // with the members that exist and not with a size that somebody wrote.
  static constexpr int32_t kMostWorkers = 4095;

  static constexpr int32_t kPageGroups = 64;

  static constexpr int32_t kFirstWorkers = 16;
  // How many more workers a page may get room for with each pod of a group. So a page takes at most 25 KB, and 5 KB for
  // each pod of one of its groups.
  static constexpr int32_t kRoomOfAPod = 4;

  // The most workers of a group that may be packed.
  int32_t most_workers() const { return most_workers_; }
  // The number of workers for which every group of this group's page has room, or will have when the page is created.
  int32_t workers(int32_t index) const {
    const Page* page = PageOf(index);
    return page == nullptr ? std::min(most_workers_, kFirstWorkers) : page->workers;
  }

  // Raises most_workers(), which never falls. Complexity: O(groups) when it grows.
  void SetMostWorkers(int32_t workers);

  // The number of workers for which MakeRoom makes room: at least twice as many as before, so that workers told in
  // ascending order copy each page only a few times. REQUIRES: worker <= most_workers().
  int32_t RoomFor(int32_t index, int32_t worker) const {
    const int32_t room = workers(index);
    return worker <= room ? room : std::min(most_workers_, std::max(worker, 2 * room));
  }
  // Widens the group's page to RoomFor(index, worker). Complexity: O(page) when the page grows.
  void MakeRoom(int32_t index, int32_t worker);

  // Returns null when the page of the group does not exist. REQUIRES: index >= 0.
  const PackedGroup* Find(int32_t index) const {
    const Page* page = PageOf(index);
    return page == nullptr ? nullptr : GroupIn(*page, index % kPageGroups);
  }
  PackedGroup* Find(int32_t index) { return const_cast<PackedGroup*>(std::as_const(*this).Find(index)); }
  PackedGroup& At(int32_t index);

  // Calls change(group, its workers) for all groups of the existing pages, in order.
  template <typename Change>
  void ForEachMutable(const Change& change) {
    ForEach([this, &change](int32_t index, const PackedGroup&, absl::Span<const PackedWorker> workers) {
      PackedGroup* group = Find(index);
      change(group, absl::MakeSpan(reinterpret_cast<PackedWorker*>(group + 1), workers.size()));
    });
  }

  // Worker 1 and up. Returns null when the page does not exist, or has no room for such a worker.
  const PackedWorker* FindWorker(int32_t index, int32_t worker) const {
    const Page* page = PageOf(index);
    if (page == nullptr || worker < 1 || worker > page->workers) return nullptr;
    return WorkersOf(GroupIn(*page, index % kPageGroups)) + worker - 1;
  }
  PackedWorker* FindWorker(int32_t index, int32_t worker) {
    return const_cast<PackedWorker*>(std::as_const(*this).FindWorker(index, worker));
  }

  // Prefetches the memory of a member; worker 0 is the leader. Always inlined, because
  // GCC treats a function that only prefetches as one without effect and drops the calls.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Prefetch(int32_t index, int32_t worker) const {
    const Page* page = PageOf(index);
    if (page == nullptr || worker > page->workers) return;
    const PackedGroup* group = GroupIn(*page, index % kPageGroups);
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

  // Calls visit(index, group, its workers) for all groups of the existing pages, in order.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (size_t i = 0; i < pages_.size(); ++i) {
      const Page& page = pages_[i];
      if (page.bytes == nullptr) continue;
      for (int32_t group = 0; group < kPageGroups; ++group) {
        const PackedGroup* packed = GroupIn(page, group);
        for (size_t line = 0; line < page.group_bytes; line += kLine) {
          __builtin_prefetch(reinterpret_cast<const std::byte*>(packed) + kAhead + line);
        }
        visit(static_cast<int32_t>(i) * kPageGroups + group, *packed,
              absl::MakeConstSpan(WorkersOf(packed), static_cast<size_t>(page.workers)));
      }
    }
  }

 private:
  struct FreePage {
    void operator()(std::byte* page) const;
  };
  // kPageGroups groups, each followed by its workers.
  struct Page {
    std::unique_ptr<std::byte, FreePage> bytes;
    int32_t workers = 0;
    uint32_t group_bytes = 0;
  };

  static constexpr size_t kLine = 64;  // of memory, in bytes
  // How far ahead ForEach prefetches, in bytes.
  static constexpr size_t kAhead = 2048;

  static size_t GroupBytes(int32_t workers) {
    const size_t bytes = sizeof(PackedGroup) + sizeof(PackedWorker) * static_cast<size_t>(workers);
    return (bytes + alignof(PackedGroup) - 1) / alignof(PackedGroup) * alignof(PackedGroup);
  }
  static Page MakePage(int32_t workers);

  static const PackedGroup* GroupIn(const Page& page, int32_t group) {
    return reinterpret_cast<const PackedGroup*>(page.bytes.get() +
                                                size_t{page.group_bytes} * static_cast<size_t>(group));
  }
  static const PackedWorker* WorkersOf(const PackedGroup* group) {
    return reinterpret_cast<const PackedWorker*>(group + 1);
  }

  const Page* PageOf(int32_t index) const {
    const size_t page = static_cast<size_t>(index) / kPageGroups;
    return page < pages_.size() && pages_[page].bytes != nullptr ? &pages_[page] : nullptr;
  }

  static void Widen(int32_t workers, Page* page);

  int32_t most_workers_ = 0;
  std::vector<Page> pages_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_PACKED_GROUP_H_
