// The laws of what is written for a set: its objects, their documents, the data of its revisions, and its pods as
// admission leaves them.
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/statefulset_pod.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/observation.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/former_revision.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

using internal::DigestOfDesiredSet;
using internal::GroupPodGroup;
using internal::GroupService;
using internal::LeaderStatefulSet;
using internal::RevisionObject;
using internal::SetDigest;
using internal::SharedService;
using internal::StatefulSetPod;
using internal::WorkerStatefulSet;

Json Manifest() {
  return Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "uid": "u"},
    "spec": {"replicas": 3, "startupPolicy": "LeaderCreated", "networkConfig": {"subdomainPolicy": "UniquePerReplica"},
      "rolloutStrategy": {"type": "RollingUpdate",
        "rollingUpdateConfiguration": {"partition": 0, "maxUnavailable": 1, "maxSurge": 1}},
      "leaderWorkerTemplate": {"size": 5, "restartPolicy": "RecreateGroupOnPodRestart",
        "subGroupPolicy": {"type": "LeaderExcluded", "subGroupSize": 2},
        "leaderTemplate": {"metadata": {}, "spec": {"containers": [{"name": "l", "image": "i"}]}},
        "workerTemplate": {"metadata": {}, "spec": {"containers": [{"name": "w", "image": "i"}]}}}}})");
}

LeaderWorkerSet Read(const Json& manifest) {
  const absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(manifest);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.value_or(LeaderWorkerSet());
}

ObservedPod Leader() {
  ObservedPod leader;
  leader.meta.name = "s-1";
  leader.meta.namespace_name = "n";
  leader.meta.uid = "u1";
  leader.meta.set_name = "s";
  leader.meta.group_index = "1";
  leader.meta.revision_key = "k";
  leader.group_key = "key";
  leader.requests_tpus = true;
  leader.pod_group_name = "s-1-k";
  return leader;
}

// All objects of the set that are written.
std::vector<Json> Objects(const LeaderWorkerSet& set) {
  return {*LeaderStatefulSet(set, "k", /*partition=*/1, /*replicas=*/3),
          WorkerStatefulSet(set, Leader(), "rack-1"),
          SharedService(set),
          GroupService(set, Leader()),
          *GroupPodGroup(set, Leader()),
          RevisionObject(set, "s-k-1", "k", 1, RevisionData(set))};
}

// The maps of labels and annotations below a value, by their place.
std::map<std::string, Json> Maps(const Json& value, const std::string& place = "") {
  std::map<std::string, Json> maps;
  if (!value.is_object()) return maps;
  for (const auto& [key, below] : value.items()) {
    const std::string here = absl::StrCat(place, "/", key);
    if (key == "labels" || key == "annotations") maps[here] = below;
    for (auto& [where, map] : Maps(below, here)) maps[where] = map;
  }
  return maps;
}

TEST(DesiredObjectsTest, Law1EqualArgumentsGiveEqualBytes) {
  LeaderWorkerSet forward = Read(Manifest());
  LeaderWorkerSet backward = Read(Manifest());
  for (int i = 0; i < 100; ++i) {
    const std::string a = absl::StrCat("key-", i);
    const std::string b = absl::StrCat("key-", 99 - i);
    (*forward.mutable_metadata()->mutable_labels())[a] = a;
    (*forward.mutable_metadata()->mutable_annotations())[a] = a;
    (*backward.mutable_metadata()->mutable_labels())[b] = b;
    (*backward.mutable_metadata()->mutable_annotations())[b] = b;
  }
  const std::vector<Json> objects = Objects(forward);
  const std::vector<Json> others = Objects(backward);
  ASSERT_EQ(objects.size(), others.size());
  for (size_t i = 0; i < objects.size(); ++i) EXPECT_EQ(objects[i].dump(), others[i].dump());
  EXPECT_EQ(objects[0]["metadata"]["labels"]["key-7"], "key-7");
}

