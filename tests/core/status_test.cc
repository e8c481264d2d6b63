// The status of a set over its life, with and without a deadline. Laws are those of status.h.
#include "lws/core/groups/status.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/observation.h"
#include "lws/rollout/controls.h"

namespace lws {
namespace {

using internal::IsSetStatusCurrent;
using internal::NextSetStatus;
using internal::PolicyState;
using internal::RolloutProgressing;
using internal::SetStatus;
using internal::StatusCounts;

constexpr PolicyState kOnTime = {};
constexpr PolicyState kStalled = {RolloutProgressing::kStalled, RolloutHold::kNone};

PolicyState Held(RolloutHold hold) { return {RolloutProgressing::kOnTime, hold}; }

// A set of 4 groups whose host writes every status.
class Host {
 public:
  Host() {
    set_.mutable_metadata()->set_name("s");
    set_.mutable_metadata()->set_generation(1);
    set_.mutable_spec()->set_replicas(4);
  }

  LeaderWorkerSet& set() { return set_; }

  // "Progressing=True GroupsProgressing at 3, Available=False AllGroupsReady at 3" after a look in that minute. Checks
  // law 1 on the way.
  std::string Look(int minute, int updated, int done, const PolicyState& policy) {
    StatusCounts counts;
    counts.ready = counts.ready_below_replicas = done;
    counts.updated = counts.updated_in_range = updated;
    counts.in_range = 4;
    counts.done_in_range = done;
    SetObservation observation;
    observation.set = &set_;
    observation.groups_backing_off = backing_off;
    observation.groups_given_up = given_up;
    const absl::Time now = absl::UnixEpoch() + absl::Minutes(minute);
    const bool is_current = IsSetStatusCurrent(observation, counts, policy);
    const SetStatus next = NextSetStatus(observation, counts, now, policy);
    EXPECT_EQ(is_current, !next.changed) << "in minute " << minute;
    event_ = next.event_reason.value_or("");
    *set_.mutable_status() = *next.status;
    EXPECT_TRUE(IsSetStatusCurrent(observation, counts, policy)) << "in minute " << minute;
    EXPECT_FALSE(NextSetStatus(observation, counts, now + absl::Hours(1), policy).changed) << "in minute " << minute;
    std::string text;
    for (const Condition& condition : set_.status().conditions()) {
      EXPECT_EQ(condition.observed_generation(), set_.metadata().generation());
      absl::StrAppend(&text, text.empty() ? "" : ", ", condition.type(), "=", condition.status(), " ",
                      condition.reason(), " at ", condition.last_transition_time().substr(14, 2));
    }
    return text;
  }

  const std::string& event() const { return event_; }

  // What a restart policy remembers.
  std::vector<int32_t> backing_off;
  std::vector<int32_t> given_up;

  // The message of the condition; empty without it.
  std::string MessageOf(const std::string& type) const {
    for (const Condition& condition : set_.status().conditions()) {
      if (condition.type() == type) return condition.message();
    }
    return "";
  }

