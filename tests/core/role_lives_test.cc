// Whole lives of sets under KeepRoleBudgets, with random edits and children that become ready at different times.
// Every pass keeps the laws, and every life ends with what the spec asks for. The reference's lives show that the test
// can fail.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "lws/rollout/keep_role_budgets.h"
#include "nlohmann/json.hpp"
#include "tests/conformance/disaggregated_timeline.h"
#include "tests/core/slice_view.h"
#include "tests/rollout/role_laws.h"
#include "tests/rollout/small_slice.h"

namespace lws {
namespace {

// --- Random lives.

class RandomLife {
 public:
  explicit RandomLife(uint32_t seed) : random_(seed) {
    for (int i = 2 + Draw(1); i > 0; --i) AddRole();
    set_ = {{"apiVersion", kDisaggregatedSetApiVersion},
            {"kind", kDisaggregatedSetKind},
            {"metadata",
             {{"name", "s"}, {"namespace", "n"}, {"uid", "uid-s"}, {"generation", 1}, {"resourceVersion", "1"}}},
            {"spec", {{"roles", roles_}, {"slices", 1 + Draw(1)}}}};
  }

  Json Input() {
    Json edits = Json::array();
    for (int i = 1 + Draw(3); i > 0; --i) edits.push_back(Edit());
    return {{"set", set_}, {"speed", Draw(2)}, {"edits", std::move(edits)}};
  }

 private:
  int Draw(int most) { return static_cast<int>(random_() % static_cast<uint32_t>(most + 1)); }

  void AddRole() {
    const int surge = Draw(2);
    const Json update = {{"maxSurge", surge}, {"maxUnavailable", surge == 0 ? 1 + Draw(1) : Draw(2)}, {"partition", 0}};
    roles_.push_back({{"name", absl::StrCat("r", ++names_)},
                      {"spec",
                       {{"replicas", 1 + Draw(4)},
                        {"rolloutStrategy", {{"type", "RollingUpdate"}, {"rollingUpdateConfiguration", update}}},
                        {"leaderWorkerTemplate", Template(0)}}}});
  }

  static Json Template(int image) {
    const Json container = {{"name", "c"}, {"image", absl::StrCat("i:", image)}};
    return {{"size", 1}, {"workerTemplate", {{"spec", {{"containers", Json::array({container})}}}}}};
  }

  // Templates change, or change back; roles are scaled, added and removed; a child is lost.
  Json Edit() {
    Json edit = {{"wait", Draw(2) == 0 ? -1 : 1 + Draw(5)}};
    switch (Draw(5)) {
      case 0:
        roles_[Index()]["spec"]["replicas"] = 1 + Draw(5);
        break;
      case 1:
        if (roles_.size() < 4) AddRole();
        break;
      case 2:
        if (roles_.size() > 2) roles_.erase(Index());
        break;
      case 3:
        edit["delete"] = ChildName("s", 0, Revision(), roles_[Index()]["name"].get<std::string>());
        return edit;
      default:
        for (Json& role : roles_) role["spec"]["leaderWorkerTemplate"] = Template(Draw(3));
    }
    edit["spec"] = set_["spec"];
    edit["spec"]["roles"] = roles_;
    return edit;
  }

  size_t Index() { return static_cast<size_t>(Draw(static_cast<int>(roles_.size()) - 1)); }

  std::string Revision() const {
    Json manifest = set_;
    manifest["spec"]["roles"] = roles_;
    const absl::StatusOr<DisaggregatedSet> set = DisaggregatedSetFromJson(manifest);
    return set.ok() ? DisaggregatedRevisionKey(DisaggregatedRevisionData(*set)) : "";
  }

  std::mt19937 random_;
  int names_ = 0;
  Json roles_ = Json::array();
  Json set_;
};

// What is wrong at the end of a life: the set is not at rest, not available, or has other children than its spec asks
// for.
std::string Unfinished(const Json& input, const Json& life) {
  Json spec = input["set"]["spec"];
  for (const Json& edit : input["edits"]) {
    if (edit.contains("spec")) spec = edit["spec"];
  }
  const Json& last = life["rows"].back();
  const size_t children = spec["roles"].size() * spec["slices"].get<size_t>();
  const bool is_finished = life["ended"] && last.value("condition", "") == "Available" && !last.contains("error");
  return is_finished && last["lws"].size() == children ? "" : last.dump();
}

struct Outcome {
  int lives_with_broken_laws = 0;
  int unfinished = 0;
  std::string first;
};

// Runs this number of lives, and checks every pass against the laws.
Outcome Live(const DisaggregatedOptions& options, uint32_t seeds) {
  Outcome outcome;
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    const Json input = RandomLife(seed).Input();
    std::string broken;
    const Json life = conformance::RunDisaggregatedTimeline(
        input, options, [&](const DisaggregatedObservation& observation, const Plan& plan) {
          for (int32_t slice = 0; slice < SpecSlices(*observation.set); ++slice) {
            const SliceView view = View(observation, slice);
            SliceView copy = View(observation, slice);
            const SmallSlice before = view.world;
            const std::string law = BrokenLaw(before, After(std::move(copy), plan, before));
            if (!law.empty() && broken.empty()) {
              broken = absl::StrCat("seed ", seed, " slice ", slice, ": ", law, "\n  ", before.ToString(), "\n",
                                    ToString(plan));
            }
          }
        });
    const std::string unfinished = Unfinished(input, life);
    if (!unfinished.empty() && outcome.unfinished++ == 0 && outcome.first.empty()) {
      outcome.first = absl::StrCat("seed ", seed, " is unfinished: ", unfinished);
    }
    if (!broken.empty() && outcome.lives_with_broken_laws++ == 0) outcome.first = broken;
  }
  return outcome;
}

// Law 1 of reconcile_disaggregated_set.h, in every pass of some lives.
TEST(RoleLivesTest, Law1EqualInputEqualPlan) {
  int64_t passes = 0;
  int64_t actions = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    conformance::RunDisaggregatedTimeline(
        RandomLife(seed).Input(), {}, [&](const DisaggregatedObservation& observation, const Plan&) {
          const DisaggregatedObservation same = observation;
          const Plan plan = ReconcileDisaggregatedSet(observation, absl::UnixEpoch());
          EXPECT_TRUE(plan == ReconcileDisaggregatedSet(same, absl::UnixEpoch())) << "seed " << seed;
          ++passes;
          actions += static_cast<int64_t>(plan.actions.size());
        });
  }
  EXPECT_GT(passes, 100);
  EXPECT_GT(actions, 100);
}

// Every life ends with an empty plan: law 2 of reconcile_disaggregated_set.h.
TEST(RoleLivesTest, Law2KeepRoleBudgetsKeepsTheLawsAndEnds) {
  DisaggregatedOptions options;
  options.rollout = KeepRoleBudgets;
  options.mends = true;
  const Outcome outcome = Live(options, 150);
  EXPECT_EQ(outcome.lives_with_broken_laws, 0) << outcome.first;
  EXPECT_EQ(outcome.unfinished, 0) << outcome.first;
}

TEST(RoleLivesTest, TheReferenceDoesNot) {
  const Outcome outcome = Live({}, 150);
  EXPECT_GT(outcome.lives_with_broken_laws, 25);
}

}  // namespace
}  // namespace lws
