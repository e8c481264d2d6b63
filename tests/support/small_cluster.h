// A cluster in a few words, for regressions: a set, its StatefulSets, pods and revisions.
#ifndef LWS_TESTS_SUPPORT_SMALL_CLUSTER_H_
#define LWS_TESTS_SUPPORT_SMALL_CLUSTER_H_

#include <string>

#include "lws/api/json.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "nlohmann/json.hpp"

namespace lws {

// One set `s` in the namespace `n`, of size 2, with revision key `k`.
class SmallCluster {
 public:
  explicit SmallCluster(const Json& spec_patch = nullptr, const Json& metadata_patch = nullptr);

  // The revision of the present template, under `key`, or one with the given data.
  SmallCluster& Revision(const std::string& key, const Json& data = nullptr);
  SmallCluster& LeaderStatefulSet(const Json& patch = nullptr);
  SmallCluster& Leader(int group, const Json& patch = nullptr);
  // The StatefulSet of the workers of group `group`; that group's leader owns it.
  SmallCluster& WorkerStatefulSet(int group, const Json& patch = nullptr);
  SmallCluster& Worker(int group, int index, const Json& patch = nullptr);
  SmallCluster& Add(const Json& object);

  Plan ReconcileSet() const;
  SetObservation Observe() const { return cluster_.ObserveSet("n", "s"); }
  Plan ReconcilePod(const std::string& name, const PodReconcileOptions& options = {},
                    const GroupMembers* members = nullptr, const RestartMemory* memory = nullptr) const;

 private:
  ClusterSnapshot cluster_;
  Json set_;
};

// "delete Pod s-0, create StatefulSet s-0".
std::string Actions(const Plan& plan);

// Whether some decision has this reason.
bool Because(const Plan& plan, DecisionReason reason);

}  // namespace lws

#endif  // LWS_TESTS_SUPPORT_SMALL_CLUSTER_H_
