// The refused objects of a set by kind, and the first group with a refused object. The texts are those of
// tests/traces/validation.json.
#include "lws/core/reconcile/refused_objects.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::shared_ptr<const LeaderWorkerSet> Admitted(const Json& patch) {
  Json manifest = Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "resourceVersion": "1"},
    "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 2, "workerTemplate": {"spec": {
      "containers": [{"name": "c", "image": "i:1"}]}}}}})");
  manifest.merge_patch(patch);
  const SetAdmission admission = AdmitSet(manifest);
  EXPECT_EQ(JoinFieldErrors(admission.errors), "") << patch;
  return admission.set != nullptr ? admission.set : std::make_shared<LeaderWorkerSet>();
}

// "leader StatefulSet; worker pods from 10; Services maybe".
std::string Words(const std::vector<RefusedObject>& objects) {
  const std::map<RefusedKind, std::string> names = {{RefusedKind::kLeaderStatefulSet, "leader StatefulSet"},
                                                    {RefusedKind::kLeaderPods, "leader pods"},
                                                    {RefusedKind::kServices, "Services"},
                                                    {RefusedKind::kWorkerStatefulSets, "worker StatefulSets"},
                                                    {RefusedKind::kWorkerPods, "worker pods"}};
  std::vector<std::string> words;
  for (const RefusedObject& refused : objects) {
    EXPECT_FALSE(refused.errors.empty());
    words.push_back(absl::StrCat(names.at(refused.kind), refused.group > 0 ? absl::StrCat(" from ", refused.group) : "",
                                 refused.is_certain ? "" : " maybe"));
  }
  return absl::StrJoin(words, "; ");
}

std::string Refused(const Json& patch) { return Words(RefusedObjectsOf(*Admitted(patch))); }

Json Worker(const Json& pod_spec) {
  return {{"spec", {{"leaderWorkerTemplate", {{"workerTemplate", {{"spec", pod_spec}}}}}}}};
}

Json Leader(const Json& pod_spec) {
  return {{"spec", {{"leaderWorkerTemplate", {{"leaderTemplate", {{"spec", pod_spec}}}}}}}};
}

Json Both(Json a, const Json& b) {
  a.merge_patch(b);
  return a;
}

Json Named(size_t length, int replicas, int size, const char* subdomains) {
  return {{"metadata", {{"name", std::string(length, 'x')}}},
          {"spec",
           {{"replicas", replicas},
            {"leaderWorkerTemplate", {{"size", size}}},
            {"networkConfig", {{"subdomainPolicy", subdomains}}}}}};
}

const Json& Good() {
  static const Json& good = *new Json({{"containers", Json::array({{{"name", "c"}, {"image", "i:1"}}})}});
  return good;
}

TEST(RefusedObjectsTest, Law1GoodSetsHaveNone) {
  EXPECT_EQ(Refused(Json::object()), "");
  EXPECT_EQ(Refused(Leader(Good())), "");
  EXPECT_EQ(Refused(Named(10, 1000000, 8, "UniquePerReplica")), "");
  EXPECT_EQ(Refused({{"spec", {{"replicas", 0}}}}), "");
  EXPECT_EQ(Refused({{"metadata", {{"name", nullptr}, {"generateName", "s-"}}}}), "");
}

TEST(RefusedObjectsTest, Law2WhatIsCommonIsSaidOnce) {
  const Json never = {{"restartPolicy", "Never"}};
  EXPECT_EQ(Refused(Worker(never)), "leader StatefulSet");
  EXPECT_EQ(Refused(Both(Worker(never), Leader(Good()))), "worker StatefulSets");
  EXPECT_EQ(Refused(Leader(Both(Good(), never))), "leader StatefulSet");
  EXPECT_EQ(Refused(Both(Worker({{"hostPID", true}, {"shareProcessNamespace", true}}), Leader(Both(Good(), never)))),
            "leader StatefulSet; worker StatefulSets");
  // A group of one has no workers.
  EXPECT_EQ(Refused(Both(Both(Worker(never), Leader(Good())), {{"spec", {{"leaderWorkerTemplate", {{"size", 1}}}}}})),
            "");
}

TEST(RefusedObjectsTest, PodsAreLookedAtAsTheWebhookLeavesThem) {
  const Json topology = {
      {"metadata", {{"annotations", {{"leaderworkerset.sigs.k8s.io/exclusive-topology", "no key!"}}}}}};
  EXPECT_EQ(Refused(topology), "leader pods");
  const Json blank = {{"containers", Json::array({{{"name", "c"}, {"image", " i:1"}}})}};
  EXPECT_EQ(Refused(Worker(blank)), "leader pods; worker pods");
}

TEST(RefusedObjectsTest, Law3NamesGrow) {
  // NAME-HASH, the revision of the leaders' pods, and NAME-0-HASH, that of the workers', must fit into 63 letters. The
  // hash has 8 to 10 letters.
  EXPECT_EQ(Refused(Named(50, 2, 2, "Shared")), "");
  EXPECT_EQ(Refused(Named(51, 2, 2, "Shared")), "worker pods maybe");
  EXPECT_EQ(Refused(Named(53, 2, 1, "Shared")), "leader pods maybe");
  EXPECT_EQ(Refused(Named(55, 2, 1, "Shared")), "leader pods");
  // With eleven groups, the last one's name is longer.
  EXPECT_EQ(Refused(Named(50, 11, 2, "Shared")), "worker pods from 10 maybe");
  EXPECT_EQ(Refused(Named(51, 1001, 2, "Shared")), "worker pods maybe; worker pods from 100");
  // A group's Service is named like its leader.
  EXPECT_EQ(Refused(Named(61, 11, 1, "UniquePerReplica")), "leader pods; Services from 10");
}

TEST(RefusedObjectsTest, UpdatesKeepWhatAStatefulSetCannotChange) {
  const auto claims = [](const char* size) {
    return Json::parse(
        absl::StrCat(R"({"spec": {"leaderWorkerTemplate": {"volumeClaimTemplates": [{"metadata": {"name": "c"},
      "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": ")",
                     size, R"("}}}}]}}})"));
  };
  const auto before = Admitted(claims("10Gi"));
  EXPECT_EQ(Words(RefusedObjectsOf(*Admitted(claims("20Gi")), before.get())), "leader StatefulSet");
  EXPECT_EQ(Words(RefusedObjectsOf(*Admitted(claims("10240Mi")), before.get())), "");
  EXPECT_EQ(Words(RefusedObjectsOf(*Admitted(claims("20Gi")))), "");
  Json image = claims("10Gi");
  image.merge_patch(Worker({{"containers", Json::array({{{"name", "c"}, {"image", "i:2"}}})}}));
  EXPECT_EQ(Words(RefusedObjectsOf(*Admitted(image), before.get())), "");
  // The refused object does not exist, so it is created.
  const auto never = Admitted(Both(claims("10Gi"), Worker({{"restartPolicy", "Never"}})));
  EXPECT_EQ(Words(RefusedObjectsOf(*Admitted(claims("20Gi")), never.get())), "");
}

}  // namespace
}  // namespace lws
