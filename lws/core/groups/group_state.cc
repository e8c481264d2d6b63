#include "lws/core/groups/group_state.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/spec_counts.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"

namespace lws::internal {
namespace {

// The position of the name SET-index when such names are sorted as bytes: 1, 10, 100, 11, 2.
uint64_t NameOrder(int32_t index) {
  uint64_t scaled = static_cast<uint64_t>(index) * 16;
  uint64_t digits = 1;
  for (uint64_t limit = 10; limit <= static_cast<uint64_t>(index); limit *= 10) ++digits;
  for (uint64_t i = digits; i < 10; ++i) scaled *= 10;
  return scaled + digits;
}

// One of the two lists that ReadNamedGroups walks at the same time.
template <typename T>
class NamedList {
 public:
  NamedList(const std::vector<const T*>& objects, const std::string& set_name)
      : next_(objects.begin()), end_(objects.end()), set_name_(set_name) {}

  // Reads the next object. Returns false when its name disagrees with its labels, or the list is not sorted. At the
  // end, `order` is larger than that of any object.
  bool Advance() {
    object = nullptr;
    const uint64_t last = order;
    order = ~uint64_t{0};
    if (next_ == end_) return true;
    object = *next_++;
    if (object->meta.group_in_name < 0 || object->meta.set_name != set_name_) return false;
    order = NameOrder(object->meta.group_in_name);
    return last < order;
  }

  const T* object = nullptr;
  uint64_t order = 0;

 private:
  typename std::vector<const T*>::const_iterator next_;
  typename std::vector<const T*>::const_iterator end_;
  const std::string& set_name_;
};

// Groups beyond the replicas of the leader StatefulSet that are still seen have bits as well, since a policy must not
// raise the replicas over them. Reads both lists in one walk, as long as they are sorted by name and names agree with
// labels. Then no two objects have the same label, so every rule below gives the same result. Returns false otherwise;
// `facts` is then unusable.
bool ReadNamedGroups(const SetObservation& observation, const GroupFrame& frame, bool has_bits, GroupFacts* facts) {
  const std::string& set_name = observation.set->metadata().name();
  NamedList<ObservedPod> leaders(observation.leader_pods, set_name);
  NamedList<ObservedStatefulSet> workers(observation.worker_statefulsets, set_name);
  if (!workers.Advance()) return false;
  for (;;) {
    if (!leaders.Advance()) return false;
    while (workers.object != nullptr && workers.order < leaders.order) {
      if (!workers.Advance()) return false;
    }
    if (leaders.object == nullptr) return true;
    const int32_t index = leaders.object->meta.group_in_name;
    const ObservedStatefulSet* worker = workers.order == leaders.order ? workers.object : nullptr;
    const GroupVerdict verdict = JudgeGroup(frame, GroupSummaryOf(frame, leaders.object, worker));
    if (has_bits && index < kMaxGroups) {
      facts->bits.Grow(index + 1);
      facts->bits.Set(index, verdict.ready, verdict.updated);
      facts->bits.SetLeaving(index, verdict.leaving);
    }
    AddGroupToCounts(frame, index, verdict, 1, &facts->counts);
  }
}

// The worker StatefulSets by their group index. For each index the last listed counts.
absl::flat_hash_map<int64_t, const ObservedStatefulSet*> ByGroup(const SetObservation& observation) {
  absl::flat_hash_map<int64_t, const ObservedStatefulSet*> by_group;
  by_group.reserve(observation.worker_statefulsets.size());
  for (const ObservedStatefulSet* object : observation.worker_statefulsets) {
    if (object->meta.set_name != observation.set->metadata().name()) continue;
    const std::optional<int64_t> index = ParseStrictInteger(object->meta.group_index.value_or(""));
    if (index.has_value()) by_group[*index] = object;
  }
  return by_group;
}

GroupBits BitsOfAll(const SetObservation& observation, const GroupFrame& frame) {
  GroupBits bits;
  const std::string& set_name = observation.set->metadata().name();
  const auto workers =
      frame.planner_wants_workers ? ByGroup(observation) : absl::flat_hash_map<int64_t, const ObservedStatefulSet*>();
  for (const ObservedPod* leader : observation.leader_pods) {
    if (leader->meta.set_name != set_name) continue;
    const std::optional<int64_t> index = ParseStrictInteger(leader->meta.group_index.value_or(""));
    if (!index.has_value() || *index < 0 || *index >= kMaxGroups) continue;
    const int32_t group = static_cast<int32_t>(*index);
    bits.Grow(group + 1);
    // The last listed leader of a group counts, even when its name is not the leader's.
    const bool named = leader->meta.name == LeaderPodName(set_name, group);
    bool ready = named && leader->ready();
    bool updated = named && leader->meta.revision_key == frame.revision_key;
    bool leaving = leader->meta.terminating;
    if (frame.planner_wants_workers) {
      const auto found = workers.find(group);
      const bool has_workers = found != workers.end() && found->second->meta.name == leader->meta.name;
      ready = ready && has_workers && AreGroupWorkersReady(*found->second);
      updated = updated && has_workers && found->second->meta.revision_key == frame.revision_key;
      leaving = leaving || (has_workers && found->second->meta.terminating);
    }
    bits.Set(group, ready, updated);
    bits.SetLeaving(group, leaving);
  }
  return bits;
}

absl::StatusOr<StatusCounts> CountAll(const SetObservation& observation, const GroupFrame& frame) {
  StatusCounts counts;
  std::map<absl::string_view, const ObservedStatefulSet*> workers;
  for (const ObservedStatefulSet* worker : observation.worker_statefulsets) workers[worker->meta.name] = worker;
  for (const ObservedPod* leader : observation.leader_pods) {
    const std::optional<int64_t> index = ParseStrictInteger(leader->meta.group_index.value_or(""));
    if (!index.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("Pod ", leader->meta.namespace_name, "/", leader->meta.name,
                                                     ": metadata.labels.", kGroupIndexLabel, ": \"",
                                                     leader->meta.group_index.value_or(""), "\" is not an integer"));
    }
    const auto worker = workers.find(leader->meta.name);
    const ObservedStatefulSet* found = worker == workers.end() ? nullptr : worker->second;
    AddGroupToCounts(frame, *index, JudgeGroup(frame, GroupSummaryOf(frame, leader, found)), 1, &counts);
  }
  return counts;
}

}  // namespace

