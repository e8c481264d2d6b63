// Random objects of two sets for the tests of a fleet's parts.
//
//   lws::internal::Draws draws(kSeed);
//   const lws::ObservedPod pod = draws.Pod();    // of `s` or `s-1`; name and labels mostly agree
//
// Thread-safety: none.
#ifndef LWS_TESTS_CORE_FLEET_DRAWS_H_
#define LWS_TESTS_CORE_FLEET_DRAWS_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/pod_name.h"
#include "lws/core/groups/group_state.h"

namespace lws::internal {

inline constexpr unsigned kSeed = 20261126;
inline constexpr int kGroups = 3;

inline std::string UidOf(int number) { return absl::StrCat("00000000-0000-4000-8000-00000000000", number); }

// Pods and StatefulSets of the sets `s` and `s-1`, whose names and labels mostly agree.
class Draws {
 public:
  explicit Draws(unsigned seed) : random_(seed) {}

  int Draw(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  bool OneIn(int count) { return Draw(count) == 0; }
  std::string SetName() { return OneIn(4) ? "s-1" : "s"; }

  ObservedPod Pod() {
    ObservedPod pod;
    const std::string set_name = SetName();
    const int group = Draw(kGroups);
    const int worker = Draw(3);
    const std::string leader = absl::StrCat(set_name, "-", group);
    FillMeta(set_name, group, worker == 0 ? leader : absl::StrCat(leader, "-", worker), &pod.meta);
    pod.worker_index = absl::StrCat(worker);
    if (!OneIn(4)) pod.group_key = OneIn(9) ? "key" : GroupKey("n", leader);
    if (OneIn(15)) pod.leader_name = "s-0";
    pod.phase = static_cast<PodPhase>(Draw(5));
    pod.has_ready_condition = OneIn(2);
    pod.restarted = OneIn(4);
    pod.requests_tpus = OneIn(4);
    pod.node_name = OneIn(2) ? "node" : "";
    if (worker > 0) pod.meta.controller = ObservedMeta::Controller{"StatefulSet", leader, UidOf(Draw(2))};
    if (worker == 0 && OneIn(2)) pod.meta.controller = ObservedMeta::Controller{"StatefulSet", set_name, UidOf(9)};
    return pod;
  }

  ObservedStatefulSet StatefulSet() {
    ObservedStatefulSet statefulset;
    const std::string set_name = SetName();
    const int group = Draw(kGroups);
    const std::string name = absl::StrCat(set_name, "-", group);
    FillMeta(set_name, group, name, &statefulset.meta);
    statefulset.meta.controller = ObservedMeta::Controller{"Pod", statefulset.meta.name, UidOf(Draw(2))};
    statefulset.replicas = 2;
    statefulset.available_replicas = 1 + Draw(2);
    statefulset.status_replicas = Draw(3);
    statefulset.current_revision = "a";
    statefulset.update_revision = OneIn(4) ? "b" : "a";
    if (OneIn(12)) statefulset.partition = 1;
    if (OneIn(20)) statefulset.meta.group_index.reset();
    return statefulset;
  }

  LeaderWorkerSet Set(const std::string& name) {
    LeaderWorkerSet set;
    set.mutable_metadata()->set_name(name);
    set.mutable_metadata()->set_namespace_("n");
    set.mutable_spec()->set_replicas(1 + Draw(kGroups));
    set.mutable_spec()->mutable_leader_worker_template()->set_size(3);
    set.mutable_spec()->mutable_rollout_strategy()->mutable_rolling_update_configuration()->set_partition(Draw(2));
    return set;
  }

  std::string Key() { return OneIn(2) ? "old" : "new"; }

 private:
  void FillMeta(const std::string& set_name, int group, const std::string& name, ObservedMeta* meta) {
    meta->namespace_name = "n";
    meta->name = OneIn(15) ? absl::StrCat(SetName(), "-", Draw(kGroups)) : name;
    meta->uid = OneIn(12) ? "no uid" : UidOf(Draw(2));
    meta->resource_version = OneIn(12) ? "0x7" : absl::StrCat(1 + Draw(9));
    meta->terminating = OneIn(6);
    meta->set_name = OneIn(25) ? SetName() : set_name;
    meta->revision_key = Key();
    meta->group_index = OneIn(25) ? absl::StrCat("0", group) : absl::StrCat(group);
  }

  std::mt19937 random_;
};

// The bits up to the larger size, group by group, and the counts.
inline std::string Show(const GroupFacts& facts) {
  std::string text;
  for (int32_t group = 0; group < 64 + kGroups; ++group) {
    text += facts.bits.IsReady(group) ? 'r' : '.';
    text += facts.bits.IsUpdated(group) ? 'u' : '.';
    text += facts.bits.IsLeaving(group) ? 'l' : '.';
  }
  const StatusCounts& counts = facts.counts;
  return absl::StrCat(text, " ", counts.ready, " ", counts.updated, " ", counts.ready_below_replicas, " ",
                      counts.in_range, " ", counts.updated_in_range, " ", counts.done_in_range);
}

}  // namespace lws::internal

#endif  // LWS_TESTS_CORE_FLEET_DRAWS_H_
