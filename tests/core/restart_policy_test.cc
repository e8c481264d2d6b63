// Restarts with a memory: the laws by examples, and over random lives of a group compared with a naive count.
#include "lws/core/pod/restart_policy.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767225600);

GroupMember Member(int32_t index, const std::string& uid, int64_t restarts = 0) {
  GroupMember member;
  member.index = index;
  member.uid = uid;
  member.restarts = restarts;
  member.phase = PodPhase::kRunning;
  return member;
}

GroupMembers Group(std::vector<GroupMember> members) {
  GroupMembers group;
  group.revision_key = "k";
  group.members = std::move(members);
  return group;
}

// A host that keeps what plans want kept.
class Host {
 public:
  explicit Host(RestartPolicy policy = {}) : policy_(std::move(policy)) {}

  GroupRestartDecision Look(const GroupMembers& group, absl::Duration after = absl::ZeroDuration()) {
    now_ += after;
    GroupRestartDecision decision = DecideGroupRestart(policy_, group, memory_, now_);
    memory_ = decision.memory;
    return decision;
  }
  RestartMemory& memory() { return memory_; }

 private:
  RestartPolicy policy_;
  RestartMemory memory_;
  absl::Time now_ = kStart;
};

// A host's function, and what it was asked.
struct Judge {
  RestartAction answer = RestartAction::kIgnore;
  std::vector<std::string> asked;
};

RestartAction Ask(const void* context, const RestartFailure& failure) {
  Judge& judge = *static_cast<Judge*>(const_cast<void*>(context));
  judge.asked.push_back(absl::StrCat(failure.group.set_name, " ", failure.member.index, " ", failure.member.restarts,
                                     " ", failure.group_restarts, " ", absl::ToUnixSeconds(failure.now)));
  return judge.answer;
}

TEST(RestartPolicyTest, AFunctionIsAskedInPlaceOfTheRules) {
  Judge judge;
  RestartPolicy policy;
  policy.rules = {{{}, "", RestartAction::kFailSet}};
  policy.function = &Ask;
  policy.context = &judge;
  Host host(policy);
  const auto group = [](int64_t restarts, const std::string& uid) {
    GroupMembers members = Group({Member(0, "a"), Member(1, uid, restarts)});
    members.set_name = "s";
    return members;
  };
  EXPECT_EQ(host.Look(group(0, "b")).reason, GroupRestartReason::kNoFailure);
  EXPECT_EQ(host.Look(group(1, "b")).reason, GroupRestartReason::kIgnored);
  EXPECT_EQ(host.Look(group(1, "b")).reason, GroupRestartReason::kNoFailure);
  judge.answer = RestartAction::kRestartGroup;
  EXPECT_TRUE(host.Look(group(2, "b"), absl::Seconds(5)).restart);
  EXPECT_EQ(judge.asked, (std::vector<std::string>{absl::StrCat("s 1 1 0 ", absl::ToUnixSeconds(kStart)),
                                                   absl::StrCat("s 1 2 0 ", absl::ToUnixSeconds(kStart) + 5)}));
  // A pod that was replaced is not asked about.
  Host other(policy);
  other.Look(group(0, "b"));
  judge.answer = RestartAction::kIgnore;
  EXPECT_TRUE(other.Look(group(0, "c")).restart);
  EXPECT_EQ(judge.asked.size(), 2u);
  judge.answer = RestartAction::kFailSet;
  Host failing(policy);
  failing.Look(group(0, "b"));
  EXPECT_TRUE(failing.Look(group(1, "b")).fails_set);
}

TEST(RestartPolicyTest, S3AWorkerThatWasReplacedUnseenRestartsItsGroupOnce) {
  Host host;
  EXPECT_EQ(host.Look(Group({Member(0, "a"), Member(1, "b")})).reason, GroupRestartReason::kNoFailure);
  EXPECT_TRUE(host.Look(Group({Member(0, "a"), Member(1, "b2")})).restart);
  GroupMembers leaving = Group({Member(0, "a"), Member(1, "b2")});
  leaving.members[0].terminating = true;
  EXPECT_EQ(host.Look(leaving).reason, GroupRestartReason::kAlreadyRestarting);
  EXPECT_EQ(host.Look(Group({})).reason, GroupRestartReason::kNoLeader);
  // The next life begins while workers of the former one still exist. The host leaves those out.
  EXPECT_EQ(host.Look(Group({Member(0, "a2")})).reason, GroupRestartReason::kNoFailure);
  EXPECT_EQ(host.Look(Group({Member(0, "a2"), Member(1, "b3")})).reason, GroupRestartReason::kNoFailure);
  EXPECT_EQ(host.memory().restarts, 1);
}

