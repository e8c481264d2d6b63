// Properties of every recorded state: round trips, idempotence of admission, and independence of the order of the
// input.
#include <zlib.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/message_equality.h"
#include "lws/api/strict_integer.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::ParseStrictInteger;

using internal::EqualMessages;

constexpr unsigned kSeed = 20261125;

// Calls `check` with every vector of the file; returns their number.
int ForEachVector(const std::string& file, const std::function<void(const Json&)>& check) {
  gzFile stream = gzopen(("tests/conformance/vectors/" + file + ".jsonl.gz").c_str(), "rb");
  EXPECT_NE(stream, nullptr) << file;
  if (stream == nullptr) return 0;
  std::string line;
  std::vector<char> buffer(1 << 16);
  int count = 0;
  while (gzgets(stream, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
    line += buffer.data();
    if (line.back() != '\n') continue;
    check(Json::parse(line));
    ++count;
    line.clear();
  }
  gzclose(stream);
  return count;
}

TEST(VectorPropertiesTest, AdmittedSetsSurviveRoundTripsAndAdmission) {
  int admitted_again = 0;
  int unchanged = 0;
  const int count = ForEachVector("admit-set", [&](const Json& vector) {
    if (!vector["expect"].contains("object")) return;
    const std::string name = vector["name"];
    const Json& object = vector["expect"]["object"];
    const LeaderWorkerSet set = *LeaderWorkerSetFromJson(object);
    EXPECT_EQ(LeaderWorkerSetToJson(set), object) << name;
    EXPECT_TRUE(EqualMessages(*LeaderWorkerSetFromJson(LeaderWorkerSetToJson(set)), set)) << name;
    // Admission, law 1: what was admitted is admitted again, unchanged.
    Json again = object;
    again.erase("status");
    const SetAdmission admission = AdmitSet(again);
    for (const FieldError& error : admission.errors) EXPECT_EQ(error.detail, "Required value") << name;
    if (admission.stage == AdmissionStage::kAdmitted) {
      ++admitted_again;
      // An empty text with a default gets the default now. After that nothing changes.
      const Json second = LeaderWorkerSetToJson(*admission.set);
      unchanged += second["spec"] == object["spec"];
      EXPECT_EQ(LeaderWorkerSetToJson(*AdmitSet(second).set)["spec"], second["spec"]) << name;
    }
    // Revision data, laws 1, 2 and 5.
    const std::string data = RevisionData(set);
    EXPECT_EQ(RevisionData(*ApplyRevision(set, data)), data) << name;
    EXPECT_EQ(LeaderWorkerSetToJson(*ApplyRevision(set, data)), object) << name << ": law 5";
    EXPECT_TRUE(SameRevision(set, data, data)) << name;
    // Law 4: data that was just applied without an error parses. It no longer parses once a part has another type.
    EXPECT_TRUE(IsReadableRevision(data)) << name;
    EXPECT_FALSE(IsReadableRevision(R"({"spec":{"leaderWorkerTemplate":{"$patch":"replace","size":"four"}}})"));
    EXPECT_FALSE(IsReadableRevision(R"({"spec":{"leaderWorkerTemplate":{"size":4}}})"))
        << "it is merged into the set's";
  });
  EXPECT_GT(count, 1000);
  EXPECT_GT(admitted_again, 1000);
  EXPECT_GT(unchanged, admitted_again * 0.99);
}

TEST(VectorPropertiesTest, AdmissionOfPodsIsIdempotent) {
  ForEachVector("admit-pod", [](const Json& vector) {
    const Json& pod = vector["input"]["pod"];
    const absl::StatusOr<Json> once = AdmitPod(pod, {});
    if (!once.ok()) return;
    // A worker with the ordinal 0 counts as a leader from then on.
    const auto index = "/metadata/labels/leaderworkerset.sigs.k8s.io~1worker-index"_json_pointer;
    if (once->value(index, "") == "0" && pod.value(index, "") != "0") return;
    const absl::StatusOr<Json> twice = AdmitPod(*once, {});
    ASSERT_TRUE(twice.ok()) << vector["name"];
    EXPECT_EQ((*twice)["metadata"], (*once)["metadata"]) << vector["name"];
    EXPECT_EQ((*twice)["spec"], (*once)["spec"]) << vector["name"];
  });
}

// Whether no two objects compete for one place. If they did, the last listed would win.
template <typename T>
bool NoneCompete(const std::vector<const T*>& objects) {
  std::set<int64_t> seen;
  return std::all_of(objects.begin(), objects.end(), [&](const T* object) {
    return seen.insert(ParseStrictInteger(object->meta.group_index.value_or("")).value_or(-1)).second;
  });
}

bool NoneCompete(const std::vector<const ObservedRevision*>& revisions) {
  std::set<std::pair<std::string, int64_t>> seen;
  return std::all_of(revisions.begin(), revisions.end(), [&](const ObservedRevision* revision) {
    return seen.emplace(revision->meta.revision_key, revision->number).second;
  });
}

// A saved and loaded observation gives the same plan, and so does the plan when it was saved itself.
TEST(VectorPropertiesTest, SavedDecisionsReplay) {
  int checked = 0;
  ForEachVector("reconcile-set", [&](const Json& vector) {
    const Json& input = vector["input"];
    if (input["set"].is_null()) return;
    ClusterSnapshot cluster;
    for (const Json& object : input["objects"]) {
      if (!cluster.Add(object).ok()) return;
    }
    if (!cluster.Add(input["set"]).ok()) return;
    ClusterStateProto saved;
    ASSERT_TRUE(saved.ParseFromString(cluster.Save().SerializeAsString()));
    ClusterSnapshot loaded;
    ASSERT_TRUE(loaded.Load(saved).ok());
    for (const auto& [namespace_name, name] : cluster.SetNames()) {
      const Plan plan = ReconcileSet(cluster.ObserveSet(namespace_name, name), absl::UnixEpoch());
      EXPECT_TRUE(ReconcileSet(loaded.ObserveSet(namespace_name, name), absl::UnixEpoch()) == plan) << vector["name"];
      EXPECT_TRUE(*PlanFromProto(PlanToProto(plan)) == plan) << vector["name"];
      ++checked;
    }
    for (const auto& [namespace_name, name] : cluster.PodNames()) {
      const Plan plan = ReconcilePod(cluster.ObservePod(namespace_name, name), absl::UnixEpoch(), {});
      EXPECT_TRUE(ReconcilePod(loaded.ObservePod(namespace_name, name), absl::UnixEpoch(), {}) == plan)
          << vector["name"];
      EXPECT_TRUE(*PlanFromProto(PlanToProto(plan)) == plan) << vector["name"];
    }
  });
  EXPECT_GT(checked, 1000);
}

TEST(VectorPropertiesTest, TheOrderOfInputChangesNothing) {
  std::mt19937 random(kSeed);
  int checked = 0;
  ForEachVector("reconcile-set", [&](const Json& vector) {
    const Json& input = vector["input"];
    if (input["set"].is_null()) return;
    ClusterSnapshot cluster;
    for (const Json& object : input["objects"]) {
      if (!cluster.Add(object).ok()) return;
    }
    if (!cluster.Add(input["set"]).ok()) return;
    const Json& metadata = input["set"]["metadata"];
    SetObservation observation =
        cluster.ObserveSet(metadata["namespace"].get<std::string>(), metadata["name"].get<std::string>());
    if (!NoneCompete(observation.leader_pods) || !NoneCompete(observation.worker_statefulsets) ||
        !NoneCompete(observation.revisions)) {
      return;
    }
    const Plan plan = ReconcileSet(observation, absl::UnixEpoch());
    if (!plan.error.ok()) return;
    std::shuffle(observation.leader_pods.begin(), observation.leader_pods.end(), random);
    std::shuffle(observation.worker_statefulsets.begin(), observation.worker_statefulsets.end(), random);
    std::shuffle(observation.revisions.begin(), observation.revisions.end(), random);
    EXPECT_TRUE(ReconcileSet(observation, absl::UnixEpoch()) == plan) << vector["name"] << ", seed " << kSeed;
    ++checked;
  });
  EXPECT_GT(checked, 500);
}

}  // namespace
}  // namespace lws
