// A report of the groups that a role wants agrees with the pass over the set, whatever scalers are there.
#include "lws/core/disaggregated/wanted_groups.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

DisaggregatedSet Set() {
  const Json containers = Json::array({{{"name", "c"}, {"image", "i:1"}}});
  const auto role = [&containers](const char* name, const char* mode) -> Json {
    return {{"name", name},
            {"scaling", {{"mode", mode}}},
            {"spec",
             {{"leaderWorkerTemplate", {{"size", 1}, {"workerTemplate", {{"spec", {{"containers", containers}}}}}}}}}};
  };
  const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(
      {{"metadata", {{"name", "llm"}, {"namespace", "n"}, {"uid", "u"}}},
       {"spec", {{"roles", Json::array({role("prefill", "External"), role("decode", "Static")})}}}});
  EXPECT_NE(admission.set, nullptr);
  return admission.set == nullptr ? DisaggregatedSet() : *admission.set;
}

struct Scaler {
  std::string name;
  bool is_own = true;
  std::string set_label;
  std::string role_label;
};

DisaggregatedSetRoleScaler Made(const Scaler& from, int32_t replicas) {
  DisaggregatedSetRoleScaler scaler;
  scaler.mutable_metadata()->set_name(from.name);
  scaler.mutable_metadata()->set_namespace_("n");
  scaler.mutable_metadata()->set_uid(from.name);
  OwnerReference* owner = scaler.mutable_metadata()->add_owner_references();
  owner->set_controller(true);
  owner->set_uid(from.is_own ? "u" : "other");
  auto& labels = *scaler.mutable_metadata()->mutable_labels();
  if (!from.set_label.empty()) labels["disaggregatedset.x-k8s.io/name"] = from.set_label;
  if (!from.role_label.empty()) labels["disaggregatedset.x-k8s.io/role"] = from.role_label;
  scaler.mutable_spec()->set_replicas(replicas);
  return scaler;
}

// The replicas with which the pass creates the role's child, or -1 when it creates none.
int32_t OfThePass(const DisaggregatedObservation& observation, const std::string& role) {
  for (const Action& action : ReconcileDisaggregatedSet(observation, absl::UnixEpoch(), {}).actions) {
    if (action.verb != Verb::kCreate || action.target.kind != "LeaderWorkerSet") continue;
    const Json child = action.object.Document();
    if (child["metadata"]["labels"].value("disaggregatedset.x-k8s.io/role", "") == role) {
      return child["spec"].value("replicas", 1);
    }
  }
  return -1;
}

TEST(WantedGroupsTest, TheReportAgreesWithThePassForAllPairsOfScalers) {
  const DisaggregatedSet set = Set();
  std::vector<Scaler> scalers;
  for (const bool is_own : {false, true}) {
    for (const char* set_label : {"", "llm", "other"}) {
      for (const char* role_label : {"", "prefill", "decode"}) {
        for (const char* name : {"llm-prefill", "x"}) scalers.push_back({name, is_own, set_label, role_label});
      }
    }
  }
  for (const Scaler& first : scalers) {
    for (const Scaler& second : scalers) {
      if (first.name == second.name) continue;
      const std::vector<DisaggregatedSetRoleScaler> there = {Made(first, 5), Made(second, 7)};
      DisaggregatedObservation observation;
      observation.set = &set;
      for (const DisaggregatedSetRoleScaler& scaler : there) observation.scalers.push_back(&scaler);
      const int32_t wanted = WantedRoleGroups(observation, set.spec().roles(0));
      const int32_t created = OfThePass(observation, "prefill");
      EXPECT_TRUE(created == wanted || (wanted == 0 && created < 5))
          << "the report wants " << wanted << ", the pass " << created << " with " << first.name << " and "
          << second.name << ", labelled " << first.set_label << "/" << first.role_label << " and " << second.set_label
          << "/" << second.role_label;
    }
  }
}

}  // namespace
}  // namespace lws
