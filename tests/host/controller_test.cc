// The loop over a Cluster whose answers and their times a test decides. The laws are those of controller.h.
#include "lws/adapters/host/controller.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/cluster.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "tests/support/small_cluster.h"

namespace lws {
namespace {

// Every look shows the same: a set without objects, whose plan has four actions. Every name is such a set.
class ScriptedCluster final : public Cluster {
 public:
  SetObservation ObserveSet(absl::string_view, absl::string_view name) override {
    log.push_back(absl::StrCat("look ", name));
    return world_.Observe();
  }
  PodObservation ObservePod(absl::string_view, absl::string_view) override { return PodObservation(); }
  void Perform(const Action& action, absl::Time now, WriteDone done) override {
    log.push_back(absl::StrCat(VerbName(action.verb), " ", action.target.kind));
    if (on_perform) on_perform(action);
    if (is_slow) {
      waiting.push_back(std::move(done));
    } else {
      done(AnswerTo(action), now);
    }
  }
  void Record(const Event& event) override { log.push_back(absl::StrCat("event ", event.reason)); }

  // Answers the oldest waiting action.
  void Answer(const absl::StatusOr<WriteAnswer>& answer, absl::Time now) {
    ASSERT_FALSE(waiting.empty());
    const WriteDone done = std::move(waiting.front());
    waiting.pop_front();
    done(answer, now);
  }

  absl::StatusOr<WriteAnswer> AnswerTo(const Action& action) const {
    if (action.target.kind == failing_kind) return failure;
    return WriteAnswer();
  }

  int Looks() const {
    int looks = 0;
    for (const std::string& line : log) looks += line.compare(0, 4, "look") == 0;
    return looks;
  }

  bool is_slow = false;
  std::string failing_kind;
  absl::Status failure;
  std::function<void(const Action&)> on_perform;
  std::vector<std::string> log;
  std::deque<WriteDone> waiting;

 private:
  SmallCluster world_;
};

const absl::Time kStart = absl::UnixEpoch();

WriteAnswer AtVersion(const std::string& version) {
  WriteAnswer answer;
  answer.uid = "u";
  answer.resource_version = version;
  return answer;
}

TEST(ControllerTest, ActionsAndEventsComeInTheOrderOfThePlan) {
  ScriptedCluster cluster;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart), 1);
  EXPECT_EQ(cluster.log, (std::vector<std::string>{"look s", "create ControllerRevision", "event CreatingRevision",
                                                   "apply StatefulSet", "event GroupsProgressing", "create Service",
                                                   "update-status LeaderWorkerSet", "event GroupsProgressing"}));
  EXPECT_EQ(controller.NextDue(), std::nullopt);
}

TEST(ControllerTest, Law1AKeyHasOnePlanAtATimeAndRunsAgainWhenItChangedMeanwhile) {
  ScriptedCluster cluster;
  cluster.is_slow = true;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart), 1);
  controller.SetChanged("n", "s");  // by somebody else
  EXPECT_EQ(controller.RunDue(kStart), 0);
  for (int i = 0; i < 4; ++i) cluster.Answer(WriteAnswer(), kStart);
  EXPECT_EQ(cluster.Looks(), 1);
  EXPECT_EQ(controller.RunDue(kStart), 1);
  EXPECT_EQ(cluster.Looks(), 2);
}

TEST(ControllerTest, Law1PlansOfDifferentKeysAreSideBySideUpToTheHostsNumber) {
  ScriptedCluster cluster;
  cluster.is_slow = true;
  ControllerOptions options;
  options.most_under_way = 3;
  Controller controller(&cluster, options);
  for (const char* name : {"a", "b", "c", "d", "e"}) controller.SetChanged("n", name);
  EXPECT_EQ(controller.RunDue(kStart), 3);
  EXPECT_EQ(controller.under_way(), 3);
  EXPECT_EQ(controller.NextDue(), std::nullopt) << "nothing can be taken before an answer comes";
  // The first plan performs its four actions, while the others wait for the answer to their first action.
  cluster.Answer(WriteAnswer(), kStart);
  std::rotate(cluster.waiting.begin(), cluster.waiting.end() - 1, cluster.waiting.end());
  for (int i = 0; i < 3; ++i) {
    cluster.Answer(WriteAnswer(), kStart);
    if (i < 2) std::rotate(cluster.waiting.begin(), cluster.waiting.end() - 1, cluster.waiting.end());
  }
  EXPECT_EQ(controller.under_way(), 2);
  EXPECT_TRUE(controller.NextDue().has_value());
  EXPECT_EQ(controller.RunDue(kStart), 1);
}

