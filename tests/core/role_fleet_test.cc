// A fleet of DisaggregatedSets decides what a whole look decides.
#include "lws/core/disaggregated/role_fleet.h"

#include <malloc.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/plan/plan.h"
#include "lws/rollout/keep_role_budgets.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

Json SetOf(const std::string& name, int image, int32_t prefill) {
  const Json container = {{"name", "c"}, {"image", absl::StrCat("i:", image)}};
  const auto role = [&container](const char* role_name, int32_t replicas) -> Json {
    return {{"name", role_name},
            {"spec",
             {{"replicas", replicas},
              {"leaderWorkerTemplate",
               {{"size", 1}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}}}}}};
  };
  return {{"apiVersion", "disaggregatedset.x-k8s.io/v1"},
          {"kind", "DisaggregatedSet"},
          {"metadata", {{"name", name}, {"namespace", "n"}, {"uid", absl::StrCat("uid-", name)}, {"generation", 1}}},
          {"spec", {{"slices", 2}, {"roles", Json::array({role("prefill", prefill), role("decode", 2)})}}}};
}

// Objects that are told to a fleet and to a snapshot alike, and change as plans and chance will have it.
class World {
 public:
  World(uint32_t seed, const DisaggregatedOptions& options) : options_(options), fleet_(options), random_(seed) {
    for (const char* name : {"a", "a-0"}) Put(SetOf(name, 1, 2));
  }

  int Draw(int most) { return static_cast<int>(random_() % static_cast<uint32_t>(most + 1)); }

  // Takes the due sets, and checks and performs their plans.
  void Decide() {
    std::map<std::string, bool> is_due;
    for (const RoleSetName& due : fleet_.TakeDueSets()) is_due[due.name] = true;
    for (const char* name : {"a", "a-0"}) {
      const Plan expected = ReconcileDisaggregatedSet(snapshot_.Observe("n", name), absl::UnixEpoch(), options_);
      const Plan plan = fleet_.Decide("n", name, absl::UnixEpoch());
      ASSERT_TRUE(plan == expected) << "law 1: " << name << "\n"
                                    << ToString(plan) << "\nexpected\n"
                                    << ToString(expected);
      // Law 2: what is not due has nothing to do but what it had before.
      if (!is_due[name] && settled_[name]) {
        ASSERT_TRUE(expected.empty()) << "law 2: " << name << "\n" << ToString(expected);
      }
      settled_[name] = expected.empty();
      empty_ += expected.empty();
      for (const Action& action : plan.actions) Perform(action);
    }
  }

