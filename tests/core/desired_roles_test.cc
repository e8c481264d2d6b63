// The objects that a DisaggregatedSet wants are those that its passes create.
#include "lws/core/disaggregated/desired_roles.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

Json Role(const std::string& name, const std::string& mode, int32_t replicas) {
  const Json container = {{"name", "c"}, {"image", "i:1"}};
  return {{"name", name},
          {"scaling", {{"mode", mode}}},
          {"spec",
           {{"replicas", replicas},
            {"leaderWorkerTemplate",
             {{"size", 2}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}}}}}};
}

// The set as it is stored.
Json Stored(int32_t slices, const Json& roles) {
  const DisaggregatedSetAdmission admission =
      AdmitDisaggregatedSet({{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
                             {"kind", "DisaggregatedSet"},
                             {"metadata", {{"name", "llm"}, {"namespace", "n"}}},
                             {"spec",
                              {{"slices", slices},
                               {"placementPolicy", {{"type", "ExclusiveTopology"}, {"topology", "rack"}}},
                               {"roles", roles}}}});
  EXPECT_NE(admission.set, nullptr) << JoinFieldErrors(admission.errors);
  Json stored = admission.set == nullptr ? Json::object() : DisaggregatedSetToJson(*admission.set);
  stored["metadata"]["uid"] = "uid-llm";
  stored["metadata"]["generation"] = 1;
  return stored;
}

std::vector<Json> Created(const Plan& plan) {
  std::vector<Json> created;
  for (const Action& action : plan.actions) {
    if (action.verb == Verb::kCreate) created.push_back(action.object.Document());
  }
  return created;
}

// The child with all its groups ready.
Json Ready(Json child) {
  const Json replicas = child["spec"]["replicas"];
  child["status"] = {{"replicas", replicas}, {"readyReplicas", replicas}, {"updatedReplicas", replicas}};
  child["metadata"]["uid"] = absl::StrCat("uid-", child["metadata"]["name"].get<std::string>());
  return child;
}

// Law 1 of desired_roles.h.
void ExpectThatPassesCreateThem(const Json& stored) {
  const absl::StatusOr<DisaggregatedSet> set = DisaggregatedSetFromJson(stored);
  ASSERT_TRUE(set.ok()) << set.status();
  std::vector<Json> first, services;
  for (const SharedJson& scaler : DesiredScalers(*set)) first.push_back(*scaler);
  for (int32_t slice = 0; slice < SpecSlices(*set); ++slice) {
    const absl::StatusOr<std::vector<DesiredRole>> roles = DesiredRoles(*set, slice);
    ASSERT_TRUE(roles.ok()) << roles.status();
    for (const DesiredRole& role : *roles) {
      first.push_back(*role.child);
      services.push_back(*role.service);
    }
  }
  DisaggregatedSnapshot cluster;
  ASSERT_TRUE(cluster.Add(stored).ok());
  EXPECT_EQ(Created(ReconcileDisaggregatedSet(cluster.Observe("n", "llm"), absl::UnixEpoch())), first);
  for (const Json& object : first) {
    ASSERT_TRUE(cluster.Add(object["kind"] == "LeaderWorkerSet" ? Ready(object) : object).ok());
  }
  EXPECT_EQ(Created(ReconcileDisaggregatedSet(cluster.Observe("n", "llm"), absl::UnixEpoch())), services);
  EXPECT_FALSE(services.empty());
}

TEST(DesiredRolesTest, Law1PassesCreateTheObjectsOfEverySlice) {
  ExpectThatPassesCreateThem(Stored(3, Json::array({Role("prefill", "Static", 3), Role("decode", "Static", 2)})));
}

TEST(DesiredRolesTest, Law1AnExternalRoleHasTheGroupOfANewScaler) {
  ExpectThatPassesCreateThem(Stored(1, Json::array({Role("prefill", "External", 3), Role("decode", "Static", 2)})));
}

// An object of another group may have the same kind.
TEST(DisaggregatedSnapshotTest, ObjectsOfOtherGroupsAreIgnored) {
  DisaggregatedSnapshot cluster;
  ASSERT_TRUE(cluster.Add(Stored(1, Json::array({Role("a", "Static", 1), Role("b", "Static", 1)}))).ok());
  const Json metadata = {{"name", "s"}, {"namespace", "n"}};
  ASSERT_TRUE(
      cluster.Add({{"apiVersion", "serving.knative.dev/v1"}, {"kind", "Service"}, {"metadata", metadata}}).ok());
  EXPECT_TRUE(cluster.Observe("n", "llm").services.empty());
  ASSERT_TRUE(cluster.Add({{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", metadata}}).ok());
  EXPECT_EQ(cluster.Observe("n", "llm").services.size(), 1);
  EXPECT_EQ(cluster.SetNames().size(), 1);
}

}  // namespace
}  // namespace lws
