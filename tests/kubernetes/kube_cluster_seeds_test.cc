// A thousand seeds of faults on the wire: whatever is lost, refused or cut, the cluster ends as it would have without.
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/kube_cluster.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

constexpr uint64_t kSeed = 20261126;
constexpr uint64_t kParts = 20;
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kSeedsOfPart = 1;
#else
constexpr uint64_t kSeedsOfPart = 50;
#endif
// More than any of these rollouts needs: without faults it is about 100.
constexpr int kMostRequests = 400;

WireFaults AllFaults() {
  WireFaults faults;
  faults.refused_for_now = 50;
  faults.error = 30;
  faults.lost_before = 20;
  faults.lost_after = 30;
  faults.cut = 50;
  faults.expired = 50;
  faults.watch_cut = 5;
  faults.watch_error = 5;
  faults.watch_silent = 2;
  faults.watch_strange = 2;
  faults.most_slow = absl::Milliseconds(200);
  return faults;
}

int WritesAndReads(const FakeApiServer& wire) {
  int count = 0;
  for (const auto& [name, times] : wire.requests()) count += times;
  return count;
}

void ExpectAtRest(WiredCluster* wired, uint64_t seed) {
  EXPECT_EQ(wired->wire().too_early(), 0) << "seed " << seed;
  EXPECT_EQ(wired->cluster().writes_under_way(), 0) << "seed " << seed;
  EXPECT_LT(WritesAndReads(wired->wire()), kMostRequests) << "seed " << seed;
}

class KubeClusterSeedsTest : public testing::TestWithParam<uint64_t> {
 protected:
  uint64_t first() const { return kSeed + GetParam() * kSeedsOfPart; }
  uint64_t end() const { return first() + kSeedsOfPart; }
};

TEST_P(KubeClusterSeedsTest, TheEndIsThatWithoutFaults) {
  WiredCluster plain(kSeed, {});
  plain.RunRollout(WiredCluster::Restarts::kNone);
  int problems = 0;
  for (uint64_t seed = first(); seed < end(); ++seed) {
    WiredCluster wired(seed, AllFaults());
    wired.RunRollout(static_cast<WiredCluster::Restarts>(seed % 3));
    for (const char* name : {"a", "b"}) EXPECT_EQ(wired.Shown(name), plain.Shown(name)) << "seed " << seed;
    ExpectAtRest(&wired, seed);
    problems += wired.problems();
  }
  EXPECT_GT(problems, static_cast<int>(kSeedsOfPart));
}

// A rollout under a budget that is paused in its middle, and a group that may be restarted twice and fails three times.
void RunUnderPolicies(WiredCluster* wired, WiredCluster::Restarts restarts) {
  wired->CreateSet("a", 3, "one", {{"lws-policies/rollout", "keep-budget"}, {"lws-policies/controls", "{}"}});
  wired->CreateSet("b", 2, "one", {{"lws-policies/restarts", R"({"atMost": 2})"}});
  wired->Run(absl::Minutes(5));
  wired->SetImage("a", "two");
  wired->Run(absl::Seconds(20));
  wired->Annotate("a", "lws-policies/controls", R"({"paused": true})");
  for (int failure = 0; failure < 3; ++failure) {
    wired->RestartAs(restarts);
    // With faults, the pod may take longer to come than its time here.
    for (int i = 0; i < 20 && !wired->kubelet().FailContainer("n", "b-1-1"); ++i) wired->Run(absl::Seconds(30));
    wired->Run(absl::Seconds(2));
    wired->RestartAs(restarts);
    wired->Run(absl::Minutes(10));
  }
  wired->Annotate("a", "lws-policies/controls", "{}");
  wired->Run(absl::Minutes(1));
  wired->RestartAs(restarts);
  wired->wire().faults() = WireFaults();
  wired->Run(absl::Minutes(30));
}

TEST_P(KubeClusterSeedsTest, Law6UnderPoliciesAndCrashesTheEndIsThatWithout) {
  WiredCluster plain(kSeed, {});
  RunUnderPolicies(&plain, WiredCluster::Restarts::kNone);
  for (uint64_t seed = first(); seed < first() + (kSeedsOfPart + 4) / 5; ++seed) {
    WiredCluster wired(seed, AllFaults());
    RunUnderPolicies(&wired, static_cast<WiredCluster::Restarts>(1 + seed % 2));
    for (const char* name : {"a", "b"}) EXPECT_EQ(wired.Shown(name), plain.Shown(name)) << "seed " << seed;
    EXPECT_EQ(wired.wire().too_early(), 0) << "seed " << seed;
    EXPECT_EQ(wired.cluster().writes_under_way(), 0) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, KubeClusterSeedsTest, testing::Range(uint64_t{0}, kParts));

}  // namespace
}  // namespace lws