TEST(DesiredObjectsTest, Law2LabelsOfLeaderWorkerSetWin) {
  const std::vector<Json> plain = Objects(Read(Manifest()));
  Json manifest = Manifest();
  Json& group = manifest["spec"]["leaderWorkerTemplate"];
  for (const Json& object : plain) {
    for (const auto& [place, map] : Maps(object)) {
      const std::string kind = place.substr(place.rfind('/') + 1);
      for (const auto& [key, value] : map.items()) {
        manifest["metadata"][kind][key] = "user's";
        group["leaderTemplate"]["metadata"][kind][key] = "user's";
        group["workerTemplate"]["metadata"][kind][key] = "user's";
      }
    }
  }
  const std::vector<Json> objects = Objects(Read(manifest));
  int compared = 0;
  for (size_t i = 0; i < plain.size(); ++i) {
    std::map<std::string, Json> maps = Maps(objects[i]);
    for (const auto& [place, map] : Maps(plain[i])) {
      // What a revision keeps is the user's template itself.
      if (place.rfind("/data/", 0) == 0) continue;
      for (const auto& [key, value] : map.items()) {
        ++compared;
        EXPECT_EQ(maps[place][key], value) << place << " of " << objects[i]["kind"] << ": " << key;
      }
    }
  }
  EXPECT_GT(compared, 20);
}

TEST(ActionObjectTest, Law1EqualityIsThatOfTheDocuments) {
  const auto base = std::make_shared<const Json>(
      Json::parse(R"({"spec": {"replicas": 1, "updateStrategy": {"rollingUpdate": {"partition": 0}}}})"));
  const auto other_base = std::make_shared<const Json>(
      Json::parse(R"({"spec": {"replicas": 9, "updateStrategy": {"rollingUpdate": {"partition": 7}}}})"));
  const auto status = std::make_shared<LeaderWorkerSetStatus>();
  status->set_replicas(2);
  std::vector<ActionObject> objects = {ActionObject(), ActionObject::OfStatus("n", "s", status),
                                       ActionObject::OfStatus("n", "t", status)};
  for (const SharedJson& from : {SharedJson(base), SharedJson(other_base)}) {
    for (const int32_t replicas : {1, 9}) {
      objects.push_back(ActionObject::OfStatefulSet(from, {/*partition=*/0, replicas, /*on_delete=*/false}));
      objects.push_back(ActionObject::OfStatefulSet(from, {/*partition=*/3, replicas, /*on_delete=*/true}));
    }
    objects.push_back(ActionObject::Of(*from));
  }
  // Each once more, as the whole document.
  for (size_t i = objects.size(); i-- > 0;) {
    if (!objects[i].empty()) objects.push_back(ActionObject::Of(objects[i].Document()));
  }
  int equal = 0;
  for (const ActionObject& a : objects) {
    for (const ActionObject& b : objects) {
      EXPECT_EQ(a == b, a.Document() == b.Document()) << a.Document() << " and " << b.Document();
      equal += a == b;
    }
  }
  EXPECT_GT(equal, static_cast<int>(objects.size()));
}

// Clusters in which a pass creates, changes, and leaves alone.
std::vector<SmallCluster> Clusters() {
  std::vector<SmallCluster> clusters(4);
  clusters[1].Revision("k").LeaderStatefulSet();
  clusters[2].Revision("o").LeaderStatefulSet(
      {{"metadata", {{"labels", {{"leaderworkerset.sigs.k8s.io/template-revision-hash", "o"}}}}}});
  clusters[3].Revision("k").LeaderStatefulSet();
  for (int group = 0; group < 2; ++group) clusters[3].Leader(group).WorkerStatefulSet(group).Worker(group, 1);
  clusters.emplace_back(Json::parse(R"({"rolloutStrategy": {"rollingUpdateConfiguration": {"maxSurge": "x%"}}})"));
  clusters.emplace_back(Json::parse(R"({"replicas": 5})")).Revision("k").LeaderStatefulSet();
  return clusters;
}

