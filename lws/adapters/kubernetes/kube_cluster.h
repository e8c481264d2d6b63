// A host on a real cluster: its watches tell the fleet, its plans become requests, its events are written.
//
//   lws::internal::KubeClusterOptions options;
//   options.clock = [] { return absl::Now(); };
//   lws::internal::KubeCluster cluster(&client, options, controller_options);
//   cluster.Lead(true);                  // plans are performed from here on
//   cluster.Advance(absl::Now());        // then again at cluster.NextDue(), and after the client delivered
//
// What is read: LeaderWorkerSets, Services and Nodes of all namespaces, the last two as metadata; StatefulSets, pods
// and ControllerRevisions by the label of their set. Nodes are read once a set asks for exclusive topology, PodGroups
// when the options say so.
//
// Laws, beside those of fleet_cluster.h:
//   1. No plan is made before every kind that is read was listed once, nor while Lead(false).
//   2. An apply that is known to change nothing is not sent (apply_memo.h).
//   3. A write that the server refused for now, or the look at what is in its way, is sent again when the server said,
//   and not before, at most ten times.
//   4. A StatefulSet that has a set's name and not its label is not watched. It is looked for when a set without a
//   leader StatefulSet is told, before the set is, and again when a write to a StatefulSet is refused.
//   5. What exists where a write found something in its way is told to the fleet before the write is answered.
//   6. What the plans of a set want kept is written to the cluster before their actions are sent, and read again when
//   this process begins to lead (kept_store.h).
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
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

struct KubeClusterOptions {
  std::function<absl::Time()> clock;
  std::string reporting_controller = "leaderworkerset";
  std::string reporting_instance;
  bool reads_pod_groups = false;
  uint64_t seed = 1;
  // Told of what went wrong in reading, for people.
  std::function<void(const absl::Status&)> on_problem;
};

// What was done, for metrics.
struct KubeClusterCounts {
  int64_t relists = 0;
  int64_t skipped_applies = 0;
  int64_t dropped_events = 0;
};

class KubeCluster final : public FleetCluster {
 public:
  // Borrows `client`.
  KubeCluster(HttpClient* client, KubeClusterOptions options, ControllerOptions controller_options);
  ~KubeCluster() override;

  // Sends what is due: reads, events, and, while leading, plans.
  void Advance(absl::Time now);
  // When to call Advance again, if nothing comes before; instead of RunDue and NextDue of a FleetCluster.
  std::optional<absl::Time> NextDue() const;

  void Lead(bool leads);
  bool HasSynced() const;
  // Writes without an answer, those of what is kept among them.
  int32_t writes_under_way() const;
  KubeClusterCounts Counts() const;

  // FleetCluster:
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
