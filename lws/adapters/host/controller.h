// The loop that drives plans through a Cluster. It has a queue of due keys; each key gets a look, a plan, and its
// actions in order. Plans of different keys are performed side by side, and a key has one plan at a time.
//
//   lws::Controller controller(&cluster, options);
//   controller.SetChanged("default", "vllm");     // from a watch
//   controller.RunDue(now);                        // until nothing is due at `now`, or enough plans are under way
//   Sleep(controller.NextDue());                   // then call RunDue again, or earlier after a change or an answer
//
// With a Cluster that answers before Perform returns, this loop is synchronous: RunOne takes a key, performs the
// actions and ends. A host that performs plans in its own way calls Take and Done itself.
//
// Laws:
//   1. A key is busy from Take to Done, and gets no other plan in that time. At most most_under_way keys are busy. A
//      key that becomes due while it is busy runs again afterwards.
//   2. A plan is never decided on a view older than what its own key has written. After the last answer the key stays
//      busy until the view contains every accepted write. That is at once if the answer has no resource version, else
//      when Saw reports the object at that version or a later one. A host that calls Done itself must wait in the same
//      way.
//   3. A plan that fails is tried again after first_backoff, which doubles with each failure in a row up to
//      max_backoff. A conflict that the plan expects (Action::conflict_is_retry) is tried again at once the first time
//      in a row, and with these delays from then on.
//   4. A change of a key counts as the key's own write if it comes from within the Perform of its own action, or if
//      OwnWrite reports it. It makes the key due once more, at once, when the plan succeeded. If only own writes make
//      the key due again after that, its plans wait as in law 3; so does a plan that failed. Thus own writes cause no
//      hot loop.
//   5. The same calls with the same answers at the same times give the same plans in the same order.
//
// Thread-safety: none; one thread at a time, which must also deliver the answers. The controller must outlive them.
#ifndef LWS_ADAPTERS_HOST_CONTROLLER_H_
#define LWS_ADAPTERS_HOST_CONTROLLER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
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

// A plan that Take returned.
struct Work {
  WorkKey key;
  Plan plan;
  // How many actions succeeded. Whoever performs the plan counts them.
  int32_t actions_done = 0;
};

// Whether the work ended with a conflict that its plan expects (Action::conflict_is_retry). Nothing is wrong then: the
// controller looks again.
bool IsForeseenConflict(const Work& work, const absl::Status& status);

struct ControllerOptions {
  // Called at every look. Null: the reference's policies for all sets.
  PolicySource policies;
  // Both more than 0.
  absl::Duration first_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(10);
  // Plans at a time; at least 1.
  int32_t most_under_way = 16;
  // Called with every plan that is not empty after it was performed, and with the error of the action that failed, if
  // any.
  std::function<void(const Work&, const absl::Status&)> on_plan;
};

class Controller {
 public:
  // Borrows `cluster`.
  Controller(Cluster* cluster, ControllerOptions options);
  Controller(const Controller&) = delete;

  // Call it when the set, its leader StatefulSet, a leader pod or a worker StatefulSet of it changed.
  void SetChanged(absl::string_view namespace_name, absl::string_view name);
  // Call it when the pod changed, or, for a leader, its worker StatefulSet.
  void PodChanged(absl::string_view namespace_name, absl::string_view name);

  // Like SetChanged and PodChanged, but the key is due only at this time, unless something makes it due before.
  void ChangedLater(const WorkKey& key, absl::Time due) { queue_.AddAt(key, due); }

  // Like SetChanged and PodChanged, for changes that the key's own write made (law 4).
  void OwnWrite(const WorkKey& key) { queue_.AddOwnWrite(key); }
  // The key whose action is being performed, within Cluster::Perform; else null.
  const WorkKey* acting() const { return acting_; }

  // Reports that the view has the object at this resource version: it was changed, deleted, or listed. Versions are
  // compared as integers, or for equality if one is not an integer; an empty version is the newest. Only objects that
  // are being written matter. Complexity: O(log objects that are being written).
  void Saw(const ObjectRef& object, absl::string_view resource_version);
  // Reports that the view has all objects of the kind at this version, as after a list.
  void SawAll(absl::string_view kind, absl::string_view resource_version);

  // Looks at every key that is due at `now`, in the order in which they became due, and performs its plan. Returns the
  // number of keys.
  int RunDue(absl::Time now);

  // The same for one key. Returns false when none is due, or enough plans are under way.
  bool RunOne(absl::Time now);

  // Whether every queued key has failed at least `times` times in a row. Then only a change from outside can help.
  bool OnlyRepeatsFailures(int times) const { return queue_.OnlyRepeatsFailures(times); }

  // Takes the next due key, which is then busy, with its plan, which may be empty. Returns nullopt when no key is due,
  // or enough plans are under way.
  std::optional<Work> Take(absl::Time now);
  // Ends what Take returned: with the error of the action after Work::actions_done if that failed, else with
  // Plan::error.
  void Done(const Work& work, const absl::Status& status, absl::Time now);

  // When the next key becomes due; nullopt when none is queued, or when answers must come first.
  std::optional<absl::Time> NextDue() const;

  int32_t under_way() const { return queue_.busy(); }

  // The keys that are due or busy. A controller of another process that resumes them goes on where this one is; plans
  // under way are decided again.
  std::vector<PendingKey> Pending() const { return queue_.Pending(); }
  void Resume(const PendingKey& pending) { queue_.Resume(pending); }

 private:
  // A plan that this controller performs.
  struct Run {
    Work work;
    size_t next_event = 0;
    std::optional<absl::StatusOr<WriteAnswer>> answer;  // to the last started action
    absl::Time answered;
    bool waits = false;     // for an answer that did not come at once
    int32_t unseen = 0;     // writes that the view does not have yet
    bool is_over = false;   // no action is left
    absl::Status status;    // once the plan is over
    bool is_ended = false;  // Done was called
  };
  // A write, from its start until the view contains it.
  struct Write {
    std::shared_ptr<Run> run;
    std::string seen;                   // the newest version that Saw reported
    std::optional<std::string> wanted;  // the version in the answer, once it came

    // Whether the view contains the write.
    bool IsSeen() const;
  };
  using Writes = std::multimap<ObjectRef, Write>;
  void Changed(const WorkKey& key);
  Plan Decide(const WorkKey& key, absl::Time now);

  void Continue(const std::shared_ptr<Run>& run);
  void Start(const std::shared_ptr<Run>& run);
  void TakeAnswer(const std::shared_ptr<Run>& run);
  void RecordEvents(Run* run);
  void SeeAt(Writes::iterator begin, Writes::iterator end, absl::string_view resource_version);
  void EndWhenSeen(const std::shared_ptr<Run>& run);

  Cluster* cluster_;
  ControllerOptions options_;
  internal::WorkQueue queue_;
  Writes writes_;
  const WorkKey* acting_ = nullptr;  // the key whose action is being started
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_CONTROLLER_H_