 private:
  LeaderWorkerSet set_;
  std::string event_;
};

TEST(StatusTest, Law5AHoldIsAConditionWithItsReason) {
  Host host;
  EXPECT_EQ(host.Look(1, 4, 4, kOnTime), "Available=True AllGroupsReady at 01") << "created only when it is True";
  EXPECT_EQ(host.Look(2, 4, 4, Held(RolloutHold::kPaused)),
            "Available=True AllGroupsReady at 01, RolloutHeld=True Paused at 02");
  EXPECT_EQ(host.event(), "");
  EXPECT_EQ(host.Look(3, 4, 4, Held(RolloutHold::kCanaryWait)),
            "Available=True AllGroupsReady at 01, RolloutHeld=True CanaryWait at 02");
  host.set().mutable_metadata()->set_generation(2);
  EXPECT_EQ(host.Look(4, 4, 4, Held(RolloutHold::kCanaryApproval)),
            "Available=True AllGroupsReady at 04, RolloutHeld=True CanaryApproval at 02");
  EXPECT_EQ(host.Look(5, 4, 4, Held(RolloutHold::kCanaryGroups)),
            "Available=True AllGroupsReady at 04, RolloutHeld=True CanaryGroups at 02");
  EXPECT_EQ(host.Look(6, 4, 4, kOnTime), "Available=True AllGroupsReady at 04, RolloutHeld=False RolloutGoesOn at 06");
}

TEST(StatusTest, Law6GroupsThatARestartPolicyHoldsAreNamed) {
  Host host;
  EXPECT_EQ(host.Look(1, 4, 4, kOnTime), "Available=True AllGroupsReady at 01") << "created only when they are True";
  host.backing_off = {2};
  EXPECT_EQ(host.Look(2, 4, 4, kOnTime), "Available=True AllGroupsReady at 01, RestartsHeld=True BackingOff at 02");
  EXPECT_EQ(host.event(), "");
  EXPECT_EQ(host.MessageOf("RestartsHeld"), "Groups that failed and wait for their backoff: 2");
  host.backing_off = {0, 2};
  host.Look(3, 4, 4, kOnTime);
  EXPECT_EQ(host.MessageOf("RestartsHeld"), "Groups that failed and wait for their backoff: 0, 2");
  host.backing_off = {};
  host.given_up = {2};
  EXPECT_EQ(host.Look(4, 4, 4, kOnTime),
            "Available=True AllGroupsReady at 01, RestartsHeld=False NoneWaits at 04, "
            "GroupsGivenUp=True NotRestarted at 04");
  EXPECT_EQ(host.MessageOf("GroupsGivenUp"),
            "Groups that failed and are not restarted until the set's template changes: 2");
  host.set().mutable_metadata()->set_generation(2);
  host.given_up = {};
  EXPECT_EQ(host.Look(5, 4, 4, kOnTime),
            "Available=True AllGroupsReady at 05, RestartsHeld=False NoneWaits at 04, "
            "GroupsGivenUp=False NoneGivenUp at 05");
  for (int32_t group = 0; group < 25; ++group) host.given_up.push_back(group);
  host.Look(6, 4, 4, kOnTime);
  EXPECT_TRUE(absl::EndsWith(host.MessageOf("GroupsGivenUp"),
                             ": 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, "
                             "16, 17, 18, 19 and 5 more"));
}

TEST(StatusTest, Laws1To3OverALife) {
  Host host;
  EXPECT_EQ(host.Look(1, 4, 0, kOnTime), "Progressing=True GroupsProgressing at 01");
  EXPECT_EQ(host.event(), "GroupsProgressing");
  EXPECT_EQ(host.Look(2, 4, 4, kOnTime),
            "Progressing=False GroupsProgressing at 02, Available=True AllGroupsReady at 02");
  EXPECT_EQ(host.event(), "AllGroupsReady");
  EXPECT_EQ(host.Look(3, 2, 2, kOnTime),
            "Progressing=True GroupsProgressing at 03, Available=False AllGroupsReady at 03, "
            "UpdateInProgress=True GroupsUpdating at 03");
  EXPECT_EQ(host.event(), "GroupsUpdating");
}

TEST(StatusTest, Law4AStalledRolloutIsNotProgressingUntilItMovesOn) {
  Host host;
  host.Look(1, 2, 2, kOnTime);
  EXPECT_EQ(host.Look(11, 2, 2, kStalled),
            "UpdateInProgress=True GroupsUpdating at 01, Progressing=False ProgressDeadlineExceeded at 11");
  EXPECT_EQ(host.event(), "");
  EXPECT_EQ(host.Look(12, 2, 2, kStalled),
            "UpdateInProgress=True GroupsUpdating at 01, Progressing=False ProgressDeadlineExceeded at 11");
  EXPECT_EQ(host.Look(13, 3, 3, kOnTime),
            "UpdateInProgress=True GroupsUpdating at 01, Progressing=True GroupsProgressing at 13");
}

TEST(StatusTest, Law4AfterTheLastGroupNothingIsStalled) {
  Host host;
  host.Look(1, 3, 3, kOnTime);
  host.Look(11, 3, 3, kStalled);
  EXPECT_EQ(host.Look(12, 4, 4, kOnTime),
            "UpdateInProgress=False GroupsUpdating at 12, Progressing=False GroupsProgressing at 12, "
            "Available=True AllGroupsReady at 12");
  EXPECT_EQ(host.Look(13, 4, 4, kOnTime),
            "UpdateInProgress=False GroupsUpdating at 12, Progressing=False GroupsProgressing at 12, "
            "Available=True AllGroupsReady at 12");
}

TEST(StatusTest, Law4AStalledRolloutThatNeverWasProgressing) {
  Host host;
  EXPECT_EQ(host.Look(1, 4, 3, kStalled), "Progressing=False ProgressDeadlineExceeded at 01");
  host.set().mutable_metadata()->set_generation(2);
  EXPECT_EQ(host.Look(2, 4, 3, kStalled), "Progressing=False ProgressDeadlineExceeded at 02");
}

}  // namespace
}  // namespace lws
