// The laws of the parts of the simulation in numbers: what is drawn, and what watches tell late.
#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/simulation/numbers/late_watches.h"
#include "lws/adapters/simulation/numbers/simulated_groups.h"
#include "lws/adapters/simulation/numbers/simulation_errors.h"
#include "lws/adapters/simulation/numbers/simulation_timers.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/observation.h"

namespace lws::internal {
namespace {

// The 64-bit Mersenne Twister as its authors describe it.
class Twister {
 public:
  explicit Twister(uint64_t seed) {
    state_[0] = seed;
    for (size_t i = 1; i < state_.size(); ++i) {
      state_[i] = 6364136223846793005u * (state_[i - 1] ^ (state_[i - 1] >> 62)) + i;
    }
  }

  uint64_t Next() {
    if (at_ == state_.size()) Twist();
    uint64_t x = state_[at_++];
    x ^= (x >> 29) & 0x5555555555555555u;
    x ^= (x << 17) & 0x71d67fffeda60000u;
    x ^= (x << 37) & 0xfff7eee000000000u;
    return x ^ (x >> 43);
  }

 private:
  void Twist() {
    constexpr uint64_t kLow = (uint64_t{1} << 31) - 1;
    for (size_t i = 0; i < state_.size(); ++i) {
      const uint64_t x = (state_[i] & ~kLow) | (state_[(i + 1) % state_.size()] & kLow);
      state_[i] = state_[(i + 156) % state_.size()] ^ (x >> 1) ^ (x % 2 == 0 ? 0 : 0xb5026f5aa96619e9u);
    }
    at_ = 0;
  }

  std::array<uint64_t, 312> state_ = {};
  size_t at_ = 312;
};

// What is drawn is the generator's numbers, which no compiler is free to choose, and integers made of them.
TEST(ChanceTest, Law1SameSeedSameCallsSameDraws) {
  for (const uint64_t seed : {1u, 17u, 20261126u}) {
    SimulationTimers timers;
    SimulationFaults faults;
    Chance chance(seed, faults, [&timers] { return absl::Milliseconds(timers.now()); });
    Twister twister(seed);
    std::mt19937_64 calls(seed + 1);
    int happened = 0;
    for (int i = 0; i < 5000; ++i) {
      const std::string where = absl::StrCat("seed ", seed, ", call ", i);
      if (calls() % 2 == 0) {
        const auto rate = static_cast<int32_t>(calls() % 1000);
        const bool expected = rate > 0 && twister.Next() % 1000 < static_cast<uint64_t>(rate);
        ASSERT_EQ(chance.Happens(rate), expected) << where;
        happened += expected;
      } else {
        const auto least = static_cast<int64_t>(calls() % 1000);
        const auto more = static_cast<int64_t>(calls() % 1000);
        const int64_t expected = least + static_cast<int64_t>(twister.Next() % static_cast<uint64_t>(more + 1));
        ASSERT_EQ(chance.Draw({absl::Milliseconds(least), absl::Milliseconds(least + more)}), expected) << where;
      }
      ASSERT_FALSE(chance.Happens(0)) << where;  // and draws nothing
    }
    EXPECT_GT(happened, 500);
  }
}

// What broke the simulation stays known, whatever plans come after it.
TEST(SimulationErrorsTest, ABrokenSimulationStaysBroken) {
  SimulationErrors errors;
  errors.plan = absl::AbortedError("a conflict");
  EXPECT_EQ(errors.Latest(), absl::AbortedError("a conflict"));
  errors.plan = absl::OkStatus();
  EXPECT_TRUE(errors.Latest().ok());
  errors.Keep(absl::InternalError("the fleet took no pod"));
  errors.Keep(absl::OkStatus());
  errors.plan = absl::OkStatus();
  EXPECT_EQ(errors.Latest(), absl::InternalError("the fleet took no pod"));
}

constexpr int kSize = 3;
constexpr int kGroups = 3;

// Groups that change one object at a time, the watches that tell of it, and what the controller sees.
class Watched {
 public:
  explicit Watched(uint64_t seed, const SimulationFaults& faults)
      : chance_(seed, faults, [this] { return absl::Milliseconds(timers_.now()); }),
        watches_(&groups_, &fleet_, &chance_, &timers_, &errors_),
        random_(seed) {
    LeaderWorkerSet set;
    set.mutable_metadata()->set_name("s");
    set.mutable_metadata()->set_namespace_("n");
    set.mutable_spec()->set_replicas(kGroups);
    set.mutable_spec()->mutable_leader_worker_template()->set_size(kSize);
    fleet_.AddSet(set);
    groups_.Begin(fleet_.numbers().OfSet("n", "s"), kSize);
    groups_.Grow(kGroups);
    EXPECT_TRUE(fleet_.numbers().OfRevision(groups_.set_number(), "k").ok());
    EXPECT_TRUE(fleet_.numbers().OfNode("node").ok());
    past_.resize(kGroups);
    for (int32_t group = 0; group < kGroups; ++group) Remember(group);
    watches_.ListLater();
  }

  // Something of one object changes, and is told.
  void Change() {
    const auto group = static_cast<int32_t>(Draw(kGroups));
    const auto worker = static_cast<int32_t>(Draw(kSize));
    if (Draw(4) == 0) {
      ChangeWorkers(&groups_.At(group));
      Remember(group);
      watches_.TellWorkers(group);
    } else {
      ChangePod(&groups_.PodOf(group, worker));
      Remember(group);
      watches_.TellPod(group, worker);
    }
  }

