// The smallest host. It prints what a new LeaderWorkerSet gets on an empty cluster instead of sending it.
#include <iostream>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

// A real host sends the action with its client, and calls Tell with what its watches report.
class PrintingHost final : public lws::FleetCluster {
 public:
  using FleetCluster::FleetCluster;

  absl::StatusOr<lws::WriteAnswer> Perform(const lws::Action& action) override {
    std::cout << lws::VerbName(action.verb) << " " << action.target.kind << " " << action.target.name << "\n";
    return lws::WriteAnswer();
  }
  void Record(const lws::Event& event) override { std::cout << "  event: " << event.note << "\n"; }
};

int main() {
  const lws::Json manifest = lws::Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "demo", "namespace": "default"},
    "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 4,
      "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}}})");
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  if (admission.stage != lws::AdmissionStage::kAdmitted) return 1;
  PrintingHost host;
  if (!host.Tell(lws::LeaderWorkerSetToJson(*admission.set)).ok()) return 1;
  host.RunDue(absl::UnixEpoch());
  return 0;
}
