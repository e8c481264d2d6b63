// The smallest host: a client of its own, here a map of documents, and the library's loop over it.
//
// Prints what a new LeaderWorkerSet gets on an empty cluster:
//   create ControllerRevision demo-...
//   apply StatefulSet demo
//   create Service demo
//   update-status LeaderWorkerSet demo
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace {

class PrintingCluster final : public lws::Cluster {
 public:
  // A watch would call this; what is due then goes to the loop.
  absl::Status Seen(const lws::Json& object, lws::Controller* controller) {
    absl::Status status = fleet_.Add(object);
    for (const lws::FleetName& set : fleet_.TakeDueSets()) controller->SetChanged(set.namespace_name, set.name);
    for (const lws::FleetName& pod : fleet_.TakeDuePods()) controller->PodChanged(pod.namespace_name, pod.name);
    return status;
  }

  lws::SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) override {
    return fleet_.ObserveSet(namespace_name, name);
  }
  lws::PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) override {
    return fleet_.ObservePod(namespace_name, name);
  }
  // A real client would send the action; what comes of it is then seen by the watches.
  absl::Status Perform(const lws::Action& action) override {
    std::cout << lws::VerbName(action.verb) << " " << action.target.kind << " " << action.target.name << "\n";
    return absl::OkStatus();
  }
  void Record(const lws::Event& event) override { std::cout << "  event: " << event.note << "\n"; }

 private:
  lws::Fleet fleet_;
};

}  // namespace

int main() {
  const lws::Json manifest = lws::Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "demo", "namespace": "default"},
    "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 4,
      "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}}})");
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  if (admission.stage != lws::AdmissionStage::kAdmitted) return 1;
  PrintingCluster cluster;
  lws::Controller controller(&cluster, {});
  if (!cluster.Seen(lws::LeaderWorkerSetToJson(*admission.set), &controller).ok()) return 1;
  controller.RunDue(absl::UnixEpoch());
  return 0;
}
