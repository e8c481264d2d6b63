// The world as a host provides it: the observed objects, and the way to change them. Implement it over a cache and a
// client of your own; fleet_cluster.h already contains the cache.
//
//   lws::Controller controller(&cluster, {});    // `cluster` is of your class, which derives from lws::Cluster
//   controller.SetChanged("default", "vllm");
//   controller.RunDue(absl::Now());
//
// Implementations perform and report; they decide nothing. simulation/simulation.h has one in memory.
#ifndef LWS_ADAPTERS_HOST_CLUSTER_H_
#define LWS_ADAPTERS_HOST_CLUSTER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/json.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"

namespace lws {

// What the API server answers to a write that it accepted.
struct WriteAnswer {
  // The UID and version of the object after the write. Without a resource version there is nothing to wait for,
  // because the cluster's observations already contain the write.
  std::string uid;
  std::string resource_version;
  // The object after the write; null where the answer does not have it.
  SharedJson object;
  // Whether a deletion left nothing of the object.
  bool gone = false;
};

// Receives the outcome of one action, and the time at which it came. Errors: Aborted for a conflict or a stale
// precondition, AlreadyExists, NotFound, or what the client says. If the answer was lost, the write may have been done
// nevertheless.
using WriteDone = std::function<void(const absl::StatusOr<WriteAnswer>&, absl::Time)>;

class Cluster {
 public:
  virtual ~Cluster() = default;

  // The present state. The result is used until the next call of any method. A host with a restart policy puts the
  // groups whose RestartMemory owes a restart into groups_to_restart, and the members into PodObservation::members;
  // kept_state.h and restart_counts.h do so.
  virtual SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) = 0;
  virtual PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) = 0;

  // Performs one action, checking Action::uid and Action::resource_version where they are set, and calls `done`
  // exactly once: before it returns, with `now`, or later. `action` is valid until `done` was called. After the
  // client's own timeout, a missing answer must be reported as an error.
  virtual void Perform(const Action& action, absl::Time now, WriteDone done) = 0;

  // Keeps what the plan wants kept (Plan::rollout_progress of a set, Plan::restart_memory of a pod's group) for the
  // following observations. It is called before the plan is performed, with the name of the set or the pod. A host
  // without controls and restart policies need not do anything.
  virtual void Keep(absl::string_view namespace_name, absl::string_view name, const Plan& plan) {}

  // Records an event for people. It may drop the event.
  virtual void Record(const Event& event) = 0;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_CLUSTER_H_
