// The conformance suite for clusters, over a KubeCluster and an API server in the same process.
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/kubernetes/kube_cluster.h"
#include "lws/adapters/testing/conformance/test_cluster.h"
#include "lws/api/admit_set.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

using testing::IsEmpty;
using testing::Not;

// A KubeCluster that makes no plans of its own: another process leads.
std::vector<std::string> BrokenOver(WireFaults faults) {
  return TestCluster([&faults](const Json& manifest) -> TestedCluster {
    const auto wired = std::make_shared<WiredCluster>(/*seed=*/7, faults);
    wired->cluster().Lead(false);
    EXPECT_TRUE(wired->server().Create(LeaderWorkerSetToJson(*AdmitSet(manifest).set)).ok());
    wired->Run(absl::Minutes(1));
    // The KubeCluster lives as long as the cluster around it.
    const std::shared_ptr<FleetCluster> host(wired, &wired->cluster());
    return {ClusterOfHost(host), [wired] { wired->Run(absl::Minutes(1)); }, [wired] { return wired->now(); }};
  });
}

TEST(KubeClusterConformanceTest, Laws1To5AreKept) { EXPECT_THAT(BrokenOver({}), IsEmpty()); }

// The client asks again when the server refuses for now, and lists again when a watch breaks.
TEST(KubeClusterConformanceTest, Laws1To5AreKeptOverABadWire) {
  WireFaults faults;
  faults.refused_for_now = 100;
  faults.watch_cut = 100;
  faults.watch_error = 100;
  faults.cut = 100;
  faults.most_slow = absl::Seconds(2);
  EXPECT_THAT(BrokenOver(faults), IsEmpty());
}

TEST(KubeClusterConformanceTest, AForbiddenKindIsFound) {
  WireFaults faults;
  faults.forbidden = "statefulsets";
  EXPECT_THAT(BrokenOver(faults), Not(IsEmpty()));
}

}  // namespace
}  // namespace lws
