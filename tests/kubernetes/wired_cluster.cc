#include "tests/kubernetes/wired_cluster.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/reconcile/admit_pod.h"
#include "nlohmann/json.hpp"

namespace lws {

WiredCluster::WiredCluster(uint64_t seed, WireFaults faults, std::optional<internal::GroupPlacingOptions> placing)
    : seed_(seed),
      placing_(std::move(placing)),
      clock_(absl::FromUnixSeconds(1767225600)),
      server_(&clock_),
      collector_(&server_),
      statefulsets_(&server_, {}),
      scheduler_(&server_, nullptr),
      kubelet_(&server_, &clock_, seed, {}),
      wire_(&clock_, &server_, seed, faults) {
  AdmissionOptions admission;
  admission.waits_for_place = placing_.has_value();
  server_.RegisterWebhook("Pod", [admission](Json pod) { return AdmitPod(std::move(pod), admission); });
  for (int i = 0; i < 20; ++i) {
    Json node = {{"apiVersion", "v1"},
                 {"kind", "Node"},
                 {"metadata", {{"name", absl::StrCat("node-", i)}}},
                 {"status", {{"allocatable", {{"cpu", "64"}, {"pods", "110"}}}}}};
    node["status"]["conditions"] = Json::array({{{"type", "Ready"}, {"status", "True"}}});
    EXPECT_TRUE(server_.Create(std::move(node)).ok());
  }
  Restart();
}

void WiredCluster::Restart(const std::optional<internal::Handover>& handover) {
  internal::KubeClusterOptions options;
  options.clock = [this] { return clock_.now(); };
  options.reporting_instance = "leaderworkerset-test";
  options.seed = seed_;
  options.placing = placing_;
  options.on_problem = [this](const absl::Status&) { ++problems_; };
  ControllerOptions controller;
  controller.first_backoff = absl::Milliseconds(5);
  controller.max_backoff = absl::Seconds(1000);
  controller.policies = SetPoliciesFromAnnotations({});
  wire_.Disconnect();
  cluster_ = std::make_unique<internal::KubeCluster>(&wire_, options, controller);
  if (handover.has_value()) cluster_->TakeOver(*handover);
  cluster_->Lead(true);
}

// A handover is written as a text, now and then: something happens between it and the end of the process.
void WiredCluster::RestartAs(Restarts restarts, absl::Duration after_handover) {
  if (restarts == Restarts::kNone) return;
  if (restarts == Restarts::kWithoutHandover) return Restart();
  const std::optional<internal::Handover> handover = cluster_->HandOver();
  Run(after_handover);
  if (!handover.has_value()) return Restart();
  absl::StatusOr<internal::Handover> read = internal::ParseHandover(internal::HandoverText(*handover));
  ASSERT_TRUE(read.ok()) << read.status();
  Restart(*read);
}

void WiredCluster::CreateSet(const std::string& name, int replicas, const std::string& image, const Json& annotations,
                             int size, const std::string& cpu) {
  Json manifest = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"namespace": "n"},
    "spec": {"leaderWorkerTemplate": {"size": 3, "restartPolicy": "RecreateGroupOnPodRestart",
      "workerTemplate": {"spec": {"containers": [{"name": "main"}]}}}}})");
  manifest["metadata"]["name"] = name;
  manifest["metadata"]["annotations"] = annotations;
  manifest["spec"]["replicas"] = replicas;
  manifest["spec"]["leaderWorkerTemplate"]["size"] = size;
  manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = image;
  if (!cpu.empty()) {
    Json& container = manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0];
    container["resources"]["requests"]["cpu"] = cpu;
  }
  const SetAdmission admission = AdmitSet(manifest);
  ASSERT_EQ(admission.stage, AdmissionStage::kAdmitted);
  ASSERT_TRUE(server_.Create(LeaderWorkerSetToJson(*admission.set)).ok());
}

void WiredCluster::Annotate(const std::string& name, const std::string& key, const std::string& value) {
  Json live = *server_.Get({kKind, "n", name});
  live["metadata"]["annotations"][key] = value;
  ASSERT_TRUE(server_.Update(live).ok());
}

void WiredCluster::SetImage(const std::string& name, const std::string& image) {
  Json live = *server_.Get({kKind, "n", name});
  live["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = image;
  ASSERT_TRUE(server_.Update(live).ok());
}

void WiredCluster::RunRollout(Restarts restarts) {
  CreateSet("a", 3, "one");
  CreateSet("b", 2, "one");
  Run(absl::Minutes(3));
  SetImage("a", "two");
  Run(absl::Minutes(1));
  RestartAs(restarts);
  kubelet_.FailContainer("n", "b-1-1");
  Run(absl::Milliseconds(static_cast<int64_t>(seed_ % 2000)));
  RestartAs(restarts, absl::Milliseconds(static_cast<int64_t>(seed_ % 900)));
  Run(absl::Minutes(2));
  RestartAs(restarts, absl::Milliseconds(static_cast<int64_t>(seed_ % 700)));
  wire_.faults() = WireFaults();
  Run(absl::Minutes(30));
}

std::string WiredCluster::Shown(const std::string& name) const {
  std::string shown;
  for (const SharedJson& pod : server_.List("Pod")) {
    const Json& metadata = (*pod)["metadata"];
    if (metadata["labels"].value(kNameLabel, "") != name) continue;
    absl::StrAppend(&shown, metadata.value("name", ""), " ", (*pod)["spec"]["containers"][0].value("image", ""), " ",
                    (*pod)["status"].value("phase", ""), "\n");
  }
  const SharedJson set = server_.Get({kKind, "n", name});
  if (set == nullptr) return shown;
  Json status = set->value("status", Json::object());
  if (status.contains("conditions")) {
    for (Json& condition : status["conditions"]) condition.erase("lastTransitionTime");
    // The order in which the conditions appeared depends on the faults.
    std::sort(status["conditions"].begin(), status["conditions"].end());
  }
  return absl::StrCat(shown, status.dump(1), "\n");
}

void WiredCluster::Settle() {
  while (collector_.Step() || statefulsets_.Step() || scheduler_.Step()) {
  }
  cluster_->Advance(clock_.now());
}

void WiredCluster::Run(absl::Duration duration) {
  const absl::Time end = clock_.now() + duration;
  for (;;) {
    Settle();
    const absl::Time timer = clock_.next().value_or(absl::InfiniteFuture());
    const absl::Time due = cluster_->NextDue().value_or(absl::InfiniteFuture());
    if (std::min(timer, due) > end) break;
    if (timer <= due) {
      clock_.Advance();
    } else {
      clock_.MoveTo(due);
    }
  }
  clock_.MoveTo(end);
}

}  // namespace lws
