// Every look at a set in a small universe of states, and every subgroup of small groups: laws that need no history.
// Bugs of the past, put back one at a time, break them.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/placement/pods/subgroup.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

using internal::SubGroupIndex;

using Reconcile = std::function<Plan(const SetObservation&, const SetReconcileOptions&)>;

Plan Ours(const SetObservation& observation, const SetReconcileOptions& options) {
  return ReconcileSet(observation, absl::UnixEpoch(), options);
}

enum class Stored { kAbsent, kSame, kSameMeaning, kOther };

// The set's template in the form of an older version of the operator.
Json InAnotherForm() {
  return Json::parse(R"({"spec": {"leaderWorkerTemplate": {"$patch": "replace", "size": 2,
      "restartPolicy": "RecreateGroupOnPodRestart", "workerTemplate": {"metadata": {"creationTimestamp": null},
      "spec": {"containers": [{"name": "c", "image": "i", "resources": {}}]}}}}})");
}

struct Universe {
  bool has_leader_statefulset = true;
  bool is_terminating = false;
  Stored stored = Stored::kSame;
  int groups = 0;
  int partition = 0;

  std::string Text() const {
    return absl::StrCat("leader StatefulSet ",
                        has_leader_statefulset ? is_terminating ? "terminating" : "there" : "absent", " stored ",
                        static_cast<int>(stored), " groups ", groups, " partition ", partition);
  }
};

SmallCluster Build(const Universe& universe) {
  SmallCluster cluster;
  Json other = InAnotherForm();
  other["spec"]["leaderWorkerTemplate"]["size"] = 3;
  if (universe.stored == Stored::kSame) cluster.Revision("k");
  if (universe.stored == Stored::kSameMeaning) cluster.Revision("k", InAnotherForm());
  if (universe.stored == Stored::kOther) cluster.Revision("k", other);
  Json patch = {{"spec", {{"updateStrategy", {{"rollingUpdate", {{"partition", universe.partition}}}}}}}};
  if (universe.is_terminating) patch["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  if (universe.has_leader_statefulset) cluster.LeaderStatefulSet(patch);
  for (int i = 0; i < universe.groups; ++i) cluster.Leader(i).WorkerStatefulSet(i);
  return cluster;
}

// The laws that the pass breaks, with the first state that breaks each.
std::map<std::string, std::string> Broken(const Reconcile& reconcile) {
  std::map<std::string, std::string> broken;
  for (int number = 0; number < 3 * 4 * 3 * 3; ++number) {
    Universe universe;
    universe.has_leader_statefulset = number % 3 > 0;
    universe.is_terminating = number % 3 == 2;
    universe.stored = static_cast<Stored>(number / 3 % 4);
    universe.groups = number / 12 % 3;
    universe.partition = number / 36;
    const SmallCluster cluster = Build(universe);
    for (const NamedRolloutPolicy& policy : RolloutPolicies()) {
      SetReconcileOptions options;
      options.rollout = policy.policy;
      const Plan plan = reconcile(cluster.Observe(), options);
      if (universe.is_terminating && !plan.actions.empty()) {
        broken.emplace("nothing is written while the leader StatefulSet is terminating", universe.Text());
      }
      const bool same = universe.stored == Stored::kSame || universe.stored == Stored::kSameMeaning;
      const bool begins = absl::StrContains(Actions(plan), "create ControllerRevision");
      if (same && universe.has_leader_statefulset && begins) {
        broken.emplace("an equal template is no update", universe.Text());
      }
      if (universe.stored == Stored::kOther && universe.has_leader_statefulset && !universe.is_terminating && !begins) {
        broken.emplace("another template is an update", universe.Text());
      }
    }
  }
  return broken;
}

TEST(SetPassesTest, AllLawsAreKept) {
  for (const auto& [law, where] : Broken(Ours)) ADD_FAILURE() << law << ": " << where;
}

TEST(SetPassesTest, TheFormerBugV6IsFound) {
  const std::map<std::string, std::string> broken =
      Broken([](const SetObservation& observation, const SetReconcileOptions& options) {
        SetObservation blind = observation;
        ObservedStatefulSet leader_statefulset;
        if (observation.leader_statefulset != nullptr) {
          leader_statefulset = *observation.leader_statefulset;
          leader_statefulset.meta.terminating = false;
          blind.leader_statefulset = &leader_statefulset;
        }
        return Ours(blind, options);
      });
  EXPECT_EQ(broken.count("nothing is written while the leader StatefulSet is terminating"), 1u);
}

TEST(SetPassesTest, TheFormerBugV2IsFound) {
  // A stored revision is compared by its bytes.
  const std::map<std::string, std::string> broken =
      Broken([](const SetObservation& observation, const SetReconcileOptions& options) {
        SetObservation literal = observation;
        std::vector<ObservedRevision> revisions;
        revisions.reserve(observation.revisions.size());
        literal.revisions.clear();
        for (const ObservedRevision* revision : observation.revisions) {
          revisions.push_back(*revision);
          const bool is_other_form = absl::StrContains(revision->data, "creationTimestamp");
          if (is_other_form) revisions.back().data = R"({"spec":{"leaderWorkerTemplate":{"size":9}}})";
          literal.revisions.push_back(&revisions.back());
        }
        return Ours(literal, options);
      });
  EXPECT_EQ(broken.count("an equal template is no update"), 1u);
}

using Index = int64_t (*)(int64_t worker, int64_t size, int64_t sub_group_size);

// Whether some group is cut into subgroups of unequal size, or out of order. The leader does not count: it may be an
// additional member of the first subgroup.
bool CutsUnequally(Index index) {
  for (int64_t size = 1; size <= 32; ++size) {
    for (int64_t sub = 1; sub <= size; ++sub) {
      const bool with_leader = size % sub == 0;
      if (!with_leader && (size - 1) % sub != 0) continue;
      std::map<int64_t, int64_t> members;
      int64_t last = 0;
      for (int64_t worker = with_leader ? 0 : 1; worker < size; ++worker) {
        const int64_t subgroup = index(worker, size, sub);
        if (subgroup < last) return true;
        last = subgroup;
        ++members[subgroup];
      }
      for (const auto& [subgroup, count] : members) {
        if (count != sub) return true;
      }
    }
  }
  return false;
}

TEST(SubGroupsTest, AreEqualAndTheFormerBugT2IsFound) {
  EXPECT_FALSE(CutsUnequally(SubGroupIndex));
  // Tests whether the subgroup size divides size - 1 before it tests size.
  EXPECT_TRUE(CutsUnequally([](int64_t worker, int64_t size, int64_t sub) {
    return (size - 1) % sub == 0 ? (worker - 1) / sub : worker / sub;
  }));
}

}  // namespace
}  // namespace lws
