#include "tests/properties/random_cluster.h"

#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_name.h"
#include "lws/api/revision_key.h"
#include "lws/core/revision/revision_data.h"

namespace lws {

std::string Label(const char* name) { return absl::StrCat("leaderworkerset.sigs.k8s.io/", name); }

RandomCluster::RandomCluster(unsigned seed) : random_(seed) {
  for (const char* name : {"s", "s-1"}) {
    Json group = {{"size", 1 + Draw(3)},
                  {"restartPolicy", OneIn(2)   ? "RecreateGroupOnPodRestart"
                                    : OneIn(3) ? "None"
                                               : "RecreateGroupAfterStart"},
                  {"workerTemplate", {{"spec", {{"containers", {{{"name", "c"}}}}}}}}};
    if (OneIn(15)) group.erase("size");
    templates_[name] = std::move(group);
    networks_[name] = {{"subdomainPolicy", OneIn(4) ? "UniquePerReplica" : "Shared"}};
  }
}

Json RandomCluster::Object() {
  switch (Draw(12)) {
    case 0:
      return Set();
    case 1:
      return Revision();
    case 2:
      return LeaderStatefulSet();
    case 3:
      return OneIn(2) ? Service() : Node();
    case 4:
    case 5:
    case 6:
      return WorkerStatefulSet();
    default:
      return Pod();
  }
}

// Usually in Kubernetes' form, sometimes not.
std::string RandomCluster::Uid() {
  return OneIn(12) ? absl::StrCat("u", Draw(2)) : absl::StrCat("00000000-0000-4000-8000-00000000000", Draw(2));
}

// Rarely a group of a larger number than a set can have, or no group.
std::string RandomCluster::Group() {
  if (OneIn(60)) return OneIn(2) ? "16777216" : "2147483647";
  if (OneIn(60)) return OneIn(2) ? "-1" : "99999999999999999999";
  return absl::StrCat(Draw(OneIn(8) ? 8 : 4));
}

Json RandomCluster::Set() {
  Json set = {{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
              {"kind", "LeaderWorkerSet"},
              {"metadata", {{"namespace", "n"}, {"uid", "u"}, {"generation", 1}}},
              {"spec", {{"rolloutStrategy", {{"type", "RollingUpdate"}}}}}};
  const std::string name = SetName();
  set["metadata"]["name"] = name;
  if (OneIn(20)) set["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  if (OneIn(6)) set["metadata"]["annotations"][Label("exclusive-topology")] = "rack";
  if (OneIn(8)) set["metadata"]["annotations"][Label("experimental-recreate-group-after-start")] = "";
  Json& spec = set["spec"];
  spec["replicas"] = Draw(6);
  spec["startupPolicy"] = OneIn(4) ? "LeaderReady" : "LeaderCreated";
  spec["networkConfig"] = networks_[name];
  spec["leaderWorkerTemplate"] = templates_[name];
  spec["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = OneIn(3) ? "j" : "i";
  if (OneIn(10)) spec["leaderWorkerTemplate"]["size"] = 1 + Draw(3);
  Json unavailable = OneIn(4) ? Json("50%") : Json(Draw(3));
  spec["rolloutStrategy"]["rollingUpdateConfiguration"] = {{"partition", OneIn(4) ? 1 + Draw(2) : 0},
                                                           {"maxUnavailable", std::move(unavailable)},
                                                           {"maxSurge", OneIn(25) ? Json("x") : Json(Draw(3))}};
  return set;
}

Json RandomCluster::Meta(const std::string& name, const std::string& set_name, const std::string& group) {
  return {{"name", OneIn(25) ? absl::StrCat(set_name, "-", Draw(4)) : name},
          {"namespace", "n"},
          {"uid", Uid()},
          {"resourceVersion", absl::StrCat(Draw(1000))},
          {"labels",
           {{Label("name"), OneIn(25) ? SetName() : set_name},
            {Label("group-index"), OneIn(25) ? absl::StrCat("0", Draw(3)) : group},
            {Label("template-revision-hash"), Key()}}}};
}

Json RandomCluster::Pod() {
  const std::string set_name = SetName();
  const std::string group = Group();
  const size_t worker = Draw(OneIn(10) ? 5 : 3);
  Json pod = {{"apiVersion", "v1"},
              {"kind", "Pod"},
              {"metadata",
               Meta(worker == 0 ? absl::StrCat(set_name, "-", group) : absl::StrCat(set_name, "-", group, "-", worker),
                    set_name, group)}};
  pod["metadata"]["labels"][Label("worker-index")] = absl::StrCat(worker);
  const std::string name = pod["metadata"]["name"];
  if (!OneIn(4)) pod["metadata"]["labels"][Label("group-key")] = OneIn(9) ? "key" : GroupKey("n", name);
  if (OneIn(2)) pod["spec"]["nodeName"] = OneIn(2) ? "m" : "other";
  if (worker > 0) {
    pod["metadata"]["ownerReferences"] = Json::array({{{"controller", true},
                                                       {"kind", "StatefulSet"},
                                                       {"name", absl::StrCat(set_name, "-", group)},
                                                       {"uid", Uid()}}});
  }
  pod["status"] = {{"phase", OneIn(15)  ? "Failed"
                             : OneIn(3) ? "Pending"
                                        : "Running"},
                   {"conditions", Json::array({{{"type", "Ready"}, {"status", OneIn(3) ? "False" : "True"}}})},
                   {"containerStatuses", Json::array({{{"restartCount", OneIn(4) ? 1 : 0}}})}};
  if (OneIn(8)) pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  if (OneIn(8)) Tamper(&pod);
  return pod;
}

void RandomCluster::Tamper(Json* pod) {
  Json& meta = (*pod)["metadata"];
  switch (Draw(7)) {
    case 0:
      meta["labels"] = {{"app", "mine"}};
      return;
    case 1:
      meta.erase("labels");
      return;
    case 2:
      meta["labels"].erase(Label(OneIn(2) ? "name" : "group-index"));
      return;
    case 3:
      meta["labels"].erase(Label("worker-index"));
      return;
    case 4:
      meta["labels"][Label("worker-index")] = absl::StrCat(OneIn(3) ? "0" : "", Draw(3));
      return;
    case 5:
      meta["annotations"][Label("leader-name")] = absl::StrCat(SetName(), "-0");
      return;
    default:
      meta["ownerReferences"] = Json::array(
          {{{"controller", true}, {"kind", "Pod"}, {"name", absl::StrCat(SetName(), "-", Draw(3))}, {"uid", Uid()}}});
  }
}

Json RandomCluster::WorkerStatefulSet() {
  const std::string set_name = SetName();
  const std::string group = Group();
  const std::string name = absl::StrCat(set_name, "-", group);
  Json object = {{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", Meta(name, set_name, group)}};
  if (OneIn(20)) object["metadata"]["labels"].erase(Label("group-index"));
  if (OneIn(20)) object["metadata"].erase("labels");
  if (OneIn(15)) object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  object["metadata"]["ownerReferences"] =
      Json::array({{{"controller", true}, {"kind", OneIn(20) ? "Job" : "Pod"}, {"name", name}, {"uid", Uid()}}});
  object["spec"] = {{"replicas", 2}};
  object["status"] = {{"availableReplicas", OneIn(3) ? 1 : 2}};
  if (OneIn(6)) object["status"].update({{"currentRevision", "a"}, {"updateRevision", OneIn(2) ? "a" : "b"}});
  return object;
}

Json RandomCluster::LeaderStatefulSet() {
  const std::string name = SetName();
  const size_t replicas = Draw(7);
  Json object = {{"apiVersion", "apps/v1"},
                 {"kind", "StatefulSet"},
                 {"metadata",
                  {{"name", name},
                   {"namespace", "n"},
                   {"uid", Uid()},
                   {"labels", {{Label("name"), name}, {Label("template-revision-hash"), Key()}}},
                   {"annotations", {{Label("replicas"), OneIn(25) ? "x" : absl::StrCat(Draw(6))}}}}},
                 {"spec", {{"replicas", replicas}}},
                 {"status", {{"replicas", replicas}}}};
  Json& strategy = object["spec"]["updateStrategy"];
  if (OneIn(2)) {
    strategy["type"] = "OnDelete";
  } else {
    strategy["rollingUpdate"]["partition"] = Draw(replicas + 1);
  }
  if (OneIn(20)) object["metadata"]["labels"].erase(Label("template-revision-hash"));
  if (OneIn(30)) object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  if (OneIn(3)) object["status"].update({{"currentRevision", "a"}, {"updateRevision", "b"}});
  return object;
}

// Mostly the revision of a template that the set may have, so that looks come to a running rollout.
Json RandomCluster::Revision() {
  const std::string set_name = SetName();
  const std::string key = Key();
  Json group = templates_[set_name];
  group["workerTemplate"]["spec"]["containers"][0]["image"] = (key == "old") != OneIn(6) ? "j" : "i";
  const Json data = {{"spec", {{"leaderWorkerTemplate", std::move(group)}, {"networkConfig", networks_[set_name]}}}};
  Json revision = {
      {"apiVersion", "apps/v1"},
      {"kind", "ControllerRevision"},
      {"revision", 1 + Draw(2)},
      {"metadata",
       {{"name", absl::StrCat(set_name, "-", key, "-", Draw(2))},
        {"namespace", "n"},
        {"labels", {{Label("name"), OneIn(15) ? SetName() : set_name}, {Label("template-revision-hash"), key}}}}},
      {"data", OneIn(15) ? Json{{"spec", "broken"}} : data}};
  if (OneIn(10)) {
    revision["metadata"]["ownerReferences"] =
        Json::array({{{"controller", true}, {"kind", "LeaderWorkerSet"}, {"uid", OneIn(2) ? "u" : "other"}}});
  }
  if (OneIn(10)) {
    // The name that the set's next revision would get, whoever the revision belongs to.
    const absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(Set());
    if (set.ok()) {
      const std::string& name = set->metadata().name();
      revision["metadata"]["name"] = RevisionName(name, RevisionKey(RevisionData(*set)), 1 + Draw(3));
    }
    if (OneIn(2)) revision["metadata"].erase("labels");
  }
  return revision;
}

Json RandomCluster::Service() {
  return {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", SetName()}, {"namespace", "n"}}}};
}

Json RandomCluster::Node() {
  Json node = {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "m"}}}};
  if (!OneIn(4)) node["metadata"]["labels"] = {{"rack", "r"}};
  return node;
}

}  // namespace lws
