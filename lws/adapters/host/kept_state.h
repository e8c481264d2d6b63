// What plans say is to be kept: the progress of rollouts, and what restart policies remember of groups.
//
//   lws::KeptState kept;
//   lws::SetObservation observation = fleet.ObserveSet("default", "vllm");
//   kept.Fill(&observation);                          // before ReconcileSet
//   kept.KeepOfSet(*observation.set, plan);           // after it
//   std::string bytes = kept.Save();                  // for the next process: *lws::KeptState::Load(bytes)
//
// Laws:
//   1. What was kept of a set comes back with every observation of that set, until other things are kept. A set of the
//      same name with another UID is another set: nothing comes back.
//   2. Nothing is left of a set that was forgotten: memory is that of the sets that are there.
//   3. groups_to_restart are the groups that owe a restart to the leader that is there, each once, in order.
//   4. Load(Save()) keeps the same. Equal states have equal bytes.
//
// Losing all of it costs the failures that only a memory could tell, and begins canary steps anew; never a restart too
// many.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_KEPT_STATE_H_
#define LWS_ADAPTERS_HOST_KEPT_STATE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"

namespace lws {

class LeaderWorkerSet;

class KeptState {
 public:
  // Sets rollout_progress, and groups_to_restart where a group's memory owes a restart. With
  // `restarts_are_remembered` groups_to_restart is what the memories say and nothing else, as under a restart policy.
  // The observation borrows what is kept until the next call of a method that is not const. Complexity: O(log sets +
  // groups that owe a restart).
  void Fill(SetObservation* observation, bool restarts_are_remembered) const;
  // Sets restart_memory.
  void Fill(PodObservation* observation) const;

  // Keeps what the plan on this set, or on a pod of it, has; nothing where the plan has nothing.
  void KeepOfSet(const LeaderWorkerSet& set, const Plan& plan);
  // REQUIRES: the pod and its set are there.
  void KeepOfPod(const PodObservation& observation, const Plan& plan);

  // The set was deleted.
  void Forget(absl::string_view namespace_name, absl::string_view name);
  // Forgets the sets that are not there, as after a list; `is_there` is asked of each.
  void ForgetAllBut(absl::FunctionRef<bool(absl::string_view namespace_name, absl::string_view name)> is_there);

  // Sets of which something is kept.
  size_t size() const { return sets_.size(); }

  // As a serialised KeptStateProto. Load's errors: InvalidArgument for bytes that are none.
  std::string Save() const;
  static absl::StatusOr<KeptState> Load(absl::string_view bytes);

 private:
  struct Set {
    std::string uid;
    std::shared_ptr<const RolloutProgress> rollout_progress;
    std::map<std::string, std::shared_ptr<const RestartMemory>> groups;  // by name of the leader pod
    std::set<std::string> owing;  // of them, those that owe a restart and have not given up
  };

  const Set* Find(const LeaderWorkerSet& set) const;
  Set& At(const LeaderWorkerSet& set);
  static void KeepMemory(const std::string& leader, std::shared_ptr<const RestartMemory> memory, Set* set);

  std::map<std::pair<std::string, std::string>, Set> sets_;  // by namespace and name
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_KEPT_STATE_H_
