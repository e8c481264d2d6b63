// The tables that decide on a pod, over every combination of their facts.
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/observed.h"
#include "lws/core/plan/decision.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"

namespace lws {
namespace {

bool Bit(uint32_t bits, int place) { return (bits >> place & 1) != 0; }

RestartFacts RestartFactsFrom(uint32_t bits) {
  RestartFacts facts;
  facts.policy_restarts = Bit(bits, 0);
  facts.triggered = Bit(bits, 1);
  facts.waits_for_start = Bit(bits, 2);
  facts.group_started = Bit(bits, 3);
  facts.is_leader = Bit(bits, 4);
  facts.leader_exists = Bit(bits, 5);
  facts.same_revision = Bit(bits, 6);
  facts.belongs_to_leader = Bit(bits, 7);
  facts.leader_terminating = Bit(bits, 8);
  return facts;
}

TEST(RestartTableTest, Laws1To4OverAllFacts) {
  int restarts = 0;
  for (uint32_t bits = 0; bits < 1u << 9; ++bits) {
    const RestartFacts facts = RestartFactsFrom(bits);
    const RestartDecision decision = DecideRestart(facts);
    const std::string where = absl::StrCat("facts ", bits);
    EXPECT_EQ(decision.restart, decision.reason == DecisionReason::kRestartGroup) << "law 1, " << where;
    if (!facts.triggered) EXPECT_FALSE(decision.restart) << "law 2, " << where;
    if (!facts.same_revision || !facts.belongs_to_leader) EXPECT_FALSE(decision.restart) << "law 3, " << where;
    if (facts.leader_terminating) EXPECT_FALSE(decision.restart) << "law 4, " << where;
    restarts += decision.restart ? 1 : 0;
  }
  // Both values of is_leader, with a start that is not waited for, or that has happened.
  EXPECT_EQ(restarts, 2 * 3);
}

TEST(RestartTableTest, Law2OnlyARunningOrPendingPodTriggersByItsContainers) {
  for (const PodPhase phase :
       {PodPhase::kPending, PodPhase::kRunning, PodPhase::kSucceeded, PodPhase::kFailed, PodPhase::kUnknown}) {
    const bool alive = phase == PodPhase::kPending || phase == PodPhase::kRunning;
    EXPECT_FALSE(TriggersRestart(phase, /*restarted=*/false, /*terminating=*/false));
    EXPECT_EQ(TriggersRestart(phase, /*restarted=*/true, /*terminating=*/false), alive);
    EXPECT_TRUE(TriggersRestart(phase, /*restarted=*/false, /*terminating=*/true));
  }
}

TEST(LeaderTableTest, Laws1And2OverAllFacts) {
  int creations = 0;
  for (uint32_t bits = 0; bits < 1u << 7; ++bits) {
    LeaderFacts facts;
    facts.is_mistaken = Bit(bits, 0);
    facts.terminating = Bit(bits, 1);
    facts.single_member = Bit(bits, 2);
    facts.waits_for_ready = Bit(bits, 3);
    facts.has_revision = Bit(bits, 4);
    facts.waits_for_schedule = Bit(bits, 5);
    facts.has_workers = Bit(bits, 6);
    const bool creates = DecideLeader(facts) == DecisionReason::kWorkersMissing;  // by law 1 nothing else creates
    if (facts.terminating || !facts.has_revision) EXPECT_FALSE(creates) << "law 2, facts " << bits;
    if (facts.is_mistaken || facts.single_member || facts.has_workers) EXPECT_FALSE(creates) << "facts " << bits;
    creations += creates ? 1 : 0;
  }
  EXPECT_EQ(creations, 1);
}

}  // namespace
}  // namespace lws
