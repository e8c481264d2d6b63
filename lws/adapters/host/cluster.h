// The world as a host provides it: what is there, and how to change it. Implement it over your API client and
// informers.
//
//   class MyCluster : public lws::Cluster { ... };
//   lws::Controller controller(&my_cluster, {});
//   controller.SetChanged("default", "vllm");
//   controller.RunDue(absl::Now());
//
// Implementations perform and report; they decide nothing. simulation/simulation.h has one in memory.
#ifndef LWS_ADAPTERS_HOST_CLUSTER_H_
#define LWS_ADAPTERS_HOST_CLUSTER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"

namespace lws {

class Cluster {
 public:
  virtual ~Cluster() = default;

  // What is there now, and all that Perform has done: what the API server answers to a write is to be fed back, and
  // when the answer is lost the object is to be read. The result is used until the next call of any method.
  // A host with a restart policy puts the groups whose RestartMemory owes a restart into groups_to_restart.
  virtual SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) = 0;
  virtual PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) = 0;

  // Performs one action, checking Action::uid and Action::resource_version where they are set.
  // Errors: Aborted for a conflict or a stale precondition, AlreadyExists, NotFound, or what the client says.
  virtual absl::Status Perform(const Action& action) = 0;

  // Keeps what the plan says is to be kept (Plan::rollout_progress of a set, Plan::restart_memory of a pod's group) for
  // the observations that follow; called before the plan is performed, with the name of the set or the pod. A host
  // without controls and restart policies has nothing to do.
  virtual void Keep(absl::string_view namespace_name, absl::string_view name, const Plan& plan) {}

  // Records an event for people. May drop it.
  virtual void Record(const Event& event) = 0;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_CLUSTER_H_
