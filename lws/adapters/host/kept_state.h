// What plans want kept: the progress of rollouts, and what restart policies remember of groups.
//
//   lws::KeptState kept;
//   lws::SetObservation observation = fleet.ObserveSet("default", "vllm");
//   kept.Fill(&observation, /*restarts_are_remembered=*/false);    // before ReconcileSet
//   kept.KeepOfSet(*observation.set, plan);                        // after it
//   std::string bytes = kept.Save();                               // for the next process
//   absl::StatusOr<lws::KeptState> loaded = lws::KeptState::Load(bytes);
//
// Laws:
//   1. What was kept for a set comes back with every observation of that set, until something else is kept. A set with
//      the same name and another UID is another set, and gets nothing.
//   2. Nothing remains of a forgotten set, so the memory grows only with the existing sets.
//   3. groups_to_restart are the groups that owe a restart to their present leader, each once, in order. Those of them
//      whose backoff is not over are groups_backing_off. groups_given_up are the groups that were given up in the
//      revision of their present leader.
//   4. Load(Save()) restores the state. Equal states have equal bytes. Adding SaveOf every set restores it, too.
//
// If the state is lost, failures that only a memory knew are lost, and canaries start again. There is never a restart
// too many.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_KEPT_STATE_H_
#define LWS_ADAPTERS_HOST_KEPT_STATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"

namespace lws {

inline namespace v1 {
class KeptStateProto;
class LeaderWorkerSet;
}  // namespace v1

class KeptState {
 public:
  // Sets rollout_progress. With `restarts_are_remembered`, as under a restart policy, it also replaces the three lists
  // of groups (law 3). The observation borrows from this object until the next call of a non-const method. Complexity:
  // O(log sets + groups that owe a restart or were given up).
  void Fill(SetObservation* observation, bool restarts_are_remembered) const;
  // Sets restart_memory.
  void Fill(PodObservation* observation) const;

  // Keeps what the plan on this set, or on one of its pods, wants kept. A plan without such state changes nothing.
  void KeepOfSet(const LeaderWorkerSet& set, const Plan& plan);
  // Returns whether the lists of law 3 may have changed: a pass over the set should then tell it. REQUIRES: the pod and
  // its set exist.
  bool KeepOfPod(const PodObservation& observation, const Plan& plan);

  // Call it when the set was deleted.
  void Forget(absl::string_view namespace_name, absl::string_view name);
  // Forgets the sets for which `is_there` returns false. Call it after a list.
  void ForgetAllBut(absl::FunctionRef<bool(absl::string_view namespace_name, absl::string_view name)> is_there);

  // The number of sets for which something is kept.
  size_t size() const { return sets_.size(); }

  // A serialised KeptStateProto. Errors of Load: InvalidArgument for bytes that are not one.
  std::string Save() const;
  static absl::StatusOr<KeptState> Load(absl::string_view bytes);
  // The same for what is kept of one set; empty when that is nothing. Add replaces what is kept of the sets in the
  // bytes and changes nothing when it returns an error.
  std::string SaveOf(const LeaderWorkerSet& set) const;
  absl::Status Add(absl::string_view bytes);
  // The same for a message that is part of another one.
  void SaveTo(KeptStateProto* proto) const;
  void Add(const KeptStateProto& proto);

 private:
  struct Set {
    std::string uid;
    std::shared_ptr<const RolloutProgress> rollout_progress;
    std::map<std::string, std::shared_ptr<const RestartMemory>> groups;  // by name of the leader pod
    std::set<std::string> held;  // the groups that owe a restart, or were given up
  };

  using Place = std::pair<std::string, std::string>;  // namespace and name

  static void SaveSet(const Place& place, const Set& set, KeptStateProto* proto);
  const Set* Find(const LeaderWorkerSet& set) const;
  Set& At(const LeaderWorkerSet& set);
  static bool KeepMemory(const std::string& leader, std::shared_ptr<const RestartMemory> memory, Set* set);
  static void AddToList(const RestartMemory& memory, const ObservedPod& leader, int32_t group,
                        SetObservation* observation);

  std::map<Place, Set> sets_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_KEPT_STATE_H_
