// The pass of the world of roles is that of ReconcileDisaggregatedSet, with real objects. The law is that of
// role_pass.h.
#include "lws/adapters/testing/checker/role_pass.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/checked_roles.h"
#include "lws/adapters/testing/checker/role_world.h"
#include "lws/adapters/testing/checker/role_world_options.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/plan/plan.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "lws/rollout/keep_role_budgets.h"
#include "lws/rollout/role_planner.h"
#include "lws/rollout/role_rollout.h"
#include "nlohmann/json.hpp"
#include "tests/checker/checked_pairs.h"

namespace lws {
namespace {

using internal::CheckedChild;
using internal::CheckedRoles;
using internal::PackedRoles;
using internal::PlanCheckedRolePass;
using internal::RoleWorld;
using internal::RoleWrite;
using internal::UnpackCheckedRoles;

Json SetOf(const RoleWorldOptions& options, const CheckedRoles& roles, int image) {
  Json of_spec = Json::array();
  for (size_t i = 0; i < options.roles.size(); ++i) {
    const CheckedRole& role = options.roles[i];
    const Json container = {{"name", "c"}, {"image", absl::StrCat("i:", image)}};
    const Json update = {{"maxSurge", role.budget.surge}, {"maxUnavailable", role.budget.unavailable}};
    of_spec.push_back(
        {{"name", role.name},
         {"scaling", {{"mode", role.is_external ? "External" : "Static"}}},
         {"spec",
          {{"replicas", roles.targets[i]},
           {"rolloutStrategy", {{"type", "RollingUpdate"}, {"rollingUpdateConfiguration", update}}},
           {"leaderWorkerTemplate",
            {{"size", 1}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}}}}}});
  }
  return {{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
          {"kind", "DisaggregatedSet"},
          {"metadata", {{"name", "s"}, {"namespace", "n"}, {"uid", "uid-s"}, {"generation", 1}}},
          {"spec", {{"slices", 1}, {"roles", of_spec}}}};
}

Json MetaOf(const std::string& name, const Json& labels) {
  const Json owner = {{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
                      {"kind", "DisaggregatedSet"},
                      {"name", "s"},
                      {"uid", "uid-s"},
                      {"controller", true}};
  return {{"name", name},
          {"namespace", "n"},
          {"uid", "uid-" + name},
          {"labels", labels},
          {"ownerReferences", Json::array({owner})}};
}

Json ChildOf(const CheckedChild& child, const std::string& name, const std::string& role, const std::string& revision,
             size_t age) {
  const std::string prefix = "disaggregatedset.x-k8s.io/";
  Json object = {{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
                 {"kind", "LeaderWorkerSet"},
                 {"metadata", MetaOf(name, {{prefix + "name", "s"},
                                            {prefix + "role", role},
                                            {prefix + "slice", "0"},
                                            {prefix + "revision", revision}})},
                 {"spec", {{"replicas", child.replicas}}},
                 {"status", {{"replicas", child.seen_replicas}, {"readyReplicas", child.seen_ready}}}};
  object["metadata"]["creationTimestamp"] = absl::StrCat("2026-01-0", 9 - age, "T00:00:00Z");
  if (child.remembered < 0) return object;
  object["metadata"]["annotations"] = {{prefix + "initial-replicas", absl::StrCat(child.remembered)}};
  return object;
}

// The writes to LeaderWorkerSets, sorted. `names` has those of the children.
std::vector<std::string> Sorted(const internal::RoleWrites& writes, const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const RoleWrite& write : writes) {
    const char* kinds[] = {"remember", "forget", "delete", "create", "scale"};
    texts.push_back(absl::StrCat(kinds[static_cast<int>(write.kind)], " ",
                                 names[write.revision * kMostCheckedRoles + write.role], " ", write.replicas));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<std::string> Sorted(const Plan& plan) {
  std::vector<std::string> texts;
  for (const Action& action : plan.actions) {
    if (action.target.kind != "LeaderWorkerSet") continue;
    const std::string& name = action.target.name;
    if (action.verb == Verb::kDelete) {
      texts.push_back(absl::StrCat("delete ", name, " 0"));
      continue;
    }
    const Json document = action.object.Document();
    const Json replicas = document.value("/spec/replicas"_json_pointer, Json());
    const Json record =
        document.value("/metadata/annotations/disaggregatedset.x-k8s.io~1initial-replicas"_json_pointer, Json());
    if (action.verb == Verb::kCreate) {
      texts.push_back(absl::StrCat("create ", name, " ", replicas.dump()));
    } else if (!replicas.is_null()) {
      texts.push_back(absl::StrCat("scale ", name, " ", replicas.dump()));
    } else if (record.is_null()) {
      texts.push_back(absl::StrCat("forget ", name, " 0"));
    } else {
      texts.push_back(absl::StrCat("remember ", name, " ", record.get<std::string>()));
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

// The plan for the state, with real objects.
std::vector<std::string> RealWrites(const RoleWorldOptions& options, const CheckedRoles& roles,
                                    std::vector<std::string>* names) {
  DisaggregatedSnapshot snapshot;
  absl::Status status = snapshot.Add(SetOf(options, roles, roles.revision));
  names->assign(roles.children.size(), "");
  for (size_t rev = 0; rev < internal::kCheckedRoleRevisions; ++rev) {
    const absl::StatusOr<DisaggregatedSet> set = DisaggregatedSetFromJson(SetOf(options, roles, static_cast<int>(rev)));
    if (!set.ok()) return {set.status().ToString()};
    const std::string key = DisaggregatedRevisionKey(DisaggregatedRevisionData(*set));
    const auto age = std::find(roles.order.begin(), roles.order.end(), rev) - roles.order.begin();
    for (size_t role = 0; role < options.roles.size(); ++role) {
      const std::string name = ChildName("s", 0, key, options.roles[role].name);
      (*names)[rev * kMostCheckedRoles + role] = name;
      const CheckedChild& child = roles.child(rev, role);
      if (!child.exists) continue;
      status.Update(snapshot.Add(ChildOf(child, name, options.roles[role].name, key, static_cast<size_t>(age))));
    }
  }
  for (size_t role = 0; role < options.roles.size(); ++role) {
    const std::string& name = options.roles[role].name;
    if (!options.roles[role].is_external) continue;
    const Json labels = {{"disaggregatedset.x-k8s.io/name", "s"}, {"disaggregatedset.x-k8s.io/role", name}};
    status.Update(snapshot.Add({{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
                                {"kind", "DisaggregatedSetRoleScaler"},
                                {"metadata", MetaOf(RoleScalerName("s", name), labels)},
                                {"spec", {{"replicas", roles.targets[role]}}}}));
  }
  if (!status.ok()) return {status.ToString()};
  return Sorted(
      ReconcileDisaggregatedSet(snapshot.Observe("n", "s"), absl::UnixEpoch(), {options.policy, options.mends}));
}

// A host's own policy, which asks for one group more of every role.
RoleRolloutStep AddsToEveryRole(const RoleRolloutInput& input) {
  RoleRolloutStep step = UnchangedRoleStep(input, RoleStepReason::kAdd);
  for (size_t role = 0; role < input.spec_roles; ++role) ++step.new_groups[role];
  return step;
}

// Somebody deleted a new child in the middle of the rollout, and the policy has groups for it.
TEST(RolePassTest, Law1AMissingNewChildIsNotCreatedByAPassThatDoesNotMend) {
  for (const size_t missing : {0, 1}) {
    RoleWorldOptions options = Two(RoleWorldOptions(), {"", 2, 2, {1, 0}}, {"", 2, 2, {1, 0}});
    CheckedRoles roles;
    roles.seen_revision = roles.revision;
    for (size_t role = 0; role < 2; ++role) {
      roles.targets[role] = 2;
      roles.child(0, role) = {true, 2, 2, 2, 2, 2, 2, 0};
      if (role != missing) roles.child(1, role) = {true, 1, 1, -1, 0, 1, 1, 0};
    }
    std::vector<std::string> names;
    options.policy = KeepRoleBudgets;
    EXPECT_EQ(RealWrites(options, roles, &names), Sorted(PlanCheckedRolePass(options, roles), names));
    options.policy = AddsToEveryRole;
    const std::vector<std::string> real = RealWrites(options, roles, &names);
    EXPECT_EQ(real, std::vector<std::string>{absl::StrCat("scale ", names[kMostCheckedRoles + 1 - missing], " 2")});
    EXPECT_EQ(Sorted(PlanCheckedRolePass(options, roles), names), real);
  }
}

// One random course after another through worlds with everything in them.
TEST(RolePassTest, Law1TheWritesAreThoseOfReconcileDisaggregatedSet) {
  int64_t passes = 0, writes = 0;
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    RoleWorldOptions like = seed % 3 == 0 ? RoleWorldOptions() : Careful();
    like.mends = like.mends && seed % 5 != 0;
    like.lags = seed % 2 == 0;
    like.faults = 3;
    like.edits = 2;
    RoleWorldOptions options = like;
    for (int i = 0; i < 2 + static_cast<int>(seed % 2); ++i) {
      CheckedRole role;
      role.name = std::string(1, static_cast<char>('a' + i));
      role.initial = static_cast<int32_t>(random() % 4);
      role.target = static_cast<int32_t>(random() % 4);
      role.budget = {static_cast<int32_t>(random() % 3), 1 + static_cast<int32_t>(random() % 2)};
      role.is_external = random() % 3 == 0;
      options.roles.push_back(role);
    }
    const RoleWorld world(options);
    PackedRoles state = world.Beginning();
    for (int step = 0; step < 25; ++step) {
      const CheckedRoles roles = UnpackCheckedRoles(state, options.lags);
      std::vector<std::string> names;
      const std::vector<std::string> real = RealWrites(options, roles, &names);
      ASSERT_EQ(Sorted(PlanCheckedRolePass(options, roles), names), real) << "seed " << seed << " step " << step << "\n"
                                                                          << world.Draw({{state, 0, 0, 0, false}});
      ++passes;
      writes += static_cast<int64_t>(real.size());
      std::vector<PackedRoles> next;
      world.Steps(state, [&](const RoleWorld::Step& it) {
        if (!(it.next == state)) next.push_back(it.next);
      });
      if (next.empty()) break;
      state = next[random() % next.size()];
    }
  }
  EXPECT_GT(passes, 3000);
  EXPECT_GT(writes, 3000);
}

}  // namespace
}  // namespace lws
