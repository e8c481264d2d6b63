#include "tests/support/small_cluster.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr char kPrefix[] = "leaderworkerset.sigs.k8s.io/";

Json Labels(const Json& short_labels) {
  Json labels = Json::object();
  for (auto it = short_labels.begin(); it != short_labels.end(); ++it) labels[kPrefix + it.key()] = *it;
  return labels;
}

Json Controller(const char* kind, const std::string& name, const std::string& uid) {
  return Json::array({{{"kind", kind}, {"name", name}, {"uid", uid}, {"controller", true}}});
}

Json Pod(const std::string& name, const Json& labels) {
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", name}, {"namespace", "n"}, {"uid", "uid-" + name}, {"labels", Labels(labels)}}},
          {"spec", {{"containers", Json::array({{{"name", "c"}}})}}},
          {"status", {{"phase", "Running"}, {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
}

}  // namespace

SmallCluster::SmallCluster(const Json& spec_patch, const Json& metadata_patch) {
  set_ = {{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
          {"kind", "LeaderWorkerSet"},
          {"metadata", {{"name", "s"}, {"namespace", "n"}, {"uid", "uid-s"}, {"generation", 1}}},
          {"spec",
           {{"replicas", 2},
            {"leaderWorkerTemplate",
             {{"size", 2},
              {"restartPolicy", "RecreateGroupOnPodRestart"},
              {"workerTemplate", {{"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i"}}})}}}}}}},
            {"rolloutStrategy",
             {{"type", "RollingUpdate"},
              {"rollingUpdateConfiguration", {{"partition", 0}, {"maxUnavailable", 1}, {"maxSurge", 0}}}}},
            {"startupPolicy", "LeaderCreated"},
            {"networkConfig", {{"subdomainPolicy", "Shared"}}}}}};
  if (!spec_patch.is_null()) set_["spec"].merge_patch(spec_patch);
  if (!metadata_patch.is_null()) set_["metadata"].merge_patch(metadata_patch);
  Add(set_);
}

SmallCluster& SmallCluster::Add(const Json& object) {
  const absl::Status status = cluster_.Add(object);
  EXPECT_TRUE(status.ok()) << status;
  return *this;
}

SmallCluster& SmallCluster::Revision(const std::string& key, const Json& data) {
  const Json own = Json::parse(RevisionData(*LeaderWorkerSetFromJson(set_)));
  return Add({{"apiVersion", "apps/v1"},
              {"kind", "ControllerRevision"},
              {"metadata",
               {{"name", "s-" + key},
                {"namespace", "n"},
                {"labels", Labels({{"name", "s"}, {"template-revision-hash", key}})},
                {"ownerReferences", Controller("LeaderWorkerSet", "s", "uid-s")}}},
              {"data", data.is_null() ? own : data},
              {"revision", 1}});
}

SmallCluster& SmallCluster::LeaderStatefulSet(const Json& patch) {
  Json object = {{"apiVersion", "apps/v1"},
                 {"kind", "StatefulSet"},
                 {"metadata",
                  {{"name", "s"},
                   {"namespace", "n"},
                   {"labels", Labels({{"name", "s"}, {"template-revision-hash", "k"}})},
                   {"annotations", Labels({{"replicas", "2"}})}}},
                 {"spec", {{"replicas", 2}, {"updateStrategy", {{"rollingUpdate", {{"partition", 0}}}}}}}};
  if (!patch.is_null()) object.merge_patch(patch);
  return Add(object);
}

SmallCluster& SmallCluster::Leader(int group, const Json& patch) {
  const std::string name = absl::StrCat("s-", group);
  Json pod = Pod(
      name,
      {{"name", "s"}, {"worker-index", "0"}, {"group-index", absl::StrCat(group)}, {"template-revision-hash", "k"}});
  if (!patch.is_null()) pod.merge_patch(patch);
  return Add(pod);
}

SmallCluster& SmallCluster::WorkerStatefulSet(int group, const Json& patch) {
  const std::string name = absl::StrCat("s-", group);
  Json object = {
      {"apiVersion", "apps/v1"},
      {"kind", "StatefulSet"},
      {"metadata",
       {{"name", name},
        {"namespace", "n"},
        {"uid", "uid-sts-" + name},
        {"labels", Labels({{"name", "s"}, {"group-index", absl::StrCat(group)}, {"template-revision-hash", "k"}})},
        {"ownerReferences", Controller("Pod", name, "uid-" + name)}}},
      {"spec", {{"replicas", 1}}},
      {"status", {{"availableReplicas", 1}, {"currentRevision", "r"}, {"updateRevision", "r"}}}};
  if (!patch.is_null()) object.merge_patch(patch);
  return Add(object);
}

SmallCluster& SmallCluster::Worker(int group, int index, const Json& patch) {
  const std::string leader = absl::StrCat("s-", group);
  Json pod = Pod(absl::StrCat(leader, "-", index), {{"name", "s"},
                                                    {"worker-index", absl::StrCat(index)},
                                                    {"group-index", absl::StrCat(group)},
                                                    {"template-revision-hash", "k"}});
  pod["metadata"]["ownerReferences"] = Controller("StatefulSet", leader, "uid-sts-" + leader);
  if (!patch.is_null()) pod.merge_patch(patch);
  return Add(pod);
}

Plan SmallCluster::ReconcileSet() const { return lws::ReconcileSet(cluster_.ObserveSet("n", "s"), absl::UnixEpoch()); }

Plan SmallCluster::ReconcilePod(const std::string& name, const PodReconcileOptions& options,
                                const GroupMembers* members, const RestartMemory* memory) const {
  PodObservation observation = cluster_.ObservePod("n", name);
  observation.members = members;
  observation.restart_memory = memory;
  return lws::ReconcilePod(observation, absl::UnixEpoch(), options);
}

std::string Actions(const Plan& plan) {
  std::string text;
  for (const Action& action : plan.actions) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", VerbName(action.verb), " ", action.target.kind, " ",
                    action.target.name);
  }
  return text;
}

bool Because(const Plan& plan, DecisionReason reason) {
  return std::any_of(plan.decisions.begin(), plan.decisions.end(),
                     [&](const Decision& decision) { return decision.reason == reason; });
}

}  // namespace lws