  // Runs the timers of the next second.
  void Wait() {
    const int64_t end = timers_.now() + 1000;
    while (timers_.Next().has_value() && *timers_.Next() <= end) {
      timers_.MoveTo(*timers_.Next());
      timers_.Take(&due_);
      for (const SimulationTimer& timer : due_) {
        if (timer.kind == TimerKind::kTellGroup) watches_.TellGroupNow(timer.group);
        if (timer.kind != TimerKind::kList) continue;
        watches_.List();
        watches_.ListLater();
      }
    }
    timers_.MoveTo(end);
  }

  // Whether the controller sees the group as it was at some time, and whether it is late.
  bool SeesOneTime(int32_t group) const { return past_[group].count(Seen(group)) > 0; }
  bool IsLate(int32_t group) const { return Seen(group) != Real(group); }
  std::string Show(int32_t group) const { return absl::StrCat(Seen(group), " while there is ", Real(group)); }
  const SimulationErrors& errors() const { return errors_; }

 private:
  uint64_t Draw(uint64_t count) { return random_() % count; }

  void ChangePod(SimulatedPod* pod) {
    if (!pod->exists) {
      const uint32_t life = pod->life;
      *pod = SimulatedPod();
      pod->life = life + 1;
      pod->exists = true;
    } else if (Draw(6) == 0) {
      pod->exists = false;
    } else {
      pod->started = Draw(4) > 0;
      pod->ready = Draw(2) == 0;
      pod->restarted = Draw(6) == 0;
      pod->stopping = Draw(6) == 0;
    }
  }

  void ChangeWorkers(SimulatedGroup* group) {
    if (!group->has_workers) ++group->workers_life;
    group->has_workers = group->workers_life == 1 || Draw(6) > 0;
    group->workers_stopping = Draw(6) == 0;
    group->members = static_cast<int32_t>(Draw(kSize));
    group->ready_members = static_cast<int32_t>(Draw(kSize));
  }

  void Remember(int32_t group) { past_[group].insert(Real(group)); }

  static std::string PodText(PodPhase phase, bool restarted, bool stopping, const std::string& more) {
    return absl::StrCat("[", static_cast<int>(phase), restarted ? " restarted" : "", stopping ? " stopping" : "", more,
                        "]");
  }

  // The group as it is: members in order, and the workers' StatefulSet.
  std::string Real(int32_t group) const {
    std::string text;
    for (int32_t worker = 0; worker < kSize; ++worker) {
      const SimulatedPod& pod = groups_.PodsOf(group)[worker];
      if (!pod.exists) {
        absl::StrAppend(&text, "[]");
        continue;
      }
      absl::StrAppend(&text, PodText(pod.started ? PodPhase::kRunning : PodPhase::kPending, pod.restarted, pod.stopping,
                                     absl::StrCat(" ", pod.life, worker == 0 && pod.ready ? " ready" : "")));
    }
    const SimulatedGroup& state = groups_.At(group);
    if (!state.has_workers) return absl::StrCat(text, "-");
    return absl::StrCat(text, state.members, "/", state.ready_members, state.workers_stopping ? " stopping" : "", " ",
                        state.workers_life);
  }

  std::string Seen(int32_t group) const {
    std::string text;
    const ObservedStatefulSet* workers = nullptr;
    for (int32_t worker = 0; worker < kSize; ++worker) {
      const std::string name = worker == 0 ? absl::StrCat("s-", group) : absl::StrCat("s-", group, "-", worker);
      const PodObservation observation = fleet_.ObservePod("n", name);
      if (observation.pod == nullptr) {
        absl::StrAppend(&text, "[]");
        continue;
      }
      const ObservedPod& pod = *observation.pod;
      const PackedUid uid = *ParsePackedUid(pod.meta.uid);
      absl::StrAppend(&text,
                      PodText(pod.phase, pod.restarted, pod.meta.terminating,
                              absl::StrCat(" ", uid.words[3], worker == 0 && pod.has_ready_condition ? " ready" : "")));
    }
    const SetObservation whole = fleet_.ObserveWholeSet("n", "s");
    for (const ObservedStatefulSet* statefulset : whole.worker_statefulsets) {
      if (statefulset->meta.name == absl::StrCat("s-", group)) workers = statefulset;
    }
    if (workers == nullptr) return absl::StrCat(text, "-");
    const PackedUid uid = *ParsePackedUid(workers->meta.uid);
    return absl::StrCat(text, workers->status_replicas, "/", workers->available_replicas,
                        workers->meta.terminating ? " stopping" : "", " ", uid.words[3]);
  }

  SimulatedGroups groups_;
  mutable Fleet fleet_;
  SimulationTimers timers_;
  Chance chance_;
  SimulationErrors errors_;
  LateWatches watches_;
  std::mt19937_64 random_;
  std::vector<SimulationTimer> due_;
  std::vector<std::set<std::string>> past_;  // by group: what it was
};

TEST(LateWatchesTest, Law1AGroupIsToldAsItIsAtOneTime) {
  SimulationFaults faults;
  faults.late = 300;
  faults.lost = 100;
  faults.twice = 200;
  faults.most_late = absl::Seconds(5);
  faults.list_every = absl::Seconds(20);
  faults.until = absl::Hours(1);
  int64_t late = 0;
  int64_t in_time = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Watched watched(seed, faults);
    for (int step = 0; step < 200; ++step) {
      watched.Change();
      if (step % 3 == 0) watched.Wait();
      for (int32_t group = 0; group < kGroups; ++group) {
        ASSERT_TRUE(watched.SeesOneTime(group)) << "seed " << seed << ", step " << step << ": " << watched.Show(group);
        (watched.IsLate(group) ? late : in_time) += 1;
      }
    }
    EXPECT_TRUE(watched.errors().broken.ok()) << watched.errors().broken;
  }
  EXPECT_GT(late, 1000);
  EXPECT_GT(in_time, 1000);
}

}  // namespace
}  // namespace lws::internal
