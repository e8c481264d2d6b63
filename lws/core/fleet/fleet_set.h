// One set of a Fleet: its groups in packed form, and the facts that a pass reads, kept up to date.
//
//   const auto add_leader = [](lws::internal::PackedGroup* group) { group->leader.exists = 1; };
//   set.Change(3, add_leader);                 // true: a pass is due
//   set.FactsFor("6c5b8f7d9").counts.ready;    // 0: the leader is there, but not ready
//
// Laws:
//   1. The facts equal those that ReadGroups reads from the same groups.
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_SET_H_
#define LWS_CORE_FLEET_FLEET_SET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/fleet/name_table.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"

namespace lws::internal {

struct FleetNamespace;

// The revisions that concern a set, read at this version of its namespace's revisions.
struct SetRevisions {
  std::vector<const ObservedRevision*> list;
  int64_t version = -1;
};

// Whether something still uses a set.
struct SetUse {
  uint32_t number = 0;          // its number in the fleet
  bool number_is_held = false;  // by the host
  // Only for a set that does not exist: whether it is in the list of sets that may be unused, and how many of its
  // objects must be removed before it is worth another check.
  bool may_be_unused = false;
  int64_t objects_to_go = 0;
};

// A set. It may hold objects before the set itself was told.
class alignas(64) FleetSet {
 public:
  FleetSet(std::string namespace_name, std::string name)
      : revision_names(/*limit=*/65534), namespace_name(std::move(namespace_name)), name(std::move(name)) {}

  // Changes the group, which is created if it does not exist, and recounts it. Returns true when a pass may decide
  // differently now.
  template <typename ChangeGroup>
  bool Change(int32_t index, const ChangeGroup& change) {
    PackedGroup& group = groups.At(index);
    if (!counted_.frame.has_value()) {
      change(&group);
      return true;
    }
    const GroupVerdict before = Verdict(group);
    change(&group);
    return Count(index, before, group) || irregular > 0;
  }

  // The facts of all groups for a pass of this revision. Complexity: O(groups) when the revision, or the set's
  // partition, replicas or size changed.
  const GroupFacts& FactsFor(const std::string& revision_key);

  // An event of a worker reads these fields and no others, so that it touches one line of memory of its set.
  PackedGroups groups;
  // The number of objects that belong to the set, or are named as if they did, but whose names disagree with their
  // labels. While there are any, the facts are not used.
  int64_t irregular = 0;
  bool is_due = false;
  NameTable revision_names;

  const std::string namespace_name;
  const std::string name;
  SetUse use;
  FleetNamespace* space = nullptr;  // its namespace

  // The pods that are kept whole, by the group index label.
  absl::flat_hash_map<std::optional<std::string>, std::vector<const ObservedPod*>> whole_pods;

  // The second owner of a group's workers besides the StatefulSet, by group.
  absl::flat_hash_map<int32_t, PackedUid> other_owners;

  // Groups with a failing packed member that changed since the last pass, or that owed a restart in it; each once.
  std::vector<int32_t> failing;

  // Other sets whose names look like groups of this set: their objects may share names with this set's objects.
  absl::flat_hash_map<int32_t, int32_t> namesakes;  // number of such sets, by group
  FleetSet* parent = nullptr;                       // the set whose group this set's name looks like, or null

  SetRevisions revisions;

  // The set's last state.
  bool exists = false;
  LeaderWorkerSet set;
  SetDigest digest;
  RestartFacts restart_facts;  // RestartFactsOfSet(set)
  LeaderFacts leader_facts;    // LeaderFactsOfSet(set)

 private:
  GroupVerdict Verdict(const PackedGroup& group) const {
    return JudgeGroup(*counted_.frame, SummaryOfPackedGroup(group, counted_.revision_number));
  }
  // Replaces the verdict by the group's present one in the counts and bits. Returns whether it is another.
  bool Count(int32_t index, const GroupVerdict& before, const PackedGroup& group);

  // The facts of all groups in the frame of a revision; unknown while there is no frame.
  struct Counted {
    std::string revision_key;
    std::optional<GroupFrame> frame;  // borrows the key
    RevisionId revision_number = 0;
    GroupFacts facts;
  };
  Counted counted_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_SET_H_
