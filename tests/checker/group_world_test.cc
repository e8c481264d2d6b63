// Restarts, startup and revisions of a group in everything that can happen to it. Bugs of the past are put back, one
// at a time.
#include "lws/adapters/testing/checker/group_world.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/adapters/testing/checker/explore.h"

namespace lws {
namespace {

using internal::Exploration;
using internal::ExploreStates;
using internal::GroupDecisions;
using internal::GroupWorld;
using internal::GroupWorldOptions;
using internal::kStuck;

struct Found {
  uint8_t law = 0;
  int64_t states = 0;
  std::string trace;
};

Found Look(const GroupWorldOptions& options) {
  const GroupWorld world(options);
  const Exploration all = ExploreStates(world, {world.Beginning()}, {});
  return {all.broken_law, all.states,
          std::string(GroupWorld::LawText(all.broken_law)) + "\n" + world.Draw(all.counterexample)};
}

std::vector<GroupWorldOptions> Variants(int32_t faults) {
  std::vector<GroupWorldOptions> variants;
  for (const bool template_changes : {false, true}) {
    for (const bool partition_holds : {false, true}) {
      for (const bool waits_for_leader : {false, true}) {
        GroupWorldOptions options;
        options.faults = faults;
        options.template_changes = template_changes;
        options.partition_holds = partition_holds;
        options.waits_for_leader = waits_for_leader;
        variants.push_back(options);
      }
    }
  }
  return variants;
}

TEST(GroupWorldTest, TheReferenceKeepsAllLawsAsLongAsFailuresCanBeSeen) {
  for (GroupWorldOptions options : Variants(3)) {
    options.deletes_workers = false;
    const Found found = Look(options);
    ASSERT_EQ(found.law, 0) << found.trace;
    EXPECT_GT(found.states, 100);
  }
}

TEST(GroupWorldTest, S3TheReferenceMissesAWorkerThatWasMadeAnewUnseen) {
  GroupWorldOptions options;
  options.faults = 1;
  const Found found = Look(options);
  EXPECT_EQ(found.law, kStuck) << found.trace;
  EXPECT_NE(found.trace.find("a restart is owed"), std::string::npos) << found.trace;
}

TEST(GroupWorldTest, ARestartPolicyRestartsExactlyOnceWhateverHappens) {
  const RestartPolicy policy;
  for (GroupWorldOptions options : Variants(3)) {
    options.policy = &policy;
    const Found found = Look(options);
    ASSERT_EQ(found.law, 0) << found.trace;
    EXPECT_GT(found.states, 300);
  }
}

struct FormerBug {
  const char* id;
  uint8_t law;  // the law that the bug breaks
  GroupWorldOptions options;
};

GroupWorldOptions With(int32_t faults, bool template_changes, bool partition_holds) {
  GroupWorldOptions options;
  options.faults = faults;
  options.template_changes = template_changes;
  options.partition_holds = partition_holds;
  options.deletes_workers = false;
  return options;
}

std::vector<FormerBug> FormerBugs() {
  const auto set_revision = [](int32_t, int32_t set) { return set; };
  std::vector<FormerBug> bugs = {
      {"R17", GroupWorld::kMixedRevisions, With(0, true, true)},
      {"R18", GroupWorld::kMixedRevisions, With(1, true, true)},
      {"R19", GroupWorld::kMixedRevisions, With(1, true, true)},
      {"R20", GroupWorld::kNotReady, With(0, false, false)},
      {"S1", GroupWorld::kRestartWithoutFailure, With(0, true, false)},
      {"S2", GroupWorld::kRestartWithoutFailure, With(1, false, false)},
  };
  // Existing workers are changed from the set, as after a restart of the controller.
  bugs[0].options.decisions.patches_workers = true;
  // A recreated group below the partition gets its workers, or only their number, from the present set.
  bugs[1].options.decisions.template_of = set_revision;
  bugs[2].options.decisions.size_of = set_revision;
  // Existing pods count even if they are not available.
  bugs[3].options.decisions.workers_ready = [](const ObservedStatefulSet& workers) {
    return workers.status_replicas == workers.replicas;
  };
  // A worker belongs to its leader by name alone, in any revision.
  bugs[4].options.decisions.restart = [](const RestartFacts& facts) {
    RestartFacts blind = facts;
    blind.same_revision = blind.belongs_to_leader = true;
    return DecideRestart(blind);
  };
  // A worker belongs to its leader by name and revision, but not by the UIDs of its owners.
  bugs[5].options.decisions.restart = [](const RestartFacts& facts) {
    RestartFacts blind = facts;
    blind.belongs_to_leader = true;
    return DecideRestart(blind);
  };
  return bugs;
}

TEST(GroupWorldTest, FormerBugsAreFound) {
  for (const FormerBug& bug : FormerBugs()) {
    const Found found = Look(bug.options);
    EXPECT_EQ(found.law, bug.law) << bug.id << ": " << found.trace;
    GroupWorldOptions without = bug.options;
    without.decisions = GroupDecisions();
    EXPECT_EQ(Look(without).law, 0) << bug.id << " without the bug: " << Look(without).trace;
  }
}

TEST(GroupWorldTest, WorkersThatDoNotWaitForTheirLeaderAreFound) {
  GroupWorldOptions options;
  options.waits_for_leader = true;
  options.decisions.leader = [](const LeaderFacts& facts) {
    LeaderFacts hasty = facts;
    hasty.waits_for_ready = false;
    return DecideLeader(hasty);
  };
  EXPECT_EQ(Look(options).law, GroupWorld::kStartedTooEarly);
}

}  // namespace
}  // namespace lws