TEST(RestartPolicyTest, Law1DecidingAgainAsksForTheSameDeletionAndCountsOnce) {
  Host host;
  host.Look(Group({Member(0, "a"), Member(1, "b")}));
  for (int i = 0; i < 3; ++i) {
    const GroupRestartDecision decision = host.Look(Group({Member(0, "a"), Member(1, "b", 1)}));
    EXPECT_TRUE(decision.restart);
    EXPECT_EQ(decision.memory.leader_uid, "a");
    EXPECT_EQ(decision.memory.restarts, 1);
  }
}

TEST(RestartPolicyTest, Law2AMemberThatIsGoneOrRestartedOrTerminating) {
  GroupMembers terminating = Group({Member(0, "a"), Member(1, "b")});
  terminating.members[1].terminating = true;
  for (const GroupMembers& failed : {Group({Member(0, "a")}), Group({Member(0, "a"), Member(1, "b", 1)}),
                                     Group({Member(0, "a", 1), Member(1, "b")}), terminating}) {
    Host host;
    host.Look(Group({Member(0, "a"), Member(1, "b")}));
    EXPECT_TRUE(host.Look(failed).restart);
  }
  // Without a memory it decides as the reference does.
  EXPECT_TRUE(Host().Look(Group({Member(0, "a"), Member(1, "b", 1)})).restart);
  EXPECT_TRUE(Host().Look(terminating).restart);
  EXPECT_FALSE(Host().Look(Group({Member(0, "a")})).restart);
}

TEST(RestartPolicyTest, Law3GivesUpAndKeepsThePodsUntilTheRevisionChanges) {
  RestartPolicy policy;
  policy.max_restarts = 2;
  Host host(policy);
  for (int life = 0; life < 4; ++life) {
    const std::string leader = absl::StrCat("a", life);
    host.Look(Group({Member(0, leader), Member(1, absl::StrCat("b", life))}));
    const GroupRestartDecision decision = host.Look(Group({Member(0, leader), Member(1, absl::StrCat("b", life), 1)}));
    EXPECT_EQ(decision.restart, life < 2) << life;
    EXPECT_EQ(decision.reason, life < 2 ? GroupRestartReason::kRestart : GroupRestartReason::kGaveUp);
  }
  EXPECT_EQ(host.memory().restarts, 2);
  GroupMembers next = Group({Member(0, "c"), Member(1, "d", 1)});
  next.revision_key = "k2";
  EXPECT_TRUE(host.Look(next).restart);
  EXPECT_EQ(host.memory().restarts, 1);
}

TEST(RestartPolicyTest, Law4BacksOffAndBeginsAnewAfterAStableTime) {
  RestartPolicy policy;
  policy.first_backoff = absl::Seconds(10);
  policy.max_backoff = absl::Seconds(30);
  policy.stable_after = absl::Minutes(5);
  Host host(policy);
  const auto fail = [&](int life, absl::Duration after) {
    const std::string leader = absl::StrCat("a", life);
    host.Look(Group({Member(0, leader)}), after);
    return host.Look(Group({Member(0, leader, 1)}));
  };
  EXPECT_TRUE(fail(0, absl::ZeroDuration()).restart);
  for (const int seconds : {10, 20, 30, 30}) {
    const int life = host.memory().restarts;
    const GroupRestartDecision decision = fail(life, absl::Seconds(1));
    EXPECT_EQ(decision.reason, GroupRestartReason::kBackingOff);
    EXPECT_EQ(decision.look_again_in, absl::Seconds(seconds - 1));
    EXPECT_TRUE(host.Look(Group({Member(0, absl::StrCat("a", life), 1)}), absl::Seconds(seconds - 1)).restart);
  }
  EXPECT_TRUE(fail(9, absl::Minutes(5)).restart);
  EXPECT_EQ(host.memory().restarts_in_a_row, 1);
}