TEST(SetDigestTest, Law1APlanWithItEqualsThePlanWithoutIt) {
  std::set<std::string> plans;
  for (const SmallCluster& cluster : Clusters()) {
    SetObservation without = cluster.Observe();
    without.digest = nullptr;
    const SetDigest digest = DigestOfDesiredSet(*without.set);
    SetObservation with = without;
    with.digest = &digest;
    const Plan expected = ReconcileSet(without, absl::UnixEpoch());
    const Plan plan = ReconcileSet(with, absl::UnixEpoch());
    EXPECT_TRUE(plan == expected) << Actions(plan) << "\nwanted\n" << Actions(expected);
    plans.insert(Actions(plan));
  }
  EXPECT_GE(plans.size(), 3);
}

TEST(RevisionDataTest, Law3TemplateAndNetworkAlone) {
  const Json manifest = Manifest();
  const std::string data = RevisionData(Read(manifest));
  const std::vector<std::pair<Json, bool>> patches = {
      {{{"spec", {{"replicas", 7}}}}, true},
      {{{"spec", {{"startupPolicy", "LeaderReady"}}}}, true},
      {{{"spec", {{"rolloutStrategy", {{"rollingUpdateConfiguration", {{"partition", 2}}}}}}}}, true},
      {{{"metadata", {{"labels", {{"a", "b"}}}, {"annotations", {{"a", "b"}}}}}}, true},
      {{{"status", {{"replicas", 3}}}}, true},
      {{{"spec", {{"leaderWorkerTemplate", {{"size", 7}}}}}}, false},
      {{{"spec", {{"leaderWorkerTemplate", {{"restartPolicy", "None"}}}}}}, false},
      {{{"spec", {{"leaderWorkerTemplate", {{"leaderTemplate", {{"metadata", {{"labels", {{"a", "b"}}}}}}}}}}}}, false},
      {{{"spec", {{"networkConfig", {{"subdomainPolicy", "Shared"}}}}}}, false},
      {{{"spec", {{"networkConfig", nullptr}}}}, false},
  };
  for (const auto& [patch, is_same] : patches) {
    Json patched = manifest;
    patched.merge_patch(patch);
    EXPECT_EQ(RevisionData(Read(patched)) == data, is_same) << patch;
  }
  Json without = manifest;
  without["spec"].erase("networkConfig");
  Json shared = manifest;
  shared["spec"]["networkConfig"] = {{"subdomainPolicy", "Shared"}};
  EXPECT_EQ(RevisionData(Read(without)), RevisionData(Read(shared)));
}

std::vector<std::string> EnvironmentOf(const Json& container) {
  std::vector<std::string> variables;
  for (const Json& variable : container["env"]) {
    if (variable["name"].get<std::string>().rfind("LWS_", 0) == 0) continue;
    variables.push_back(absl::StrCat(variable["name"].get<std::string>(), "=", variable.value("value", "")));
  }
  return variables;
}

