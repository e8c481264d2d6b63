// A host on a real cluster: its watches tell the fleet, its plans become requests, and its events are written.
//
//   lws::internal::KubeClusterOptions options;
//   options.clock = [] { return absl::Now(); };
//   lws::internal::KubeCluster cluster(&client, options, controller_options);
//   cluster.Lead(true);                  // from here on it performs plans
//   cluster.Advance(absl::Now());        // call it again at cluster.NextDue(), and after the client delivered
//
// It reads the LeaderWorkerSets, Services and Nodes of all namespaces, Services and Nodes as metadata. It reads
// StatefulSets, pods and ControllerRevisions by the label of their set, Nodes only once a set asks for exclusive
// topology, and PodGroups only if the options say so.
//
// Laws, beside those of fleet_cluster.h:
//   1. No plan is made before every kind that it reads was listed once, nor while Lead(false).
//   2. An apply that is known to change nothing is not sent (apply_memo.h).
//   3. A write that the server refused for now is sent again when the server said, and not before, at most ten times.
//      The same holds for the look at the object that is in a write's way.
//   4. A StatefulSet that has a set's name but not its label is not watched. It is looked up when a set without a
//      leader StatefulSet appears, before the fleet learns of the set, and again when a write to a StatefulSet is
//      refused.
//   5. If a write is refused because of an existing object, the fleet learns of that object before the write is
//      answered.
//   6. What the plans of a set want kept is written to the cluster before their actions are sent. It is read again when
//      this process begins to lead (kept_store.h).
//   7. After TakeOver, what the process before had looked at is not looked at again: only what changed since, and what
//      was due. Where the API server does not remember that state, everything is looked at, as without TakeOver.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_KUBE_CLUSTER_H_
#define LWS_ADAPTERS_KUBERNETES_KUBE_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/kubernetes/group_placing.h"
#include "lws/adapters/kubernetes/handover.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

struct KubeClusterOptions {
  std::function<absl::Time()> clock;
  std::string reporting_controller = "leaderworkerset";
  std::string reporting_instance;
  bool reads_pod_groups = false;
  uint64_t seed = 1;
  // Groups get their nodes before their pods may start (group_placing.h). Pods then need the gate that
  // AdmissionOptions::waits_for_place adds. Nullopt: the scheduler alone decides.
  std::optional<GroupPlacingOptions> placing;
  // Called with problems in reading, for people.
  std::function<void(const absl::Status&)> on_problem;
};

// Counts of what was done, for metrics.
struct KubeClusterCounts {
  int64_t relists = 0;
  int64_t skipped_applies = 0;
  int64_t dropped_events = 0;
  int64_t news = 0;  // grows whenever HandOver may return something else
};

class KubeCluster final : public FleetCluster {
 public:
  // Borrows `client`.
  KubeCluster(HttpClient* client, KubeClusterOptions options, ControllerOptions controller_options);
  ~KubeCluster() override;

  // Sends the reads and events that are due, and, while leading, performs plans.
  void Advance(absl::Time now);
  // When to call Advance again if nothing arrives earlier. It stands in for RunDue and NextDue of a FleetCluster.
  std::optional<absl::Time> NextDue() const;

  void Lead(bool leads);
  bool HasSynced() const;

  // Takes over from a process that ended. Call it before the first Advance, or not at all. Does nothing when the
  // handover does not tell the versions of all kinds.
  void TakeOver(const Handover& handover);
  // What another process needs to take over now; nullopt while this one does not decide, and when too much is due.
  std::optional<Handover> HandOver() const;
  // The number of writes without an answer, those of kept state and of placed pods among them.
  int32_t writes_under_way() const;
  KubeClusterCounts Counts() const;

  // The functions of a FleetCluster:
  void Start(const Action& action, absl::Time now, WriteDone done) override;
  void Record(const Event& event) override;
  bool StoreKept(const LeaderWorkerSet& set, std::string bytes, StoreDone done) override;

 private:
  class Client;

  std::optional<absl::Time> NextDueOfPlans() const;

  std::unique_ptr<Client> client_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_KUBE_CLUSTER_H_
