// The loop that drives plans through a Cluster: a queue of due keys, and for each one look, one plan, its actions in
// order. Plans of different keys are performed side by side; a key has one plan at a time.
//
//   lws::Controller controller(&cluster, options);
//   controller.SetChanged("default", "vllm");     // from a watch
//   controller.RunDue(now);                        // until nothing is due at `now`, or enough is under way
//   Sleep(controller.NextDue());                   // when to call RunDue again, if nothing changes and no answer comes
//
// A Cluster that answers before Perform returns makes this a synchronous loop: RunOne is then Take, the actions, Done.
// A host that performs plans in a way of its own calls Take and Done itself.
//
// Laws:
//   1. A key is busy from Take to Done: no other plan of it is decided. At most most_under_way keys are busy. A key
//   that
//      becomes due while it is busy runs again after.
//   2. A plan is never decided on a view older than what its own key has written. After the last answer the key stays
//      busy until the view has every write that was accepted: at once where the answer has no resource version, else
//      when Saw tells of the object at that version or a later one. Who calls Done himself waits for the same.
//   3. A plan that fails is tried again after first_backoff, doubling in a row up to max_backoff; a conflict that the
//      plan foresees (Action::conflict_is_retry) at once the first time in a row, and with the delays from then on.
//   4. What changed a key from within the Perform of its own action, or was told by OwnWrite, is the key's own write.
//   It
//      makes the key due once more at once when the plan succeeded. Further plans in a row that nothing but own writes
//      made due wait as in law 3, and so does a plan that failed: own writes make no hot loop.
//   5. Same calls, same answers at the same times: same plans, in the same order.
//
// Thread-safety: none; one thread at a time. Answers are handed to that thread. The controller outlives them.
#ifndef LWS_ADAPTERS_HOST_CONTROLLER_H_
#define LWS_ADAPTERS_HOST_CONTROLLER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/host/work_key.h"
#include "lws/adapters/host/work_queue.h"
#include "lws/core/plan/plan.h"

namespace lws {

struct ControllerOptions {
  // Asked with every look. Null: the reference's way for all.
  PolicySource policies;
  // Both more than 0.
  absl::Duration first_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(10);
  // Plans at a time; at least 1.
  int32_t most_under_way = 16;
  // Told of every plan that is not empty, after it was performed; with the error of the action that failed, if one did.
  std::function<void(const Plan&, const absl::Status&)> on_plan;
};

// A plan that was given out.
struct Work {
  WorkKey key;
  Plan plan;
  // How many actions succeeded; who performs the plan counts them.
  int32_t actions_done = 0;
};

class Controller {
 public:
  // Borrows `cluster`.
  Controller(Cluster* cluster, ControllerOptions options);
  Controller(const Controller&) = delete;

  // The set, its leader StatefulSet, a leader pod or a worker StatefulSet of it changed.
  void SetChanged(absl::string_view namespace_name, absl::string_view name);
  // The pod changed, or, for a leader, its worker StatefulSet.
  void PodChanged(absl::string_view namespace_name, absl::string_view name);

  // As SetChanged and PodChanged, for what the key's own write changed (law 4).
  void OwnWrite(const WorkKey& key) { queue_.AddOwnWrite(key); }
  // The key whose action is being performed, within Cluster::Perform; else null.
  const WorkKey* acting() const { return acting_; }

  // The view has the object as of this resource version: it was changed, deleted, or found in a list. Versions are
  // compared as integers, and for equality where one is none; an empty one stands for the newest. Only objects that are
  // being written matter. Complexity: O(log objects that are being written).
  void Saw(const ObjectRef& object, absl::string_view resource_version);
  // The view has all objects of the kind as they were at this version, as after a list.
  void SawAll(absl::string_view kind, absl::string_view resource_version);

  // Looks at every key that is due at `now`, in the order they became due, and performs its plan. Returns how many
  // there were.
  int RunDue(absl::Time now);

  // The same for one key; false when none is due, or enough is under way.
  bool RunOne(absl::Time now);

  // Whether all that is queued has failed at least `times` times in a row: only a change from outside can help then.
  bool OnlyRepeatsFailures(int times) const { return queue_.OnlyRepeatsFailures(times); }

  // The next key that is due, busy from here on, with its plan, which may be empty; nullopt when there is none, or
  // enough is under way.
  std::optional<Work> Take(absl::Time now);
  // Ends what Take gave, with the error of the action after Work::actions_done if it failed, or else Plan::error.
  void Done(const Work& work, const absl::Status& status, absl::Time now);

  // When the next key becomes due; nullopt when none is queued, or when answers have to come first.
  std::optional<absl::Time> NextDue() const;

  int32_t under_way() const { return queue_.busy(); }

 private:
  // A plan that this controller performs.
  struct Run {
    Work work;
    size_t next_event = 0;
    std::optional<absl::StatusOr<WriteAnswer>> answer;  // to the action that was started last
    absl::Time answered;
    bool waits = false;     // for an answer that was not given at once
    int32_t unseen = 0;     // writes that the view does not have yet
    bool is_over = false;   // no action is left
    absl::Status status;    // then
    bool is_ended = false;  // Done was called
  };
  // A write from its start until the view has it.
  struct Write {
    std::shared_ptr<Run> run;
    std::string seen;                   // the newest version that Saw told
    std::optional<std::string> wanted;  // the version of the answer, once it is there
  };
  using Target = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name
  using Writes = std::multimap<Target, Write>;
  static Target TargetOf(const ObjectRef& ref) { return {ref.kind, ref.namespace_name, ref.name}; }
  void Changed(const WorkKey& key);
  Plan Decide(const WorkKey& key, absl::Time now);

  void Continue(const std::shared_ptr<Run>& run);
  void Start(const std::shared_ptr<Run>& run);
  void TakeAnswer(const std::shared_ptr<Run>& run);
  void RecordEvents(Run* run);
  // True when the view has the write.
  static bool IsSeen(const Write& write);
  void SeeAt(Writes::iterator begin, Writes::iterator end, absl::string_view resource_version);
  void EndWhenSeen(const std::shared_ptr<Run>& run);

  Cluster* cluster_;
  ControllerOptions options_;
  internal::WorkQueue queue_;
  Writes writes_;
  const WorkKey* acting_ = nullptr;  // whose action is being started
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_CONTROLLER_H_