TEST(ControllerTest, Law1TakeAndDoneAreTheLoopInTheHostsOwnHands) {
  ScriptedCluster cluster;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  std::optional<Work> work = controller.Take(kStart);
  ASSERT_TRUE(work.has_value());
  EXPECT_EQ(work->plan.actions.size(), 4u);
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.Take(kStart), std::nullopt);
  work->actions_done = 4;
  controller.Done(*work, absl::OkStatus(), kStart);
  EXPECT_TRUE(controller.Take(kStart).has_value());
}

TEST(ControllerTest, Law2AKeyWaitsUntilTheViewHasItsWrites) {
  ScriptedCluster cluster;
  cluster.is_slow = true;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  controller.RunDue(kStart);
  cluster.Answer(AtVersion("11"), kStart);  // revision
  cluster.Answer(AtVersion("12"), kStart);  // StatefulSet
  cluster.Answer(WriteAnswer(), kStart);    // Service: the view has it
  controller.Saw({"LeaderWorkerSet", "n", "s"}, "14");
  cluster.Answer(AtVersion("13"), kStart);  // status: a watch reported it before the answer
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart), 0) << "two writes are not seen";
  controller.Saw({"StatefulSet", "n", "s"}, "9");   // older news
  controller.Saw({"StatefulSet", "n", "t"}, "99");  // another object
  EXPECT_EQ(controller.RunDue(kStart), 0);
  controller.Saw({"StatefulSet", "n", "s"}, "12");
  EXPECT_EQ(controller.RunDue(kStart), 0) << "the revision is not seen";
  controller.SawAll("ControllerRevision", "10");
  EXPECT_EQ(controller.RunDue(kStart), 0);
  controller.SawAll("ControllerRevision", "20");
  EXPECT_EQ(controller.RunDue(kStart), 1);
}

TEST(ControllerTest, Law2AnotherKeyDoesNotWait) {
  ScriptedCluster cluster;
  cluster.is_slow = true;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  controller.RunDue(kStart);
  for (int i = 0; i < 4; ++i) cluster.Answer(AtVersion("5"), kStart);
  controller.SetChanged("n", "t");
  EXPECT_EQ(controller.RunDue(kStart), 1);
}

TEST(ControllerTest, Law2VersionsThatAreNoNumbersAreComparedForEquality) {
  ScriptedCluster cluster;
  cluster.is_slow = true;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  controller.RunDue(kStart);
  cluster.Answer(AtVersion("abc"), kStart);
  for (int i = 0; i < 3; ++i) cluster.Answer(WriteAnswer(), kStart);
  controller.SetChanged("n", "s");
  controller.SawAll("ControllerRevision", "abd");
  EXPECT_EQ(controller.RunDue(kStart), 0);
  controller.SawAll("ControllerRevision", "abc");
  EXPECT_EQ(controller.RunDue(kStart), 1);
}

// The delays between looks at a key whose plan fails repeatedly.
std::vector<absl::Duration> Delays(ScriptedCluster* cluster, ControllerOptions options, int looks) {
  Controller controller(cluster, std::move(options));
  controller.SetChanged("n", "s");
  std::vector<absl::Duration> delays;
  absl::Time now = kStart;
  controller.RunOne(now);
  for (int i = 0; i < looks; ++i) {
    const std::optional<absl::Time> next = controller.NextDue();
    if (!next.has_value()) break;
    delays.push_back(*next - now);
    now = *next;
    controller.RunOne(now);
  }
  return delays;
}