TEST(RestartPolicyTest, RulesByExitCodeAndReason) {
  RestartPolicy policy;
  policy.rules = {{{42}, "", RestartAction::kIgnore}, {{}, "OOMKilled", RestartAction::kFailSet}};
  const auto look = [&policy](int32_t code, const std::string& reason) {
    Host host(policy);
    host.Look(Group({Member(0, "a"), Member(1, "b")}));
    GroupMembers failed = Group({Member(0, "a"), Member(1, "b", 1)});
    failed.members[1].last_end = ContainerEnd{code, reason};
    const GroupRestartDecision decision = host.Look(failed);
    EXPECT_EQ(host.Look(failed).restart, decision.restart);  // stays so
    return decision;
  };
  EXPECT_EQ(look(42, "Error").reason, GroupRestartReason::kIgnored);
  EXPECT_EQ(look(1, "Error").reason, GroupRestartReason::kRestart);
  const GroupRestartDecision failed = look(137, "OOMKilled");
  EXPECT_EQ(failed.reason, GroupRestartReason::kGaveUp);
  EXPECT_TRUE(failed.fails_set);
}

TEST(RestartPolicyTest, AGroupThatIsStillStartingIsWaitedFor) {
  Host host;
  GroupMembers starting = Group({Member(0, "a"), Member(1, "b", 1)});
  starting.started = false;
  EXPECT_EQ(host.Look(starting).reason, GroupRestartReason::kStillStarting);
  starting.started = true;
  EXPECT_EQ(host.Look(starting).reason, GroupRestartReason::kNoFailure);
  // Once the group has started, a recreated member is a failure, even while it is pending.
  GroupMembers replaced = Group({Member(0, "a"), Member(1, "b2")});
  replaced.started = false;
  EXPECT_TRUE(host.Look(replaced).restart);
}

// A group lives and fails at random. A host looks from time to time, and may crash between keeping the memory and
// deleting the leader.
TEST(RestartPolicyTest, Laws1And2OverRandomLives) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random(seed);
    Host host;
    int next_uid = 0;
    const auto life = [&next_uid] {
      return Group({Member(0, absl::StrCat("l", ++next_uid)), Member(1, absl::StrCat("w", ++next_uid)),
                    Member(2, absl::StrCat("w", ++next_uid))});
    };
    GroupMembers group = life();
    bool was_seen = false;
    bool failed = false;  // a member failed that was seen in this life
    std::set<std::string> deleted;
    for (int step = 0; step < 60; ++step) {
      switch (random() % 4) {
        case 0: {  // a failure
          GroupMember& member = group.members[random() % 3];
          if (member.index > 0 && random() % 2 == 0) {
            member.uid = absl::StrCat("w", ++next_uid);
            member.restarts = 0;
          } else {
            ++member.restarts;
          }
          // Before the first look nobody knows what happened to a member, except by its restart count.
          failed = was_seen || std::any_of(group.members.begin(), group.members.end(),
                                           [](const GroupMember& each) { return each.restarts > 0; });
          break;
        }
        default: {
          const GroupRestartDecision decision = host.Look(group);
          was_seen = true;
          ASSERT_EQ(decision.restart, failed) << "seed " << seed << " step " << step;
          if (!decision.restart || random() % 3 == 0) break;  // the host crashed before it deleted
          ASSERT_EQ(decision.memory.leader_uid, group.members[0].uid) << "seed " << seed;
          ASSERT_TRUE(deleted.insert(group.members[0].uid).second) << "seed " << seed;
          group = life();
          was_seen = failed = false;
        }
      }
    }
    ASSERT_GE(host.memory().restarts, static_cast<int32_t>(deleted.size())) << "seed " << seed;
    ASSERT_LE(host.memory().restarts, static_cast<int32_t>(deleted.size()) + 1) << "seed " << seed;
  }
}

TEST(ReadGroupMemberTest, ReadsRestartsAndTheLastEnd) {
  const Json pod = Json::parse(R"({"metadata": {"name": "s-0-2", "namespace": "n", "uid": "u",
      "labels": {"leaderworkerset.sigs.k8s.io/worker-index": "2"}},
    "status": {"phase": "Running", "initContainerStatuses": [{"restartCount": 1}], "containerStatuses": [
      {"restartCount": 2,
       "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-01-01T00:00:09Z"}}},
      {"restartCount": 0,
       "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-01-01T00:00:10Z"}}}]}})");
  const GroupMember member = *ReadMemberForRestart(pod);
  EXPECT_EQ(member.index, 2);
  EXPECT_EQ(member.uid, "u");
  EXPECT_EQ(member.restarts, 3);
  EXPECT_EQ(member.last_end->exit_code, 137);
  EXPECT_EQ(member.last_end->reason, "OOMKilled");
  EXPECT_FALSE(ReadMemberForRestart(Json::parse(R"({"metadata": {"name": "p"}})")).ok());
}