bool AreGroupWorkersReady(const ObservedStatefulSet& worker_statefulset) {
  return worker_statefulset.replicas == worker_statefulset.available_replicas &&
         worker_statefulset.current_revision == worker_statefulset.update_revision;
}

GroupFrame GroupFrameOf(const LeaderWorkerSet& set, absl::string_view revision_key) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  return {revision_key, set.spec().rollout_strategy().rolling_update_configuration().partition(),
          SpecReplicas(set.spec()), group.has_size() && group.size() != 1, !group.has_size() || group.size() != 1};
}

GroupSummary GroupSummaryOf(const GroupFrame& frame, const ObservedPod* leader, const ObservedStatefulSet* workers) {
  GroupSummary group;
  group.has_leader = leader != nullptr;
  group.leader_ready = leader != nullptr && leader->ready();
  group.leader_updated = leader != nullptr && leader->meta.revision_key == frame.revision_key;
  group.leader_terminating = leader != nullptr && leader->meta.terminating;
  group.has_workers = workers != nullptr;
  group.workers_ready = workers != nullptr && AreGroupWorkersReady(*workers);
  group.workers_updated = workers != nullptr && workers->meta.revision_key == frame.revision_key;
  group.workers_terminating = workers != nullptr && workers->meta.terminating;
  return group;
}

GroupVerdict JudgeGroup(const GroupFrame& frame, const GroupSummary& group) {
  GroupVerdict verdict;
  if (!group.has_leader) return verdict;
  const bool ready = group.leader_ready && group.has_workers && group.workers_ready;
  const bool updated = group.leader_updated && group.has_workers && group.workers_updated;
  verdict.ready = frame.planner_wants_workers ? ready : group.leader_ready;
  verdict.updated = frame.planner_wants_workers ? updated : group.leader_updated;
  verdict.leaving = group.leader_terminating || (frame.planner_wants_workers && group.workers_terminating);
  verdict.counts = group.has_workers || !frame.status_wants_workers;
  verdict.counts_ready = frame.status_wants_workers ? ready : group.leader_ready;
  verdict.counts_updated = frame.status_wants_workers ? updated : group.leader_updated;
  return verdict;
}

void AddGroupToCounts(const GroupFrame& frame, int64_t index, const GroupVerdict& verdict, int32_t sign,
                      StatusCounts* counts) {
  if (!verdict.counts) return;
  const bool in_range = index >= frame.partition && index < frame.replicas;
  counts->ready += sign * verdict.counts_ready;
  counts->updated += sign * verdict.counts_updated;
  counts->ready_below_replicas += sign * (verdict.counts_ready && index < frame.replicas);
  counts->in_range += sign * in_range;
  counts->updated_in_range += sign * (in_range && verdict.counts_updated);
  counts->done_in_range += sign * (in_range && verdict.counts_updated && verdict.counts_ready);
}

GroupFacts ReadGroups(const SetObservation& observation, absl::string_view revision_key, GroupDetail detail) {
  const GroupFrame frame = GroupFrameOf(*observation.set, revision_key);
  const bool has_bits = detail == GroupDetail::kCountsAndBits && observation.leader_statefulset != nullptr;
  GroupFacts facts;
  if (ReadNamedGroups(observation, frame, has_bits, &facts)) return facts;
  facts.bits = has_bits ? BitsOfAll(observation, frame) : GroupBits();
  const absl::StatusOr<StatusCounts> counts = CountAll(observation, frame);
  facts.error = counts.status();
  if (counts.ok()) facts.counts = *counts;
  return facts;
}

}  // namespace lws::internal
