// The states on which the benchmarks of sets are measured.
//
//   lws::RolloutState rollout(1000, lws::RolloutPhase::kWaits);
//   lws::ReconcileSet(rollout.observation(), now);    // an empty plan: the update waits
#ifndef LWS_BENCHMARKS_ROLLOUT_STATE_H_
#define LWS_BENCHMARKS_ROLLOUT_STATE_H_

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/api/applied_fields.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/observation.h"
#include "nlohmann/json.hpp"

namespace lws {

// A set of groups of 8. At rest, all are ready and have the new revision. In the middle of a rolling update, the last
// tenth has the new revision. All groups are ready, except the last released one when the update waits.
enum class RolloutPhase { kAtRest, kSteps, kWaits };

class RolloutState {
 public:
  RolloutState(int groups, RolloutPhase phase) : pods_(groups), workers_(groups) {
    set_ = *LeaderWorkerSetFromJson(Manifest(groups));
    digest_ = internal::DigestOfDesiredSet(set_);
    const int partition = phase == RolloutPhase::kAtRest ? 0 : groups - groups / 10;
    const bool waits = phase == RolloutPhase::kWaits;
    FillMeta("s", "", &service_.meta);
    FillRevision();
    FillLeaderStatefulSet(groups, partition);
    for (int i = 0; i < groups; ++i) FillGroup(i, i < partition, waits && i == partition);
    if (phase == RolloutPhase::kAtRest) {
      SetStatus({"Available"}, groups, groups, groups);
    } else {
      SetStatus({"UpdateInProgress", "Progressing"}, groups, groups - waits, groups / 10);
    }
    observation_.set = &set_;
    observation_.digest = &digest_;
    observation_.leader_statefulset = &leader_set_;
    observation_.service = &service_;
    observation_.revisions = {&revision_};
    for (const ObservedPod& pod : pods_) observation_.leader_pods.push_back(&pod);
    for (const ObservedStatefulSet& worker : workers_) observation_.worker_statefulsets.push_back(&worker);
    const auto by_name = [](const auto* a, const auto* b) { return a->meta.name < b->meta.name; };
    std::sort(observation_.leader_pods.begin(), observation_.leader_pods.end(), by_name);
    std::sort(observation_.worker_statefulsets.begin(), observation_.worker_statefulsets.end(), by_name);
  }

  const SetObservation& observation() const { return observation_; }

 private:
  static Json Manifest(int groups) {
    Json set = Json::parse(R"({
      "kind": "LeaderWorkerSet", "metadata": {"name": "s", "namespace": "n", "uid": "u", "generation": 2},
      "spec": {"startupPolicy": "LeaderCreated", "networkConfig": {"subdomainPolicy": "Shared"},
        "rolloutStrategy": {"type": "RollingUpdate",
                            "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 0}},
        "leaderWorkerTemplate": {"size": 8, "restartPolicy": "RecreateGroupOnPodRestart",
          "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i", "command": ["serve", "--model", "m"],
            "env": [{"name": "A", "value": "1"}], "resources": {"limits": {"nvidia.com/gpu": "8"}},
            "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 10}}]}}}}})");
    set["spec"]["replicas"] = groups;
    return set;
  }

  void FillMeta(const std::string& name, const std::string& key, ObservedMeta* meta) {
    meta->namespace_name = "n";
    meta->name = name;
    meta->set_name = "s";
    meta->revision_key = key;
  }

  void FillRevision() {
    FillMeta("s-" + digest_.revision_key + "-1", digest_.revision_key, &revision_.meta);
    revision_.number = 1;
    revision_.data = digest_.revision_data;
  }

  void FillLeaderStatefulSet(int groups, int partition) {
    FillMeta("s", digest_.revision_key, &leader_set_.meta);
    leader_set_.replicas = groups;
    leader_set_.status_replicas = groups;
    leader_set_.partition = partition;
    leader_set_.replicas_annotation = absl::StrCat(groups);
    const Json applied = *internal::LeaderStatefulSet(set_, digest_.revision_key, partition, groups);
    leader_set_.applied_core = internal::DigestOfAppliedStatefulSet(applied);
    leader_set_.applied = std::make_shared<const Json>(applied);
  }

  void FillGroup(int index, bool old, bool unready) {
    const std::string name = absl::StrCat("s-", index);
    FillMeta(name, old ? "6c5b8f7d9" : digest_.revision_key, &pods_[index].meta);
    pods_[index].meta.group_index = absl::StrCat(index);
    pods_[index].meta.group_in_name = index;
    pods_[index].worker_index = "0";
    pods_[index].phase = PodPhase::kRunning;
    pods_[index].has_ready_condition = !unready;
    pods_[index].meta.uid = absl::StrFormat("00000000-0000-4000-8000-%012d", 2 * index);
    workers_[index].meta = pods_[index].meta;
    workers_[index].meta.uid = absl::StrFormat("00000000-0000-4000-8000-%012d", 2 * index + 1);
    workers_[index].meta.controller = ObservedMeta::Controller{"Pod", name, pods_[index].meta.uid};
    workers_[index].replicas = workers_[index].available_replicas = 7;
    workers_[index].current_revision = workers_[index].update_revision = name + "-5d9c8b7f66";
  }

  // Sets the status that a pass over this state would write.
  void SetStatus(const std::vector<const char*>& conditions, int groups, int ready, int updated) {
    LeaderWorkerSetStatus& status = *set_.mutable_status();
    for (const char* type : conditions) {
      Condition& condition = *status.add_conditions();
      condition.set_type(type);
      condition.set_status("True");
      condition.set_observed_generation(2);
    }
    status.set_ready_replicas(ready);
    status.set_updated_replicas(updated);
    status.set_replicas(groups);
    status.set_hpa_pod_selector("s");
    status.set_observed_generation(2);
  }

  LeaderWorkerSet set_;
  internal::SetDigest digest_;
  ObservedRevision revision_;
  ObservedService service_;
  ObservedStatefulSet leader_set_;
  std::vector<ObservedPod> pods_;
  std::vector<ObservedStatefulSet> workers_;
  SetObservation observation_;
};

}  // namespace lws

#endif  // LWS_BENCHMARKS_ROLLOUT_STATE_H_