TEST(ReadGroupMemberTest, WhatDoesNotReadIsAnErrorThatNamesTheField) {
  const struct {
    const char* status;
    const char* field;  // null: it reads
  } table[] = {
      {R"({"restartCount": 1, "lastState": null})", nullptr},
      {R"({"restartCount": 1, "state": "x"})", "status.containerStatuses[0].state"},
      {R"({"lastState": {"terminated": 5}})", "status.containerStatuses[0].lastState.terminated"},
      {R"({"lastState": {"terminated": {"exitCode": "1"}}})",
       "status.containerStatuses[0].lastState.terminated.exitCode"},
      {R"({"lastState": {"terminated": {"exitCode": 99999999999}}})",
       "status.containerStatuses[0].lastState.terminated.exitCode"},
      {R"({"restartCount": 9223372036854775807})", "status.containerStatuses[0].restartCount"},
      {R"({"restartCount": "1"})", "status.containerStatuses[0].restartCount"},
  };
  for (const auto& row : table) {
    Json pod = Json::parse(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "s-0", "namespace": "n",
        "labels": {"leaderworkerset.sigs.k8s.io/worker-index": "0"}}})");
    pod["status"]["containerStatuses"] = Json::array({Json::parse(row.status)});
    const absl::Status status = ReadMemberForRestart(pod).status();
    EXPECT_EQ(status.ok(), row.field == nullptr) << row.status;
    if (row.field == nullptr) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.status;
    EXPECT_EQ(std::string(status.message()).find(std::string("Pod n/s-0: ") + row.field + ": "), 0u) << status;
  }
}

TEST(PlanSerializationTest, Law1WhatIsKeptComesBack) {
  Plan plan;
  RestartMemory memory;
  memory.revision_key = "k";
  memory.leader_uid = "a";
  memory.members = {{0, "a", 1}, {1, "b", 0}};
  memory.has_started = memory.owes_restart = memory.is_counted = memory.gave_up = true;
  memory.restarts = 3;
  memory.restarts_in_a_row = 2;
  memory.last_restart = kStart;
  plan.restart_memory = std::make_shared<const RestartMemory>(memory);
  RolloutProgress progress;
  progress.revision_key = "k";
  progress.step = 2;
  progress.step_done = kStart;
  progress.ready_since = {{3, kStart}};
  progress.were_ready = {1, 2};
  progress.most_done = 4;
  progress.last_progress = kStart + absl::Nanoseconds(1);
  progress.deadline_exceeded = true;
  plan.rollout_progress = std::make_shared<const RolloutProgress>(progress);
  plan.revert_to = "former";
  EXPECT_TRUE(*PlanFromProto(PlanToProto(plan)) == plan);
  plan.restart_memory = std::make_shared<const RestartMemory>();
  plan.rollout_progress = std::make_shared<const RolloutProgress>();
  EXPECT_TRUE(*PlanFromProto(PlanToProto(plan)) == plan);
}