TEST(AdmitPodTest, Law3TheUsersVariablesKeepTheirOrderAndTheFirstOfAName) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    Json pod = Json::parse(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "s-1-2", "namespace": "n",
      "labels": {"leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "1",
        "leaderworkerset.sigs.k8s.io/worker-index": "2"},
      "annotations": {"leaderworkerset.sigs.k8s.io/size": "3", "leaderworkerset.sigs.k8s.io/leader-name": "s-1"}},
      "spec": {"subdomain": "s", "containers": [{"name": "a"}], "initContainers": [{"name": "b"}]}})");
    std::map<std::string, std::vector<std::string>> expected;
    for (const char* list : {"containers", "initContainers"}) {
      std::set<std::string> seen;
      Json variables = Json::array();
      for (unsigned i = random() % 8; i > 0; --i) {
        const std::string name(1, static_cast<char>('A' + random() % 5));
        const std::string value = absl::StrCat(random() % 100);
        variables.push_back({{"name", name}, {"value", value}});
        if (seen.insert(name).second) expected[list].push_back(absl::StrCat(name, "=", value));
      }
      if (random() % 3 == 0) variables.push_back({{"name", "LWS_GROUP_SIZE"}, {"value", "user's"}});
      pod["spec"][list][0]["env"] = variables;
    }
    const absl::StatusOr<Json> admitted = AdmitPod(pod, {});
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    for (const char* list : {"containers", "initContainers"}) {
      const Json& container = (*admitted)["spec"][list][0];
      ASSERT_EQ(EnvironmentOf(container), expected[list]) << "seed " << kSeed << ": " << pod["spec"];
      std::set<std::string> names;
      for (const Json& variable : container["env"]) {
        ASSERT_TRUE(names.insert(variable["name"].get<std::string>()).second) << "seed " << kSeed << ": " << container;
        ASSERT_NE(variable.value("value", ""), "user's") << "seed " << kSeed;
      }
    }
  }
}

// Volumes of a template by their names.
Json Volumes(const std::vector<std::string>& names) {
  Json volumes = Json::array();
  for (const std::string& name : names) volumes.push_back({{"name", name}, {"emptyDir", Json::object()}});
  return volumes;
}

LeaderWorkerSet SetWithVolumes(const std::string& image, const std::vector<std::string>& volumes) {
  Json manifest = Manifest();
  manifest["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"]["partition"] = 2;
  Json& group = manifest["spec"]["leaderWorkerTemplate"];
  group["volumeClaimTemplates"] = {{{"metadata", {{"name", "claim"}}}, {"spec", {{"accessModes", {"ReadWriteOnce"}}}}}};
  group["leaderTemplate"]["spec"]["containers"][0]["image"] = image;
  if (!volumes.empty()) group["leaderTemplate"]["spec"]["volumes"] = Volumes(volumes);
  return Read(manifest);
}

// The pod that the set's leader StatefulSet makes.
Json MadePod(const LeaderWorkerSet& set, const std::string& key) {
  const Json statefulset = *LeaderStatefulSet(set, key, 2, 3);
  return StatefulSetPod(statefulset, statefulset["spec"]["template"], 1, "hash");
}

// What comes out is what the StatefulSet would have made of its former template.
TEST(FormerRevisionTest, Law2WhatTheStatefulSetPutOnThePodStays) {
  const std::vector<std::vector<std::string>> volumes = {{}, {"a"}, {"claim"}, {"a", "claim"}};
  for (const std::vector<std::string>& before : volumes) {
    for (const std::vector<std::string>& after : volumes) {
      const LeaderWorkerSet former = SetWithVolumes("i:1", before);
      const LeaderWorkerSet set = SetWithVolumes("i:2", after);
      ObservedStatefulSet statefulset;
      statefulset.meta.name = statefulset.meta.set_name = "s";
      statefulset.meta.revision_key = "new";
      statefulset.on_delete = true;
      ObservedRevision revision;
      revision.meta.namespace_name = "n";
      revision.meta.name = "s-old-1";
      revision.meta.set_name = "s";
      revision.meta.revision_key = "old";
      revision.meta.controller = ObservedMeta::Controller{"LeaderWorkerSet", "s", "u"};
      revision.number = 1;
      revision.data = RevisionData(former);
      SetObservation observation;
      observation.set = &set;
      observation.leader_statefulset = &statefulset;
      observation.revisions = {&revision};
      const absl::StatusOr<Json> kept = KeepFormerRevision(MadePod(set, "new"), observation);
      ASSERT_TRUE(kept.ok()) << kept.status();
      EXPECT_EQ(*kept, MadePod(former, "old")) << Volumes(before) << " then " << Volumes(after);
    }
  }
}

}  // namespace
}  // namespace lws
