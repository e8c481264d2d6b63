// The leader StatefulSet in numbers, compared with one that looks at every pod every time.
#include "lws/adapters/simulation/numbers/leader_rollout.h"

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

using internal::LeaderRollout;

constexpr unsigned kSeed = 20261125;

struct NaivePod {
  RevisionId revision = 0;
  bool ready = false;
  bool stopping = false;
  bool healthy() const { return ready && !stopping; }
};

class Naive {
 public:
  explicit Naive(bool feature) : feature_(feature) {}

  void Apply(const LeaderRollout::Spec& spec) {
    spec_ = spec;
    if (current_ == 0) current_ = spec.revision;
  }

  LeaderRollout::Work Sync() {
    LeaderRollout::Work work;
    for (int32_t i = 0; i < spec_.replicas; ++i) {
      if (pods.count(i) > 0) continue;
      pods[i].revision = i < spec_.partition ? current_ : spec_.revision;
      work.create.emplace_back(i, pods[i].revision);
    }
    for (auto& [ordinal, pod] : pods) {
      if (ordinal >= spec_.replicas) Stop(ordinal, &work);
    }
    Roll(&work);
    bool complete = true;
    for (const auto& [ordinal, pod] : pods) {
      complete = complete && pod.ready && !pod.stopping && pod.revision == spec_.revision;
    }
    if (complete) current_ = spec_.revision;
    return work;
  }

  std::map<int32_t, NaivePod> pods;

 private:
  void Stop(int32_t ordinal, LeaderRollout::Work* work) {
    if (pods[ordinal].stopping) return;
    pods[ordinal].stopping = true;
    work->stop.push_back(ordinal);
  }

  void Roll(LeaderRollout::Work* work) {
    int32_t budget = spec_.max_unavailable;
    for (int32_t i = 0; i < spec_.replicas; ++i) budget -= !pods[i].healthy();
    for (int32_t i = spec_.replicas - 1; i >= spec_.partition; --i) {
      const bool old = !pods[i].stopping && pods[i].revision != spec_.revision;
      if (!feature_ && old) return Stop(i, work);
      if (!feature_ && !pods[i].healthy()) return;
      if (!old) continue;
      if (budget-- <= 0) return;
      Stop(i, work);
    }
  }

  bool feature_;
  LeaderRollout::Spec spec_;
  RevisionId current_ = 0;
};

void RunHistory(unsigned seed) {
  std::mt19937 random(seed);
  const auto draw = [&random](uint32_t count) { return static_cast<int32_t>(random() % count); };
  const bool feature = seed % 2 == 0;
  LeaderRollout leaders(feature);
  Naive naive(feature);
  LeaderRollout::Spec spec;
  LeaderRollout::Work work;
  for (int step = 0; step < 400; ++step) {
    if (step == 0 || draw(12) == 0) {
      if (step == 0 || draw(3) == 0) spec.revision = static_cast<RevisionId>(1 + draw(3));
      spec.replicas = 1 + draw(8);
      spec.partition = draw(static_cast<uint32_t>(spec.replicas) + 2);
      spec.max_unavailable = 1 + draw(3);
      leaders.Apply(spec);
      naive.Apply(spec);
    }
    leaders.Sync(&work);
    const LeaderRollout::Work wanted = naive.Sync();
    ASSERT_EQ(work.create, wanted.create) << "step " << step;
    ASSERT_EQ(std::multiset<int32_t>(work.stop.begin(), work.stop.end()),
              std::multiset<int32_t>(wanted.stop.begin(), wanted.stop.end()))
        << "step " << step;
    ASSERT_EQ(leaders.status_replicas(), static_cast<int32_t>(naive.pods.size()));
    if (naive.pods.empty()) continue;
    auto& [ordinal, pod] = *std::next(naive.pods.begin(), draw(static_cast<uint32_t>(naive.pods.size())));
    if (pod.stopping) {
      leaders.SetGone(ordinal);
      naive.pods.erase(ordinal);
    } else if (pod.ready && draw(8) == 0) {
      leaders.SetStopping(ordinal);  // somebody deletes it
      pod.stopping = true;
    } else if (!pod.ready || draw(8) == 0) {
      pod.ready = !pod.ready;
      leaders.SetReady(ordinal, pod.ready);
    }
  }
}

TEST(LeaderStatefulSetTest, EqualsOneThatLooksAtEveryPod) {
  for (unsigned seed = kSeed; seed < kSeed + 2000; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RunHistory(seed);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace lws
