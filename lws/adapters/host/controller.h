// The loop that drives plans through a Cluster: a queue of due keys, and for each one look, one plan, its actions in
// order.
//
//   lws::Controller controller(&cluster, options);
//   controller.SetChanged("default", "vllm");     // from a watch
//   controller.RunDue(now);                        // until nothing is due at `now`
//   Sleep(controller.NextDue());                   // when to call RunDue again, if nothing changes before
//
// A plan that fails is tried again with growing delays (100 ms, doubling, up to 10 s), whatever changed while it was
// performed; a conflict at once.
//
// Thread-safety: none; one thread at a time.
#ifndef LWS_ADAPTERS_HOST_CONTROLLER_H_
#define LWS_ADAPTERS_HOST_CONTROLLER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {

struct ControllerOptions {
  SetReconcileOptions sets;
  PodReconcileOptions pods;
  // Told of every plan that is not empty, after it was performed; with the error of the action that failed, if one did.
  std::function<void(const Plan&, const absl::Status&)> on_plan;
};

class Controller {
 public:
  // Borrows `cluster`.
  Controller(Cluster* cluster, ControllerOptions options) : cluster_(cluster), options_(std::move(options)) {}

  // The set, its leader StatefulSet, a leader pod or a worker StatefulSet of it changed.
  void SetChanged(absl::string_view namespace_name, absl::string_view name);
  // The pod changed, or, for a leader, its worker StatefulSet.
  void PodChanged(absl::string_view namespace_name, absl::string_view name);

  // Reconciles every key that is due at `now`, in the order they became due. Returns how many there were.
  int RunDue(absl::Time now);

  // Reconciles one key that is due; false when there is none.
  bool RunOne(absl::Time now);

  // Whether all that is queued has failed at least `times` times in a row: only a change from outside can help then.
  bool OnlyRepeatsFailures(int times) const;

  // When the next key becomes due; nullopt when none is queued.
  std::optional<absl::Time> NextDue() const;

 private:
  enum class Kind { kSet, kPod };
  struct Key {
    Kind kind;
    std::string namespace_name;
    std::string name;

    bool operator<(const Key& other) const {
      return std::tie(kind, namespace_name, name) < std::tie(other.kind, other.namespace_name, other.name);
    }
  };
  using Due = std::pair<absl::Time, uint64_t>;  // the number keeps the order of equal times

  void Queue(const Key& key, absl::Time when);
  Plan Decide(const Key& key, absl::Time now);
  absl::Status Perform(const Plan& plan, bool* retry_at_once);
  void Requeue(const Key& key, const Plan& plan, const absl::Status& status, bool retry_at_once, absl::Time now);

  Cluster* cluster_;
  ControllerOptions options_;
  uint64_t next_number_ = 0;
  std::map<Due, Key> queue_;
  std::map<Key, Due> queued_;
  std::map<Key, int> failures_;  // in a row
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_CONTROLLER_H_
