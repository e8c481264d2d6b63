// A KubeCluster and a Kubernetes in memory with the whole wire between them: requests, answers, watches, and faults.
#ifndef LWS_TESTS_KUBERNETES_WIRED_CLUSTER_H_
#define LWS_TESTS_KUBERNETES_WIRED_CLUSTER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/group_placing.h"
#include "lws/adapters/kubernetes/handover.h"
#include "lws/adapters/kubernetes/kube_cluster.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/garbage_collector.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/kubernetes/scheduler.h"
#include "lws/adapters/simulation/kubernetes/statefulset_controller.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"

namespace lws {

class WiredCluster {
 public:
  WiredCluster(uint64_t seed, WireFaults faults, std::optional<internal::GroupPlacingOptions> placing = std::nullopt);

  void Run(absl::Duration duration);
  // The operator dies. Another process takes its place and knows nothing, or what the handover tells.
  void Restart(const std::optional<internal::Handover>& handover = std::nullopt);

  // Its pods ask for so much of a node's 64 cores; empty: for nothing.
  void CreateSet(const std::string& name, int replicas, const std::string& image,
                 const Json& annotations = Json::object(), int size = 3, const std::string& cpu = "");
  void Annotate(const std::string& name, const std::string& key, const std::string& value);
  void SetImage(const std::string& name, const std::string& image);
  // A rollout with a failure in it, after which the faults end.
  enum class Restarts { kNone, kWithoutHandover, kWithHandover };
  void RunRollout(Restarts restarts);
  // Restarts in that way; the last handover is that of a moment before.
  void RestartAs(Restarts restarts, absl::Duration after_handover = absl::ZeroDuration());
  // "POD IMAGE PHASE" of the pods of a set, and its status without times.
  std::string Shown(const std::string& name) const;

  simulation::ApiServer& server() { return server_; }
  simulation::Kubelet& kubelet() { return kubelet_; }
  FakeApiServer& wire() { return wire_; }
  absl::Time now() const { return clock_.now(); }
  internal::KubeCluster& cluster() { return *cluster_; }
  int problems() const { return problems_; }

 private:
  void Settle();

  const uint64_t seed_;
  const std::optional<internal::GroupPlacingOptions> placing_;
  simulation::VirtualClock clock_;
  simulation::ApiServer server_;
  simulation::GarbageCollector collector_;
  simulation::StatefulSetController statefulsets_;
  simulation::Scheduler scheduler_;
  simulation::Kubelet kubelet_;
  FakeApiServer wire_;
  std::unique_ptr<internal::KubeCluster> cluster_;
  int problems_ = 0;
};

}  // namespace lws

#endif  // LWS_TESTS_KUBERNETES_WIRED_CLUSTER_H_
