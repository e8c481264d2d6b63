// A set at rest is recognized as such, and nothing else is: every single change of what a pass reads is compared with a
// whole pass, which is made when the observation has no revision.
#include "lws/core/disaggregated/roles_at_rest.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "lws/rollout/keep_role_budgets.h"
#include "lws/rollout/role_planner.h"
#include "lws/rollout/role_rollout.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::AreRolesAtRest;

// A set of two roles and two slices with its objects, as a value.
struct World {
  DisaggregatedSet set;
  std::vector<ObservedChild> children;
  std::vector<ObservedRoleService> services;
  std::vector<DisaggregatedSetRoleScaler> scalers;

  std::string revision() const { return DisaggregatedRevisionKey(DisaggregatedRevisionData(set)); }

  DisaggregatedObservation Observe(const std::string& revision) const {
    DisaggregatedObservation observation;
    observation.set = &set;
    observation.revision = revision;
    for (const ObservedChild& child : children) observation.children.push_back(&child);
    for (const ObservedRoleService& service : services) observation.services.push_back(&service);
    for (const DisaggregatedSetRoleScaler& scaler : scalers) observation.scalers.push_back(&scaler);
    const auto by_name = [](const auto* a, const auto* b) { return a->meta.name < b->meta.name; };
    std::sort(observation.children.begin(), observation.children.end(), by_name);
    std::sort(observation.services.begin(), observation.services.end(), by_name);
    return observation;
  }

  Plan WholePass(const DisaggregatedOptions& options) const {
    return ReconcileDisaggregatedSet(Observe(""), absl::UnixEpoch(), options);
  }
};

DisaggregatedSet MakeSet() {
  Json document = {{"metadata", {{"name", "s-1"}, {"namespace", "n"}, {"uid", "uid-s"}, {"generation", 3}}},
                   {"spec", {{"slices", 2}, {"roles", Json::array()}}}};
  const Json container = {{"name", "c"}, {"image", "i:1"}};
  for (const char* role : {"prefill", "decode-with-a-long-name"}) {
    const Json update = {{"maxSurge", "50%"}, {"maxUnavailable", 0}};
    document["spec"]["roles"].push_back(
        {{"name", role},
         {"spec",
          {{"replicas", 2},
           {"rolloutStrategy", {{"type", "RollingUpdate"}, {"rollingUpdateConfiguration", update}}},
           {"leaderWorkerTemplate",
            {{"size", 2}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}}}}}});
  }
  return *DisaggregatedSetFromJson(document);
}

World MakeWorld() {
  World world;
  world.set = MakeSet();
  const std::string revision = world.revision();
  for (int32_t slice = 0; slice < 2; ++slice) {
    for (const DisaggregatedRole& role : world.set.spec().roles()) {
      ObservedChild child;
      child.meta.namespace_name = "n";
      child.meta.name = ChildName("s-1", slice, revision, role.name());
      child.meta.uid = "uid-" + child.meta.name;
      child.meta.controller = ObservedMeta::Controller{kDisaggregatedSetKind, "s-1", "uid-s"};
      child.labels = {"s-1", role.name(), absl::StrCat(slice), revision};
      child.spec_replicas = child.status_replicas = child.ready_replicas = child.updated_replicas = 2;
      world.children.push_back(child);
      ObservedRoleService service;
      service.meta.namespace_name = "n";
      service.meta.name = RoleServiceName(child.meta.name);
      service.labels = child.labels;
      world.services.push_back(service);
    }
  }
  // The status that a pass writes.
  const Plan plan = world.WholePass({});
  Json stored = DisaggregatedSetToJson(world.set);
  for (const Action& action : plan.actions) stored["status"] = action.object.Document()["status"];
  world.set = *DisaggregatedSetFromJson(stored);
  return world;
}

struct Change {
  const char* what;
  std::function<void(World*)> apply;
};

const std::vector<Change>& ChangesOfObjects() {
  static const auto* const changes = new std::vector<Change>{
      {"a child is missing", [](World* w) { w->children.pop_back(); }},
      {"a Service is missing", [](World* w) { w->services.pop_back(); }},
      {"replicas", [](World* w) { w->children[1].spec_replicas = 3; }},
      {"no replicas", [](World* w) { w->children[1].spec_replicas.reset(); }},
      {"ready", [](World* w) { w->children[1].ready_replicas = 1; }},
      {"not ready, and no Service",
       [](World* w) {
         w->children[3].ready_replicas = 0;
         w->services.pop_back();
       }},
      {"status replicas", [](World* w) { w->children[2].status_replicas = 3; }},
      {"updated", [](World* w) { w->children[2].updated_replicas = 1; }},
      {"annotation", [](World* w) { w->children[0].initial_replicas = "2"; }},
      {"terminating", [](World* w) { w->children[0].meta.terminating = true; }},
      {"another owner",
       [](World* w) {
         w->children[0].meta.controller = ObservedMeta::Controller{kDisaggregatedSetKind, "s-1", "x"};
       }},
      {"no owner", [](World* w) { w->children[0].meta.controller.reset(); }},
      {"role label", [](World* w) { w->children[0].labels.role = "x"; }},
      {"slice label", [](World* w) { w->children[0].labels.slice = "1"; }},
      {"no slice label", [](World* w) { w->children[0].labels.slice.clear(); }},
      {"odd slice label", [](World* w) { w->children[0].labels.slice = "00"; }},
      {"revision label", [](World* w) { w->children[0].labels.revision = "x"; }},
      {"name label", [](World* w) { w->children[0].labels.set_name = "x"; }},
      {"name", [](World* w) { w->children[0].meta.name = "x"; }},
      {"Service's revision", [](World* w) { w->services[0].labels.revision = "x"; }},
      {"Service's slice", [](World* w) { w->services[0].labels.slice = "7"; }},
      {"Service's set", [](World* w) { w->services[0].labels.set_name = "x"; }},
      {"Service's name", [](World* w) { w->services[0].meta.name += "x"; }},
      {"one more Service",
       [](World* w) {
         w->services.push_back({{}, {"s-1", "prefill", "0", "x"}});
       }},
      {"a foreign Service", [](World* w) { w->services.emplace_back().meta.name = "other"; }},
  };
  return *changes;
}

