// Reverting a template. The laws are those of revert_set.h.
#include "lws/core/reconcile/revert_set.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr unsigned kSeed = 20261126;

Json Set(std::mt19937* random) {
  Json set = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n"}, "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 2}}})");
  Json& group = set["spec"]["leaderWorkerTemplate"];
  for (const char* pod : {"leaderTemplate", "workerTemplate"}) {
    if ((*random)() % 3 == 0 && std::string(pod) == "leaderTemplate") continue;
    Json& spec = group[pod]["spec"];
    spec["containers"] = Json::array({{{"name", "c"}, {"image", absl::StrCat("i", (*random)() % 2)}}});
    if ((*random)() % 2 == 0) spec["nodeSelector"] = {{absl::StrCat("k", (*random)() % 3), "v"}};
    if ((*random)() % 2 == 0) group[pod]["metadata"]["labels"] = {{"l", absl::StrCat((*random)() % 2)}};
  }
  if ((*random)() % 2 == 0) set["spec"]["networkConfig"] = {{"subdomainPolicy", "Shared"}};
  return set;
}

TEST(RevertSetTest, Laws1And2ThePatchMakesTheFormerTemplateAndNothingElse) {
  std::mt19937 random(kSeed);
  for (int round = 0; round < 1000; ++round) {
    const absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(Set(&random));
    const absl::StatusOr<LeaderWorkerSet> former_set = LeaderWorkerSetFromJson(Set(&random));
    ASSERT_TRUE(set.ok() && former_set.ok());
    ObservedRevision former;
    former.data = RevisionData(*former_set);
    const absl::StatusOr<Json> patch = RevertSetPatch(*set, former);
    ASSERT_TRUE(patch.ok()) << patch.status();
    const Json before = LeaderWorkerSetToJson(*set);
    const Json wanted = LeaderWorkerSetToJson(*ApplyRevision(*set, former.data));
    Json patched = before;
    patched.merge_patch(*patch);
    ASSERT_EQ(patched, wanted) << "round " << round << ", seed " << kSeed;
    ASSERT_EQ((*patch)["spec"].empty(), before == wanted) << "round " << round << ", seed " << kSeed;
  }
}

TEST(RevertSetTest, AMergePatchSaysWhatGoes) {
  const Json from = Json::parse(R"({"a": 1, "b": {"c": [1], "d": 2}, "e": 3})");
  const Json to = Json::parse(R"({"a": 1, "b": {"c": [2], "f": {}}, "e": {}})");
  EXPECT_EQ(SetMergePatch(from, to), Json::parse(R"({"b": {"c": [2], "d": null, "f": {}}, "e": {}})"));
  EXPECT_EQ(SetMergePatch(from, from), nullptr);
}

TEST(RevertSetTest, DataThatDoesNotReadNamesTheRevision) {
  std::mt19937 random(kSeed);
  ObservedRevision former;
  former.meta.namespace_name = "n";
  former.meta.name = "s-k-1";
  former.data = "{";
  const absl::Status status = RevertSetPatch(*LeaderWorkerSetFromJson(Set(&random)), former).status();
  EXPECT_NE(status.message().find("ControllerRevision n/s-k-1"), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace lws::internal