TEST(RestartPolicyTest, AVerdictTellsWhatThePolicyGoesBy) {
  RestartPolicy unlimited;
  RestartPolicy limited;
  limited.max_restarts = 3;
  const auto decision = [](GroupRestartReason reason, int32_t restarts) {
    GroupRestartDecision result;
    result.reason = reason;
    result.memory.restarts = restarts;
    if (reason == GroupRestartReason::kBackingOff) result.look_again_in = absl::Seconds(90);
    return result;
  };
  GroupRestartDecision failed = decision(GroupRestartReason::kGaveUp, 3);
  failed.fails_set = true;
  const struct {
    const RestartPolicy& policy;
    GroupRestartDecision decision;
    const char* text;
  } table[] = {
      {limited, decision(GroupRestartReason::kNoFailure, 1), ""},
      {limited, decision(GroupRestartReason::kNoLeader, 1), ""},
      {limited, decision(GroupRestartReason::kAlreadyRestarting, 1), ""},
      {limited, decision(GroupRestartReason::kIgnored, 1), "by the restart policy of the set"},
      {limited, decision(GroupRestartReason::kStillStarting, 0),
       "by the restart policy of the set, which counts failures once the group has started"},
      {limited, decision(GroupRestartReason::kRestart, 2), "by the restart policy of the set, restart 2 of at most 3"},
      {unlimited, decision(GroupRestartReason::kRestart, 2), "by the restart policy of the set, restart 2"},
      {limited, decision(GroupRestartReason::kBackingOff, 1),
       "by the restart policy of the set, 1m30s more after 1 of at most 3 restarts"},
      {unlimited, decision(GroupRestartReason::kBackingOff, 2),
       "by the restart policy of the set, 1m30s more after 2 restarts"},
      {limited, decision(GroupRestartReason::kGaveUp, 3),
       "by the restart policy of the set, after 3 of at most 3 restarts"},
      {limited, failed, "by a rule of the restart policy of the set"},
      {limited, decision(GroupRestartReason::kGaveUp, 1), "by a rule of the restart policy of the set"},
  };
  for (const auto& row : table) EXPECT_EQ(GroupRestartDecisionText(row.policy, row.decision), row.text);
}

// Through ReconcilePod: the plan deletes by UID, explains itself, and contains the memory.
TEST(ReconcilePodTest, FollowsTheRestartPolicyAndGivesTheMemory) {
  SmallCluster cluster;
  cluster.Revision("k").LeaderStatefulSet().Leader(0).WorkerStatefulSet(0).Worker(0, 1);
  RestartPolicy policy;
  policy.max_restarts = 1;
  PodReconcileOptions options;
  options.restarts = &policy;
  GroupMembers group = Group({Member(0, "leader"), Member(1, "worker")});
  const Plan first = cluster.ReconcilePod("s-0-1", options, &group, nullptr);
  EXPECT_EQ(Actions(first), "");
  ASSERT_NE(first.restart_memory, nullptr);
  group.members[1].uid = "another";
  const Plan restart = cluster.ReconcilePod("s-0-1", options, &group, first.restart_memory.get());
  EXPECT_EQ(Actions(restart), "delete Pod s-0");
  EXPECT_TRUE(Because(restart, DecisionReason::kRestartGroup));
  EXPECT_EQ(restart.decisions[0].detail, "by the restart policy of the set, restart 1 of at most 1");
  ASSERT_NE(restart.restart_memory, nullptr);
  group = Group({Member(0, "leader-2"), Member(1, "worker-2", 1)});
  const Plan gave_up = cluster.ReconcilePod("s-0-1", options, &group, restart.restart_memory.get());
  EXPECT_EQ(Actions(gave_up), "");
  EXPECT_TRUE(Because(gave_up, DecisionReason::kGaveUp));
  ASSERT_EQ(gave_up.events.size(), 1u);
  EXPECT_TRUE(gave_up.events[0].is_warning);
  EXPECT_EQ(gave_up.events[0].reason, "RestartLimitExceeded");
  EXPECT_EQ(gave_up.events[0].note,
            "group 0 was restarted 1 times, which is its limit, and failed again: it stays as it is until the set's "
            "template changes");
  ASSERT_NE(gave_up.restart_memory, nullptr);
  const Plan later = cluster.ReconcilePod("s-0-1", options, &group, gave_up.restart_memory.get());
  EXPECT_TRUE(Because(later, DecisionReason::kGaveUp));
  EXPECT_TRUE(later.events.empty()) << "people are told once";
  // While the group's start is waited for, a member that fails while another is pending is not a failure of the group.
  const Json after_start = {{"leaderWorkerTemplate", {{"restartPolicy", "RecreateGroupAfterStart"}}}};
  SmallCluster starting(after_start);
  starting.Revision("k").LeaderStatefulSet().Leader(0).WorkerStatefulSet(0).Worker(
      0, 1, {{"status", {{"phase", "Pending"}}}});
  group = Group({Member(0, "leader"), Member(1, "worker", 1)});
  EXPECT_TRUE(Because(starting.ReconcilePod("s-0-1", options, &group), DecisionReason::kGroupStillStarting));
  // Without a policy the reference decides, and it sees nothing.
  EXPECT_TRUE(Because(cluster.ReconcilePod("s-0-1", {}, &group, nullptr), DecisionReason::kNoTrigger));
}

}  // namespace
}  // namespace lws