const std::vector<Change>& ChangesOfSet() {
  static const auto* const changes = new std::vector<Change>{
      {"generation", [](World* w) { w->set.mutable_metadata()->set_generation(4); }},
      {"observed generation", [](World* w) { w->set.mutable_status()->set_observed_generation(2); }},
      {"role status", [](World* w) { w->set.mutable_status()->mutable_role_statuses(0)->set_replicas(9); }},
      {"one role status less", [](World* w) { w->set.mutable_status()->mutable_role_statuses()->RemoveLast(); }},
      {"condition's status", [](World* w) { w->set.mutable_status()->mutable_conditions(0)->set_status("False"); }},
      {"condition's reason", [](World* w) { w->set.mutable_status()->mutable_conditions(0)->set_reason("x"); }},
      {"condition's message", [](World* w) { w->set.mutable_status()->mutable_conditions(0)->set_message("x"); }},
      {"condition's type", [](World* w) { w->set.mutable_status()->mutable_conditions(0)->set_type("x"); }},
      {"condition's generation",
       [](World* w) { w->set.mutable_status()->mutable_conditions(0)->set_observed_generation(2); }},
      {"the other condition is True",
       [](World* w) {
         *w->set.mutable_status()->add_conditions() = w->set.status().conditions(0);
         w->set.mutable_status()->mutable_conditions(1)->set_type("Progressing");
       }},
      {"another condition",
       [](World* w) {
         *w->set.mutable_status()->add_conditions() = w->set.status().conditions(0);
         w->set.mutable_status()->mutable_conditions(1)->set_type("x");
       }},
      {"more slices", [](World* w) { w->set.mutable_spec()->set_slices(3); }},
      {"fewer slices", [](World* w) { w->set.mutable_spec()->set_slices(1); }},
      {"wanted replicas", [](World* w) { w->set.mutable_spec()->mutable_roles(0)->mutable_spec()->set_replicas(1); }},
      {"External",
       [](World* w) { w->set.mutable_spec()->mutable_roles(0)->mutable_scaling()->set_mode(kExternalScaling); }},
      {"deleted", [](World* w) { w->set.mutable_metadata()->set_deletion_timestamp("2026-01-01T00:00:00Z"); }},
      {"a scaler of its own",
       [](World* w) {
         DisaggregatedSetRoleScaler& scaler = w->scalers.emplace_back();
         scaler.mutable_metadata()->set_name("s-1-prefill");
         (*scaler.mutable_metadata()->mutable_labels())[kDisaggregatedNameLabel] = "s-1";
         OwnerReference& owner = *scaler.mutable_metadata()->add_owner_references();
         owner.set_kind(kDisaggregatedSetKind);
         owner.set_uid("uid-s");
         owner.set_controller(true);
       }},
      {"a scaler of another set", [](World* w) { w->scalers.emplace_back().mutable_metadata()->set_name("x"); }},
  };
  return *changes;
}

std::vector<Change> AllChanges() {
  std::vector<Change> all = ChangesOfObjects();
  all.insert(all.end(), ChangesOfSet().begin(), ChangesOfSet().end());
  return all;
}

// Law 1, after every change of a set at rest, alone and together with every other one.
TEST(RoleRestTest, Law1WhatIsAtRestHasAnEmptyPlan) {
  const DisaggregatedOptions all_options[] = {{}, {KeepRoleBudgets, /*mends=*/true}};
  const std::vector<Change> changes = AllChanges();
  int64_t at_rest = 0, changed = 0;
  for (const DisaggregatedOptions& options : all_options) {
    const World rest = MakeWorld();
    const std::string revision = rest.revision();
    EXPECT_TRUE(rest.WholePass(options).empty()) << ToString(rest.WholePass(options));
    EXPECT_TRUE(AreRolesAtRest(rest.Observe(revision), revision, options));
    for (const Change& change : changes) {
      for (const Change& other : changes) {
        World world = rest;
        change.apply(&world);
        if (&other != &change) other.apply(&world);
        const bool is_at_rest = AreRolesAtRest(world.Observe(revision), revision, options);
        const Plan whole = world.WholePass(options);
        if (is_at_rest) {
          ASSERT_TRUE(whole.empty()) << change.what << ", " << other.what << "\n" << ToString(whole);
        }
        at_rest += is_at_rest;
        changed += !whole.empty();
      }
    }
  }
  EXPECT_GT(at_rest, 50);
  EXPECT_GT(changed, 3000);
}

// A policy that moves groups of a set at rest is asked.
TEST(RoleRestTest, APolicyMayMoveGroupsAtRest) {
  const World rest = MakeWorld();
  DisaggregatedOptions options;
  options.mends = true;
  options.rollout = [](const RoleRolloutInput& input) {
    RoleRolloutStep step = UnchangedRoleStep(input, RoleStepReason::kAdd);
    ++step.new_groups[0];
    return step;
  };
  EXPECT_FALSE(AreRolesAtRest(rest.Observe(rest.revision()), rest.revision(), options));
  EXPECT_FALSE(rest.WholePass(options).empty());
}

}  // namespace
}  // namespace lws
