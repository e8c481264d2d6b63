// Observations of a fleet's objects. Packed objects are unpacked only for the lifetime of an observation.
//
//   lws::internal::FleetViews observer(&index);
//   lws::SetObservation observation = observer.ObserveSet(set);
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_VIEWS_H_
#define LWS_CORE_FLEET_FLEET_VIEWS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/observation.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/revision/revisions.h"

namespace lws::internal {

class FleetViews final : private LeaderPods {
 public:
  // Borrows `index`.
  explicit FleetViews(FleetIndex* index) : index_(*index) {}

  // The results borrow from this object and the fleet's objects, until these change or another observation is made. A
  // set that is null or does not exist gives an empty observation.
  SetObservation ObserveSet(FleetSet* set);
  SetObservation ObserveWholeSet(FleetSet* set);
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name);

  // The facts that decisions on a member read, as documented for Fleet.
  RestartFacts RestartFactsOf(const Slot& member);
  LeaderFacts LeaderFactsOf(const Slot& member);

 private:
  // Objects made for an observation. Their texts keep their memory from one observation to the next.
  template <typename T>
  class Scratch {
   public:
    void Clear() { used_ = 0; }
    T* Next() {
      if (used_ == objects_.size()) objects_.emplace_back();
      return &objects_[used_++];
    }

   private:
    std::deque<T> objects_;  // a deque, because pointers to its objects must stay valid
    size_t used_ = 0;
  };
  struct ScratchObjects {
    Scratch<ObservedPod> pods;
    Scratch<ObservedStatefulSet> statefulsets;

    void Clear() {
      pods.Clear();
      statefulsets.Clear();
    }
  };

  // Implements LeaderPods for the set that was observed last.
  const ObservedPod* FindLeader(int32_t group) override;

  struct Failure {
    bool fails = false;
    std::optional<int32_t> restarted;  // group
  };
  Failure FailureOf(FleetSet* set, int32_t group);
  // The groups for SetObservation::groups_to_restart. Complexity: O(members of failing groups).
  std::vector<int32_t> GroupsToRestart(FleetSet* set);

  // Observes everything except the groups.
  SetObservation ObserveAround(FleetSet* set);
  // Lists every object that belongs to the set, however it is named.
  void ListGroups(FleetSet* set, SetObservation* observation);
  // A pod, null when absent, and its slot where it is packed.
  struct FoundPod {
    const ObservedPod* pod = nullptr;
    Slot slot;
  };
  // The pods of a group. Those that were `found` before are not unpacked again.
  std::vector<const ObservedPod*> ListMembers(FleetSet* set, const std::optional<std::string>& group_index,
                                              absl::Span<const FoundPod> found);
  // The facts to which the observation would be reduced, if everything that they depend on is packed; else nullopt.
  static std::optional<RestartFacts> PackedRestartFacts(const FleetSet& set, int32_t group, int32_t worker);
  std::optional<LeaderFacts> PackedLeaderFacts(FleetSet* set, int32_t group);
  static bool IsStarted(const FleetSet& set, int32_t group);

  const std::vector<const ObservedRevision*>& RevisionsOf(FleetSet* set);
  FoundPod FindPod(FleetNamespace* space, absl::string_view name, ScratchObjects* scratch);
  const ObservedPod* UnpackPod(const Slot& slot, ScratchObjects* scratch);
  const ObservedStatefulSet* FindStatefulSet(FleetNamespace* space, absl::string_view name, ScratchObjects* scratch);

  FleetIndex& index_;
  FleetSet* observed_set_ = nullptr;
  RevisionChoice choice_;  // for the set that was observed last
  ScratchObjects set_scratch_;
  ScratchObjects pod_scratch_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_VIEWS_H_