  void Disturb() {
    std::vector<std::string> children;
    for (const auto& [key, object] : objects_) {
      if (key.first == "LeaderWorkerSet") children.push_back(key.second);
    }
    const std::string child =
        children.empty() ? "" : children[static_cast<size_t>(Draw(static_cast<int>(children.size()) - 1))];
    const char* name = Draw(1) == 0 ? "a" : "a-0";
    const int what = Draw(40);
    if (what == 0) EditSet(name, SetOf(name, 1 + Draw(1), 1 + Draw(2)));
    if (what == 1 && !child.empty()) Drop("LeaderWorkerSet", child);
    if (what == 2 && objects_.count({"Service", child + "-prv"}) > 0) Drop("Service", child + "-prv");
    if (what == 3)
      Put({{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", child + "-prv"}, {"namespace", "n"}}}});
    if (what == 4) Steal(child);
    if (what > 4 && !child.empty()) MoveChild(child);
  }

  int empty() const { return empty_; }

 private:
  using Key = std::pair<std::string, std::string>;  // kind, name

  void Put(Json object) {
    const std::string kind = object["kind"];
    object["metadata"]["resourceVersion"] = absl::StrCat(++version_);
    objects_[{kind, object["metadata"]["name"]}] = object;
    ASSERT_TRUE(snapshot_.Add(object).ok());
    if (kind == "DisaggregatedSet") fleet_.AddSet(*DisaggregatedSetFromJson(object));
    if (kind == "LeaderWorkerSet") fleet_.AddChild(*ObserveChild(object));
    if (kind == "Service") fleet_.AddService(*ObserveRoleService(object));
  }

  void Drop(const std::string& kind, const std::string& name) {
    objects_.erase({kind, name});
    snapshot_.Remove(kind, "n", name);
    fleet_.Remove(kind, "n", name);
  }

  void EditSet(const std::string& name, Json edited) {
    const Json& present = objects_[{"DisaggregatedSet", name}];
    edited["status"] = present.value("status", Json::object());
    edited["metadata"]["generation"] = present["metadata"]["generation"].get<int>() + 1;
    Put(edited);
  }

  // Somebody else's object takes the child's place.
  void Steal(const std::string& name) {
    const auto found = objects_.find({"LeaderWorkerSet", name});
    if (found == objects_.end()) return;
    Json object = found->second;
    object["metadata"].erase("ownerReferences");
    Put(object);
  }

  // A child gets its groups ready, loses one, or only its version changes.
  void MoveChild(const std::string& name) {
    Json object = objects_[{"LeaderWorkerSet", name}];
    const int replicas = object["spec"].value("replicas", 1);
    const int ready = Draw(3) == 0 ? Draw(replicas) : replicas;
    object["status"] = {{"replicas", replicas}, {"readyReplicas", ready}, {"updatedReplicas", replicas}};
    Put(object);
  }

  void Perform(const Action& action) {
    const Key key(action.target.kind, action.target.name);
    const Json document = action.object.Document();
    if (action.verb == Verb::kDelete) return Drop(key.first, key.second);
    Json object = action.verb == Verb::kCreate ? document : objects_[key];
    if (action.verb == Verb::kUpdateStatus) object["status"] = document["status"];
    if (action.verb == Verb::kPatch) object.merge_patch(document);
    if (action.verb == Verb::kCreate) object["metadata"]["uid"] = absl::StrCat("uid-", ++version_);
    Put(object);
  }

  const DisaggregatedOptions options_;
  RoleFleet fleet_;
  DisaggregatedSnapshot snapshot_;
  std::map<Key, Json> objects_;
  std::map<std::string, bool> settled_;
  std::mt19937 random_;
  int version_ = 0;
  int empty_ = 0;
};

TEST(RoleFleetTest, Laws1And2InRandomLives) {
  int empty = 0;
  for (uint32_t seed = 1; seed <= 120; ++seed) {
    World world(seed, seed % 2 == 0 ? DisaggregatedOptions() : DisaggregatedOptions{KeepRoleBudgets, true});
    for (int i = 0; i < 120; ++i) {
      for (int events = world.Draw(2); events > 0; --events) world.Disturb();
      world.Decide();
      ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << ", pass " << i;
    }
    empty += world.empty();
  }
  // Remembered decisions were asked for.
  EXPECT_GT(empty, 1000);
}

// The bytes in use. A sanitizer's allocator does not tell them.
int64_t UsedBytes() {
#ifdef __SANITIZE_ADDRESS__
  return 0;
#else
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks) + static_cast<int64_t>(info.hblkhd);
#endif
}

// Sets with a child, a Service and a scaler each, made and deleted; every second one is deleted before it is taken.
void MakeAndDelete(int sets, const std::string& namespace_name, RoleFleet* fleet, DisaggregatedSet set) {
  for (int i = 0; i < sets; ++i) {
    const std::string name = absl::StrCat("set-", i);
    set.mutable_metadata()->set_name(name);
    set.mutable_metadata()->set_namespace_(namespace_name);
    fleet->AddSet(set);
    ObservedChild child;
    child.meta.namespace_name = namespace_name;
    child.meta.name = absl::StrCat(name, "-child");
    child.labels.set_name = name;
    fleet->AddChild(child);
    child.labels.set_name = absl::StrCat(name, "-stolen");
    fleet->AddChild(child);
    ObservedRoleService service;
    service.meta = child.meta;
    service.labels = child.labels;
    fleet->AddService(service);
    DisaggregatedSetRoleScaler scaler;
    scaler.mutable_metadata()->set_name(name);
    scaler.mutable_metadata()->set_namespace_(namespace_name);
    fleet->AddScaler(scaler);
    if (i % 2 == 0) fleet->TakeDueSets();
    fleet->Remove("DisaggregatedSet", namespace_name, name);
    fleet->Remove("LeaderWorkerSet", namespace_name, child.meta.name);
    fleet->Remove("Service", namespace_name, child.meta.name);
    fleet->Remove("DisaggregatedSetRoleScaler", namespace_name, name);
    fleet->TakeDueSets();
  }
}

TEST(RoleFleetTest, Law3NothingIsLeftOfASetThatIsGone) {
  RoleFleet fleet;
  const DisaggregatedSet set = *DisaggregatedSetFromJson(SetOf("a", 1, 2));
  for (int i = 0; i < 100; ++i) MakeAndDelete(1, absl::StrCat("namespace-", i), &fleet, set);
  MakeAndDelete(100, "n", &fleet, set);
  const int64_t before = UsedBytes();
  for (int i = 0; i < 2000; ++i) MakeAndDelete(1, absl::StrCat("namespace-", i), &fleet, set);
  MakeAndDelete(2000, "n", &fleet, set);
  EXPECT_LT(UsedBytes() - before, 64 * 1024);
}

}  // namespace
}  // namespace lws
