// One set of a Fleet: its groups in packed form, and what a pass reads of them, kept up to date.
//
//   set.Change(12, [](lws::internal::PackedGroup* group) { group->leader.has_ready_condition = 1; });    // true: a
//   pass is due set.FactsFor("6c5b8f7d9").counts.ready;
//
// Laws:
//   1. The facts are those that ReadGroups reads of the same groups.
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

// The revisions that concern a set, as of the version of its namespace's revisions.
struct SetRevisions {
  std::vector<const ObservedRevision*> list;
  int64_t version = -1;
};

// Whether anybody still has a use for a set.
struct SetUse {
  uint32_t number = 0;          // in its fleet
  bool number_is_held = false;  // by the host
  // Of a set that does not exist: it is among those that may have nothing left, and so many of its objects have to go
  // before it is worth a look.
  bool may_be_unused = false;
  int64_t objects_to_go = 0;
};

// A set, or what belongs to one that was not told yet.
class FleetSet {
 public:
  FleetSet(std::string namespace_name, std::string name)
      : namespace_name(std::move(namespace_name)), name(std::move(name)), revision_names(/*limit=*/65534) {}

  // Changes the group, which is made when it is not there, and counts it anew. True when a pass may find another plan.
  template <typename ChangeGroup>
  bool Change(int32_t index, const ChangeGroup& change) {
    PackedGroup& group = groups.At(index);
    if (!counted_.frame.has_value()) {
      change(&group);
      return true;
    }
    const GroupVerdict before = Verdict(group);
    change(&group);
    return Count(index, before, Verdict(group)) || irregular > 0;
  }

  // The facts of all groups for a pass of this revision. Complexity: O(groups) when the revision, or the set's
  // partition, replicas or size changed.
  const GroupFacts& FactsFor(const std::string& revision_key);

  const std::string namespace_name;
  const std::string name;
  SetUse use;
  FleetNamespace* space = nullptr;  // where it is

  // What every event touches is together.
  PackedGroups groups;
  NameTable revision_names;
  // Objects that belong to the set, or are named as if they did, and are not named after their labels: the facts are
  // worth nothing while there are any.
  int64_t irregular = 0;
  // The pods that are kept whole, by the group index label.
  absl::flat_hash_map<std::optional<std::string>, std::vector<const ObservedPod*>> whole_pods;

  // By group, while it has workers of another owner than its StatefulSet.
  absl::flat_hash_map<int32_t, PackedUid> other_owners;

  // Groups with a packed member that fails, of which something changed since a pass looked last, or that owed a restart
  // then; each once.
  std::vector<int32_t> failing;

  // Sets that are named like groups of this one share their names with objects of it.
  absl::flat_hash_map<int32_t, int32_t> namesakes;  // how many by group
  FleetSet* parent = nullptr;                       // the set that this one is a namesake in; null when there is none

  SetRevisions revisions;
  bool is_due = false;

  // As it was told.
  bool exists = false;
  LeaderWorkerSet set;
  SetDigest digest;
  RestartFacts restart_facts;  // RestartFactsOfSet(set)
  LeaderFacts leader_facts;    // LeaderFactsOfSet(set)

 private:
  GroupVerdict Verdict(const PackedGroup& group) const {
    return JudgeGroup(*counted_.frame, SummaryOf(group, counted_.revision_number));
  }
  bool Count(int32_t index, const GroupVerdict& before, const GroupVerdict& after);

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
