// DisaggregatedSets behind the wire: children come up, roll and go, whatever is lost or refused. The laws are those of
// role_cluster.h.
#include "lws/adapters/kubernetes/role_cluster.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/work_key.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/set_admission.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/wired_cluster.h"

namespace lws {
namespace {

using internal::RoleCluster;
using internal::RoleClusterOptions;

constexpr uint64_t kSeed = 20261127;

// Both hosts on one wire: one makes children, the other their groups.
class RolesOnTheWire {
 public:
  RolesOnTheWire(uint64_t seed, WireFaults faults) : seed_(seed), wired_(seed, faults) {
    wired_.server().RegisterWebhook(kKind, [](const Json& child) -> absl::StatusOr<Json> {
      const absl::StatusOr<LeaderWorkerSet> admitted = AdmitSimulatedSet(child);
      if (!admitted.ok()) return admitted.status();
      return LeaderWorkerSetToJson(*admitted);
    });
    Restart();
  }

  // Both hosts die, and others take their place.
  void Restart() {
    roles_ = nullptr;
    wired_.Restart();
    RoleClusterOptions options;
    options.clock = [this] { return wired_.now(); };
    options.reporting_instance = "disaggregatedset-test";
    options.seed = seed_;
    // The reference never creates a child whose creation failed in the first pass of a rollout.
    options.roles.mends = true;
    options.on_problem = [this](const absl::Status&) { ++problems_; };
    options.on_plan = [this](const WorkKey&, const Plan&, const absl::Status& status) {
      if (!status.ok()) last_error_ = std::string(status.message());
    };
    roles_ = std::make_unique<RoleCluster>(&wired_.wire(), options);
    roles_->Lead(true);
  }

  void CreateSet(const std::string& image, int decoders) {
    const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(Manifest(image, decoders));
    ASSERT_NE(admission.set, nullptr);
    ASSERT_TRUE(wired_.server().Create(DisaggregatedSetToJson(*admission.set)).ok());
  }

