// What is counted of a StatefulSet's pods is what a count of all of them gives.
#include "lws/adapters/simulation/kubernetes/statefulset_pods.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

SharedObject Pod(const char* text) { return std::make_shared<const StoredObject>(Json::parse(text)); }

TEST(StatefulSetPodsTest, ReadsWhatTheControllerAsksOfAPod) {
  const ObjectRef key = {"Pod", "default", "s-0"};
  const SeenPod ready = ReadStatefulSetPod(key, Pod(R"({"metadata": {"labels": {"controller-revision-hash": "s-1"}},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})"));
  EXPECT_EQ(ready.revision, "s-1");
  EXPECT_TRUE(ready.healthy());
  EXPECT_FALSE(ready.ended);
  const SeenPod going = ReadStatefulSetPod(key, Pod(R"({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})"));
  EXPECT_TRUE(going.ready && going.deleting && !going.healthy());
  EXPECT_TRUE(ReadStatefulSetPod(key, Pod(R"({"status": {"phase": "Failed"}})")).ended);
  // A condition that is left of a pod that has ended does not count.
  EXPECT_FALSE(ReadStatefulSetPod(key, Pod(R"({"status": {"phase": "Succeeded",
    "conditions": [{"type": "Ready", "status": "True"}]}})"))
                   .ready);
  EXPECT_EQ(ReadStatefulSetPod(key, Pod("{}")).revision, "");
}

void ExpectCounted(const StatefulSetPods& pods, const std::map<int64_t, SeenPod>& all, uint64_t seed) {
  int64_t ready = 0;
  int64_t healthy = 0;
  std::set<int64_t> ended;
  std::map<std::string, int64_t> of_revision;
  std::map<std::string, int64_t> staying;
  for (const auto& [ordinal, pod] : all) {
    ready += pod.ready ? 1 : 0;
    healthy += pod.healthy() ? 1 : 0;
    if (pod.ended && !pod.deleting) ended.insert(ordinal);
    ++of_revision[pod.revision];
    staying[pod.revision] += pod.deleting ? 0 : 1;
  }
  ASSERT_EQ(pods.pods().size(), all.size()) << "seed " << seed;
  ASSERT_EQ(pods.ready(), ready) << "seed " << seed;
  ASSERT_EQ(pods.healthy(), healthy) << "seed " << seed;
  ASSERT_EQ(pods.ended(), ended) << "seed " << seed;
  ASSERT_EQ(pods.revisions().size(), of_revision.size()) << "seed " << seed;
  for (const auto& [revision, count] : of_revision) {
    ASSERT_EQ(pods.revisions().at(revision).all, count) << "seed " << seed;
    ASSERT_EQ(pods.Staying(revision), staying.at(revision)) << "seed " << seed;
  }
  ASSERT_EQ(pods.Staying("never"), 0);
}

// The questions about ranges of ordinals, by a look at each ordinal.
void ExpectRanges(const StatefulSetPods& pods, const std::map<int64_t, SeenPod>& all, uint64_t seed) {
  for (int64_t begin = 0; begin <= 4; ++begin) {
    for (int64_t end = begin; end <= 8; ++end) {
      std::vector<int64_t> missing;
      std::vector<int64_t> others;
      bool is_unhealthy = false;
      for (int64_t ordinal = begin; ordinal < end; ++ordinal) {
        const auto found = all.find(ordinal);
        if (found == all.end()) {
          missing.push_back(ordinal);
          continue;
        }
        is_unhealthy |= !found->second.healthy();
        if (found->second.revision != "s-1" && !found->second.deleting) others.insert(others.begin(), ordinal);
      }
      ASSERT_EQ(pods.Missing(begin, end), missing) << "seed " << seed << ": [" << begin << ", " << end << ")";
      ASSERT_EQ(pods.IsAnyUnhealthy(begin, end), is_unhealthy) << "seed " << seed;
      ASSERT_EQ(pods.StayingOthers("s-1", begin, end, 8), others) << "seed " << seed;
      if (others.size() > 1) others.resize(1);
      ASSERT_EQ(pods.StayingOthers("s-1", begin, end, 1), others) << "seed " << seed;
      ASSERT_TRUE(pods.StayingOthers("s-1", begin, end, 0).empty()) << "seed " << seed;
    }
  }
}

TEST(StatefulSetPodsTest, Law1CountsAreThoseOfThePods) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    StatefulSetPods pods;
    std::map<int64_t, SeenPod> all;
    for (int step = 0; step < 60; ++step) {
      const auto ordinal = static_cast<int64_t>(random() % 6);
      if (random() % 3 == 0) {
        pods.Erase(ordinal);
        all.erase(ordinal);
      } else {
        SeenPod pod;
        pod.revision = "s-" + std::to_string(1 + random() % 3);
        pod.deleting = random() % 3 == 0;
        pod.ended = random() % 3 == 0;
        pod.ready = random() % 2 == 0;
        pods.Put(ordinal, pod);
        all[ordinal] = pod;
      }
      ASSERT_NO_FATAL_FAILURE(ExpectCounted(pods, all, seed));
      ASSERT_NO_FATAL_FAILURE(ExpectRanges(pods, all, seed));
    }
  }
}

}  // namespace
}  // namespace lws::simulation
