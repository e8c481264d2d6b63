// A host behind the wire. The laws are those of kube_cluster.h.
#include "lws/adapters/kubernetes/kube_cluster.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261126;
// A rollout with a failure in it.
void RunRollout(WiredCluster* wired) {
  wired->CreateSet("a", 3, "one");
  wired->CreateSet("b", 2, "one");
  wired->Run(absl::Minutes(3));
  wired->SetImage("a", "two");
  wired->Run(absl::Minutes(1));
  wired->kubelet().FailContainer("n", "b-1-1");
  wired->Run(absl::Minutes(2));
  wired->Run(absl::Minutes(30));
}

int RequestsOf(const WiredCluster& wired, const FakeApiServer& wire, absl::string_view verb) {
  int count = 0;
  for (const auto& [name, times] : wire.requests()) {
    if (absl::StartsWith(name, absl::StrCat(verb, " "))) count += times;
  }
  return count;
}

TEST(KubeClusterTest, WithoutFaultsNothingIsRefusedAndAtRestNothingIsWritten) {
  WiredCluster wired(kSeed, {});
  RunRollout(&wired);
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "a-2-2 two Running"));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 3"));
  EXPECT_EQ(wired.problems(), 0);
  EXPECT_EQ(wired.wire().answers().count(409), 0u);
  EXPECT_EQ(wired.wire().answers().count(422), 0u);
  EXPECT_EQ(wired.cluster().Counts().relists, 5) << "one list a kind";
  EXPECT_EQ(wired.wire().requests().count("LIST nodes"), 0u) << "no set asks for nodes";
  EXPECT_EQ(wired.wire().requests().at("GET statefulsets"), 2) << "one for each new set";
  const auto before = wired.wire().requests();
  wired.Run(absl::Hours(1));
  for (const auto& [name, times] : wired.wire().requests()) {
    if (absl::StartsWith(name, "WATCH")) continue;
    EXPECT_EQ(times, before.count(name) > 0 ? before.at(name) : 0) << name;
  }
}

TEST(KubeClusterTest, Law1NothingIsWrittenWhileItDoesNotLead) {
  WiredCluster wired(kSeed, {});
  wired.cluster().Lead(false);
  wired.CreateSet("a", 3, "one");
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(wired.cluster().HasSynced());
  for (const char* verb : {"POST", "PUT", "PATCH", "DELETE"}) EXPECT_EQ(RequestsOf(wired, wired.wire(), verb), 0);
  wired.cluster().Lead(true);
  wired.Run(absl::Minutes(5));
  EXPECT_TRUE(absl::StrContains(wired.Shown("a"), "\"readyReplicas\": 3"));
}

// Law 4: without the look, the set would apply over a StatefulSet that is not its own.
TEST(KubeClusterTest, Law4AnUnlabelledStatefulSetInTheWayIsSeenFirst) {
  for (const bool is_early : {false, true}) {
    WiredCluster wired(kSeed, {});
    if (!is_early) wired.Run(absl::Minutes(1));
    Json foreign = Json::parse(R"({"apiVersion": "apps/v1", "kind": "StatefulSet",
      "metadata": {"namespace": "n", "name": "a"},
      "spec": {"replicas": 1, "serviceName": "other", "selector": {"matchLabels": {"app": "x"}},
        "template": {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}})");
    ASSERT_TRUE(wired.server().Create(foreign).ok());
    wired.CreateSet("a", 1, "one");
    wired.Run(absl::Minutes(2));
    bool failed = false;
    for (const Json& event : wired.wire().events()) failed |= event.value("reason", "") == "FailedUpdate";
    EXPECT_TRUE(failed) << "a new one would have been FailedCreate";
  }
}

}  // namespace
}  // namespace lws