  void SetImage(const std::string& image) {
    Json live = *wired_.server().Get({kDisaggregatedSetKind, "n", "llm"});
    for (Json& role : live["spec"]["roles"]) {
      role["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = image;
    }
    ASSERT_TRUE(wired_.server().Update(live).ok());
  }

  void Run(absl::Duration duration) {
    const absl::Time end = wired_.now() + duration;
    while (wired_.now() < end) {
      roles_->Advance(wired_.now());
      wired_.Run(absl::Milliseconds(100));
    }
  }

  // "NAME REPLICAS READY IMAGE" of the children, and what the set's status counts.
  std::string Shown() {
    std::vector<std::string> lines;
    for (const SharedJson& child : wired_.server().List(kKind)) {
      const Json& container = (*child)["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0];
      lines.push_back(absl::StrCat((*child)["metadata"].value("name", ""), " ", (*child)["spec"].value("replicas", 0),
                                   " ", child->value("status", Json::object()).value("readyReplicas", 0), " ",
                                   container.value("image", "")));
    }
    std::sort(lines.begin(), lines.end());
    const SharedJson set = wired_.server().Get({kDisaggregatedSetKind, "n", "llm"});
    if (set == nullptr) return absl::StrJoin(lines, "\n");
    Json status = set->value("status", Json::object());
    status.erase("conditions");
    return absl::StrCat(absl::StrJoin(lines, "\n"), "\n", status.dump());
  }

  WiredCluster& wired() { return wired_; }
  RoleCluster& roles() { return *roles_; }
  int problems() const { return problems_; }
  const std::string& last_error() const { return last_error_; }

 private:
  static Json Manifest(const std::string& image, int decoders) {
    Json manifest = {{"apiVersion", kDisaggregatedSetApiVersion},
                     {"kind", kDisaggregatedSetKind},
                     {"metadata", {{"namespace", "n"}, {"name", "llm"}}}};
    for (const char* role : {"prefill", "decode"}) {
      Json containers = Json::array({{{"name", "c"}, {"image", image}}});
      manifest["spec"]["roles"].push_back(
          {{"name", role},
           {"spec",
            {{"replicas", std::string(role) == "decode" ? decoders : 2},
             {"leaderWorkerTemplate",
              {{"size", 2}, {"workerTemplate", {{"spec", {{"containers", std::move(containers)}}}}}}}}}});
    }
    return manifest;
  }

  const uint64_t seed_;
  WiredCluster wired_;
  std::unique_ptr<RoleCluster> roles_;
  int problems_ = 0;
  std::string last_error_;
};

TEST(RoleClusterTest, ASetComesUpRollsAndRestsWithoutARequest) {
  RolesOnTheWire cluster(kSeed, {});
  EXPECT_FALSE(cluster.roles().HasSynced());
  cluster.CreateSet("one", 3);
  cluster.Run(absl::Minutes(3));
  EXPECT_TRUE(absl::StrContains(cluster.Shown(), "-prefill 2 2 one")) << cluster.Shown();
  EXPECT_TRUE(absl::StrContains(cluster.Shown(), "-decode 3 3 one")) << cluster.Shown();
  cluster.SetImage("two");
  cluster.Run(absl::Minutes(10));
  EXPECT_TRUE(absl::StrContains(cluster.Shown(), "-prefill 2 2 two")) << cluster.Shown();
  EXPECT_TRUE(absl::StrContains(cluster.Shown(), "-decode 3 3 two")) << cluster.Shown();
  EXPECT_FALSE(absl::StrContains(cluster.Shown(), "one")) << cluster.Shown();
  EXPECT_EQ(cluster.problems(), 0);
  EXPECT_EQ(cluster.last_error(), "");
  EXPECT_EQ(cluster.wired().wire().answers().count(409), 0u);
  EXPECT_EQ(cluster.wired().wire().requests().at("LIST disaggregatedsets"), 1);
  EXPECT_EQ(cluster.wired().wire().requests().at("LIST disaggregatedsetrolescalers"), 1);
  const auto before = cluster.wired().wire().requests();
  cluster.Run(absl::Minutes(20));
  for (const auto& [name, times] : cluster.wired().wire().requests()) {
    const bool is_watch = absl::StartsWith(name, "WATCH");
    EXPECT_TRUE(is_watch || (before.count(name) > 0 && times == before.at(name))) << name;
  }
}

TEST(RoleClusterTest, WithoutSetsChildrenAreNotRead) {
  RolesOnTheWire cluster(kSeed, {});
  cluster.Run(absl::Minutes(1));
  EXPECT_TRUE(cluster.roles().HasSynced());
  EXPECT_EQ(cluster.wired().wire().requests().at("LIST leaderworkersets"), 1) << "by the host of LeaderWorkerSets";
}

TEST(RoleClusterTest, Law1WhoDoesNotLeadWritesNothing) {
  RolesOnTheWire cluster(kSeed, {});
  cluster.roles().Lead(false);
  cluster.CreateSet("one", 3);
  cluster.Run(absl::Minutes(2));
  EXPECT_TRUE(cluster.roles().HasSynced());
  EXPECT_EQ(cluster.wired().wire().requests().count("POST leaderworkersets"), 0u);
  cluster.roles().Lead(true);
  cluster.Run(absl::Minutes(2));
  EXPECT_EQ(cluster.wired().wire().requests().at("POST leaderworkersets"), 2);
}

// Two hosts read LeaderWorkerSets by the same request, so only writes are refused here.
TEST(RoleClusterTest, Law3NothingIsSentBeforeTheRetryAfter) {
  RolesOnTheWire cluster(kSeed, {});
  cluster.CreateSet("one", 3);
  cluster.Run(absl::Minutes(1));
  cluster.wired().wire().faults().refused_for_now = 700;
  cluster.SetImage("two");
  cluster.Run(absl::Minutes(2));
  EXPECT_GT(cluster.wired().wire().answers().at(429), 5);
  EXPECT_EQ(cluster.wired().wire().too_early(), 0);
}

// A child that was made twice would be a conflict, and Law 2 has none where nobody else writes.
TEST(RoleClusterTest, Laws2And3TheEndIsThatWithoutFaults) {
  std::string end;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    WireFaults faults;
    if (seed > 0) {
      faults.refused_for_now = faults.error = faults.lost_before = faults.lost_after = faults.cut = 15;
      faults.expired = 30;
      faults.watch_cut = faults.watch_error = faults.watch_strange = 10;
      faults.most_slow = absl::Milliseconds(300);
    }
    RolesOnTheWire cluster(kSeed + seed, faults);
    cluster.CreateSet("one", 3);
    cluster.Run(absl::Minutes(2));
    cluster.SetImage("two");
    cluster.Run(absl::Seconds(30));
    cluster.Restart();
    cluster.Run(absl::Minutes(1));
    cluster.wired().wire().faults() = WireFaults();
    cluster.Run(absl::Minutes(25));
    if (seed == 0) {
      end = cluster.Shown();
      EXPECT_EQ(cluster.wired().wire().answers().count(409), 0u);
    }
    EXPECT_EQ(cluster.Shown(), end) << "seed " << seed;
  }
}

}  // namespace
}  // namespace lws