TEST(ControllerTest, Law3DelaysGrowFromFirstToMost) {
  ScriptedCluster cluster;
  cluster.failing_kind = "StatefulSet";
  cluster.failure = absl::UnavailableError("no");
  ControllerOptions options;
  options.first_backoff = absl::Milliseconds(5);
  options.max_backoff = absl::Milliseconds(30);
  EXPECT_EQ(Delays(&cluster, options, 5),
            (std::vector<absl::Duration>{absl::Milliseconds(5), absl::Milliseconds(10), absl::Milliseconds(20),
                                         absl::Milliseconds(30), absl::Milliseconds(30)}));
  EXPECT_EQ(cluster.log[4], "event FailedCreate");
}

TEST(ControllerTest, Law3AForeseenConflictIsTriedAtOnceButNeverForEver) {
  ScriptedCluster cluster;
  cluster.failing_kind = "LeaderWorkerSet";
  cluster.failure = absl::AbortedError("conflict");
  EXPECT_EQ(Delays(&cluster, {}, 3),
            (std::vector<absl::Duration>{absl::ZeroDuration(), absl::Milliseconds(200), absl::Milliseconds(400)}));
}

TEST(ControllerTest, Law4OwnWritesOfAFailingPlanMakeNoHotLoop) {
  ScriptedCluster cluster;
  cluster.failing_kind = "StatefulSet";
  cluster.failure = absl::InvalidArgumentError("immutable");
  Controller controller(&cluster, {});
  // Written objects are reported at once, as a synchronous host does.
  cluster.on_perform = [&controller](const Action&) { controller.SetChanged("n", "s"); };
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart), 1);
  EXPECT_EQ(controller.NextDue(), kStart + absl::Milliseconds(100));
}

TEST(ControllerTest, Law4OwnWritesOfAPlanThatSucceedsMakeTheKeyDueOnceAtOnceAndThenWithDelays) {
  ScriptedCluster cluster;
  Controller controller(&cluster, {});
  cluster.on_perform = [&controller](const Action&) { controller.SetChanged("n", "s"); };
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart), 2);
  EXPECT_EQ(controller.NextDue(), kStart + absl::Milliseconds(100));
  EXPECT_EQ(controller.RunDue(kStart + absl::Milliseconds(100)), 1);
  EXPECT_EQ(controller.NextDue(), kStart + absl::Milliseconds(300));
  // A change by somebody else ends the row.
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart + absl::Milliseconds(110)), 2);
}

TEST(ControllerTest, Law4ChangesByOthersWhileAPlanIsUnderWayCountAtOnce) {
  ScriptedCluster cluster;
  cluster.is_slow = true;
  Controller controller(&cluster, {});
  controller.SetChanged("n", "s");
  controller.RunDue(kStart);
  controller.SetChanged("n", "s");
  cluster.Answer(absl::UnavailableError("no"), kStart);
  EXPECT_EQ(controller.RunDue(kStart), 1);
}

TEST(ControllerTest, Law5TheSameCallsMakeTheSamePlans) {
  const auto run = [] {
    ScriptedCluster cluster;
    cluster.is_slow = true;
    Controller controller(&cluster, {});
    for (int i = 0; i < 50; ++i) {
      controller.SetChanged("n", absl::StrCat("s", i * 7 % 11));
      controller.RunDue(kStart + absl::Milliseconds(i));
      if (!cluster.waiting.empty()) {
        cluster.Answer(i % 5 == 0 ? absl::StatusOr<WriteAnswer>(absl::AbortedError("c")) : WriteAnswer(),
                       kStart + absl::Milliseconds(i));
      }
    }
    return cluster.log;
  };
  EXPECT_EQ(run(), run());
}

TEST(ControllerTest, PoliciesAreAskedForSetBySetAndTheirErrorEndsThePlan) {
  ScriptedCluster cluster;
  ControllerOptions options;
  options.policies = [](const LeaderWorkerSet&) -> absl::StatusOr<SetPolicies> {
    return absl::InvalidArgumentError("no policy");
  };
  std::vector<absl::Status> told;
  options.on_plan = [&told](const Work&, const absl::Status& status) { told.push_back(status); };
  Controller controller(&cluster, options);
  controller.SetChanged("n", "s");
  EXPECT_EQ(controller.RunDue(kStart), 1);
  EXPECT_EQ(cluster.log, std::vector<std::string>{"look s"});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].message(), "no policy");
}

}  // namespace
}  // namespace lws
