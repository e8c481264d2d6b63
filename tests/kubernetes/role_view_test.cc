// What a host of DisaggregatedSets knows after lists, watches and own writes. The laws are those of role_view.h.
#include "lws/adapters/kubernetes/role_view.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

const Resource& Sets() { return *FindApiResource(kDisaggregatedSetApiVersion, kDisaggregatedSetKind); }
const Resource& Children() { return *FindApiResource(ObjectKind::kLeaderWorkerSet); }

// The texts have neither apiVersion nor kind, as the items of a list.
std::string Set() {
  return R"({"metadata": {"namespace": "n", "name": "llm", "uid": "u", "resourceVersion": "1"}, "spec": {"roles": [
    {"name": "a", "spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"name": "c"}]}}}}},
    {"name": "b", "spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"name": "c"}]}}}}}]}})";
}

Json Child(const std::string& name, int version, int replicas) {
  Json child = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"namespace": "n", "labels": {"disaggregatedset.x-k8s.io/name": "llm"},
                 "ownerReferences": [{"kind": "DisaggregatedSet", "name": "llm", "uid": "u", "controller": true}]}})");
  child["metadata"]["name"] = name;
  child["metadata"]["uid"] = absl::StrCat("uid-", name);
  child["metadata"]["resourceVersion"] = absl::StrCat(version);
  child["spec"]["replicas"] = replicas;
  return child;
}

// "NAME REPLICAS" of the children.
std::string Shown(RoleView* view) {
  std::string shown;
  for (const ObservedChild* child : view->fleet().Observe("n", "llm").children) {
    absl::StrAppend(&shown, child->meta.name, " ", child->replicas(), ";");
  }
  return shown;
}

void Write(RoleView* view, const Json& child) {
  Action action;
  action.target = {"LeaderWorkerSet", "n", child["metadata"]["name"]};
  view->Starts(action);
  WriteAnswer answer;
  answer.uid = child["metadata"]["uid"];
  answer.resource_version = child["metadata"]["resourceVersion"];
  answer.object = std::make_shared<const Json>(child);
  EXPECT_TRUE(view->TakeIn(action, answer).ok());
}

TEST(RoleViewTest, Law1OlderNewsThanAnOwnWriteChangesNothing) {
  RoleView view;
  ASSERT_TRUE(view.Tell(Sets(), Set()).ok());
  EXPECT_TRUE(view.has_sets());
  ASSERT_EQ(*view.Tell(Children(), Child("x", 3, 1).dump()), "3");
  Write(&view, Child("x", 7, 4));
  EXPECT_EQ(Shown(&view), "x 4;");
  view.Tell(Children(), Child("x", 5, 2).dump()).IgnoreError();
  EXPECT_EQ(Shown(&view), "x 4;");
  view.Tell(Children(), Child("x", 8, 3).dump()).IgnoreError();
  EXPECT_EQ(Shown(&view), "x 3;");
}

TEST(RoleViewTest, Law2AListSweepsWhatItDoesNotName) {
  RoleView view;
  ASSERT_TRUE(view.Tell(Sets(), Set()).ok());
  for (const char* name : {"x", "y"}) ASSERT_TRUE(view.Tell(Children(), Child(name, 3, 1).dump()).ok());
  view.BeginRelist("LeaderWorkerSet");
  ASSERT_TRUE(view.Tell(Children(), Child("x", 3, 1).dump()).ok());
  Write(&view, Child("old", 9, 1));
  Write(&view, Child("new", 12, 1));
  view.EndRelist("LeaderWorkerSet", "10");
  EXPECT_EQ(Shown(&view), "new 1;x 1;") << "the list does not have y and old; it is older than new";
}

TEST(RoleViewTest, WhatIsGoneIsGone) {
  RoleView view;
  ASSERT_TRUE(view.Tell(Sets(), Set()).ok());
  Write(&view, Child("x", 7, 4));
  EXPECT_EQ(view.Refer({"LeaderWorkerSet", "n", "x"}).resource_version, "7");
  ASSERT_TRUE(view.TellGone(Children(), Child("x", 8, 4).dump()).ok());
  EXPECT_EQ(Shown(&view), "");
  EXPECT_EQ(view.Refer({"LeaderWorkerSet", "n", "x"}).uid, "");
  ASSERT_TRUE(view.TellGone(Sets(), Set()).ok());
  EXPECT_FALSE(view.has_sets());
}

TEST(RoleViewTest, WhatDoesNotReadIsAnErrorAndChangesNothing) {
  RoleView view;
  ASSERT_TRUE(view.Tell(Sets(), Set()).ok());
  for (const std::string text : {"", "[]", "{\"metadata\": 3}", "{\"metadata\": {}}"}) {
    EXPECT_FALSE(view.Tell(Sets(), text).ok()) << text;
    EXPECT_FALSE(view.TellGone(Sets(), text).ok()) << text;
  }
  EXPECT_TRUE(view.has_sets());
  Action action;
  action.target = {"LeaderWorkerSet", "n", "x"};
  view.Starts(action);
  EXPECT_TRUE(absl::IsAborted(view.TakeIn(action, absl::AbortedError("conflict"))));
}

}  // namespace
}  // namespace lws::internal
