// Members of groups from a Fleet's observations, compared with those from documents. The laws are those of
// restart_counts.h.
#include "lws/adapters/host/restart_counts.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/pod/restart_policy.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr unsigned kSeed = 20261126;

std::string Label(const char* name) { return absl::StrCat("leaderworkerset.sigs.k8s.io/", name); }

Json Owner(const char* kind, const std::string& name, const std::string& uid) {
  return Json::array({{{"controller", true}, {"kind", kind}, {"name", name}, {"uid", uid}}});
}

std::string Uid(unsigned number) { return absl::StrCat("00000000-0000-4000-8000-00000000000", number); }

Json Pod(int worker, unsigned life, unsigned owner, int restarts) {
  Json pod = {{"apiVersion", "v1"},
              {"kind", "Pod"},
              {"metadata",
               {{"name", worker == 0 ? "s-0" : absl::StrCat("s-0-", worker)},
                {"namespace", "n"},
                {"uid", Uid(life)},
                {"labels",
                 {{Label("name"), "s"},
                  {Label("group-index"), "0"},
                  {Label("worker-index"), absl::StrCat(worker)},
                  {Label("template-revision-hash"), "k"}}},
                {"ownerReferences",
                 worker == 0 ? Owner("StatefulSet", "s", "leaders") : Owner("StatefulSet", "s-0", Uid(owner))}}},
              {"status", {{"phase", "Running"}}}};
  if (restarts == 0) return pod;
  pod["status"]["containerStatuses"] = Json::array(
      {{{"restartCount", restarts},
        {"lastState", {{"terminated", {{"exitCode", restarts}, {"finishedAt", "2026-01-01T00:00:00Z"}}}}}}});
  return pod;
}

// Everything that decisions read of the members, by index.
std::string Text(const GroupMembers& group) {
  std::vector<std::string> members;
  for (const GroupMember& member : group.members) {
    members.push_back(absl::StrCat(member.index, " ", member.uid, " ", member.restarts, " ",
                                   static_cast<int>(member.phase), " ", member.terminating, " ",
                                   member.last_end.has_value() ? member.last_end->exit_code : -1));
  }
  std::sort(members.begin(), members.end());
  std::string text = group.revision_key;
  for (const std::string& member : members) absl::StrAppend(&text, "\n", member);
  return text;
}

TEST(RestartCountsTest, Law1MembersAreThoseOfTheDocuments) {
  std::mt19937 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    RestartCounts counts;
    Fleet fleet;
    ASSERT_TRUE(fleet
                    .Add(Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
                      "metadata": {"name": "s", "namespace": "n"},
                      "spec": {"leaderWorkerTemplate": {"size": 3, "workerTemplate": {"spec": {}}}}})"))
                    .ok());
    std::vector<SharedJson> pods;
    for (int worker = 0; worker < 3; ++worker) {
      if (worker > 0 && random() % 6 == 0) continue;
      pods.push_back(std::make_shared<const Json>(Pod(worker, worker == 0 ? 0 : random() % 3, 4 + random() % 2,
                                                      random() % 3 == 0 ? static_cast<int>(random() % 3) : 0)));
      ASSERT_TRUE(fleet.Add(*pods.back()).ok());
      counts.Tell("n", (*pods.back())["metadata"]["name"].get<std::string>(), *ReadMemberForRestart(*pods.back()));
    }
    const Json workers = {{"apiVersion", "apps/v1"},
                          {"kind", "StatefulSet"},
                          {"metadata",
                           {{"name", "s-0"},
                            {"namespace", "n"},
                            {"uid", Uid(4)},
                            {"labels", {{Label("name"), "s"}, {Label("group-index"), "0"}}},
                            {"ownerReferences", Owner("Pod", "s-0", Uid(random() % 5 == 0 ? 9 : 0))}}}};
    const bool has_workers = random() % 6 != 0;
    if (has_workers) {
      ASSERT_TRUE(fleet.Add(workers).ok());
    }
    const absl::StatusOr<GroupMembers> wanted = ReadMembersForRestart(*pods[0], has_workers ? &workers : nullptr, pods);
    ASSERT_TRUE(wanted.ok()) << wanted.status();
    for (const SharedJson& pod : pods) {
      const std::string name = (*pod)["metadata"]["name"].get<std::string>();
      ASSERT_EQ(Text(counts.MembersOf(fleet.ObservePod("n", name))), Text(*wanted))
          << "round " << round << ", seed " << kSeed << ", seen from " << name;
    }
  }
}

TEST(RestartCountsTest, Law2OnlyPodsThatRestartedTakeMemory) {
  RestartCounts counts;
  counts.Tell("n", "s-0", *ReadMemberForRestart(Pod(0, 0, 0, 0)));
  EXPECT_EQ(counts.size(), 0u);
  counts.Tell("n", "s-0", *ReadMemberForRestart(Pod(0, 0, 0, 2)));
  EXPECT_EQ(counts.size(), 1u);
  counts.Tell("n", "s-0", *ReadMemberForRestart(Pod(0, 1, 0, 0)));  // its successor
  EXPECT_EQ(counts.size(), 0u);
  counts.Tell("n", "s-0", *ReadMemberForRestart(Pod(0, 1, 0, 1)));
  counts.Forget("n", "s-0");
  EXPECT_EQ(counts.size(), 0u);
}

TEST(RestartCountsTest, Law3ToldAgainIsNothingNew) {
  RestartCounts counts;
  const auto tell = [&counts](unsigned life, int restarts) {
    return counts.Tell("n", "s-0", *ReadMemberForRestart(Pod(0, life, 0, restarts)));
  };
  EXPECT_FALSE(tell(0, 0));
  EXPECT_TRUE(tell(0, 1));
  EXPECT_FALSE(tell(0, 1));
  EXPECT_TRUE(tell(0, 2));
  EXPECT_TRUE(tell(1, 2));  // its successor
  EXPECT_TRUE(tell(1, 0));
  EXPECT_FALSE(tell(1, 0));
}

TEST(RestartCountsTest, VisitsByNamespaceAndName) {
  RestartCounts counts;
  for (const char* name : {"s-1", "s-0", "r-0"}) counts.Tell("n", name, *ReadMemberForRestart(Pod(0, 0, 0, 1)));
  counts.Tell("m", "z-0", *ReadMemberForRestart(Pod(0, 0, 0, 1)));
  std::string visited;
  counts.ForEach([&visited](const std::string& space, const std::string& name, const GroupMember& member) {
    absl::StrAppend(&visited, space, "/", name, " ", member.restarts, "; ");
  });
  EXPECT_EQ(visited, "m/z-0 1; n/r-0 1; n/s-0 1; n/s-1 1; ");
  ObservedPod pod;
  pod.meta.namespace_name = "n";
  pod.meta.name = "s-0";
  pod.meta.uid = Uid(0);
  EXPECT_TRUE(counts.Knows(pod));
  pod.meta.uid = Uid(1);
  EXPECT_FALSE(counts.Knows(pod));
}

}  // namespace
}  // namespace lws::internal
