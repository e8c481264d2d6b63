// Every verb of a plan on a simulated API server.
#include "lws/adapters/simulation/perform_action.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using simulation::SharedObject;

namespace {

class PerformActionTest : public testing::Test {
 protected:
  // Performs the verb on the object "a", with these fields and preconditions.
  absl::StatusOr<SharedObject> Do(Verb verb, Json fields = Json::object(), const std::string& version = "",
                                  const std::string& uid = "") {
    Json object = {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "a"}}}};
    object.merge_patch(fields);
    const bool is_patch = verb == Verb::kPatch || verb == Verb::kPatchStatus;
    Action action;
    action.verb = verb;
    action.api_version = "v1";
    action.target = {"Node", "", "a"};
    action.object = ActionObject::Of(is_patch ? fields : object);
    action.resource_version = version;
    action.uid = uid;
    return PerformAction(action, &server_);
  }

  static std::string VersionOf(const absl::StatusOr<SharedObject>& object) { return (*object)->resource_version(); }

  simulation::VirtualClock clock_{absl::FromUnixSeconds(1767225600)};
  simulation::ApiServer server_{&clock_};
};

TEST_F(PerformActionTest, AWriteReturnsTheObjectAfterIt) {
  const absl::StatusOr<SharedObject> created = Do(Verb::kCreate, {{"spec", {{"unschedulable", true}}}});
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_TRUE(absl::IsAlreadyExists(Do(Verb::kCreate).status()));
  const absl::StatusOr<SharedObject> patched =
      Do(Verb::kPatch, {{"metadata", {{"labels", {{"x", "y"}}}}}}, VersionOf(created));
  ASSERT_TRUE(patched.ok()) << patched.status();
  EXPECT_EQ((**patched)["metadata"]["labels"]["x"], "y");
  EXPECT_EQ((**patched)["spec"]["unschedulable"], true) << "a patch keeps other fields";
  EXPECT_NE(VersionOf(patched), VersionOf(created));
  EXPECT_EQ(*server_.Get({"Node", "", "a"}), *(*patched)->Document());
}

// The status is a subresource: what a write of it says of other fields does not count.
TEST_F(PerformActionTest, AWriteOfTheStatusWritesTheStatusAlone) {
  const absl::StatusOr<SharedObject> created = Do(Verb::kCreate);
  ASSERT_TRUE(created.ok()) << created.status();
  const Json fields = {{"status", {{"phase", "Running"}}}, {"spec", {{"unschedulable", true}}}};
  for (const Verb verb : {Verb::kUpdateStatus, Verb::kPatchStatus}) {
    const absl::StatusOr<SharedObject> written = Do(verb, fields);
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_EQ((**written)["status"]["phase"], "Running");
    EXPECT_FALSE((**written)["spec"].contains("unschedulable")) << static_cast<int>(verb);
  }
}

TEST_F(PerformActionTest, PreconditionsAreKept) {
  const absl::StatusOr<SharedObject> created = Do(Verb::kCreate);
  ASSERT_TRUE(created.ok()) << created.status();
  const std::string old_version = VersionOf(created);
  ASSERT_TRUE(Do(Verb::kPatch, {{"metadata", {{"labels", {{"x", "y"}}}}}}).ok());
  for (const Verb verb : {Verb::kUpdateStatus, Verb::kPatch, Verb::kPatchStatus, Verb::kDelete}) {
    const Json fields = {{"status", {{"phase", "Failed"}}}, {"metadata", {{"labels", {{"x", "z"}}}}}};
    EXPECT_FALSE(Do(verb, fields, old_version).ok()) << static_cast<int>(verb);
    EXPECT_FALSE(Do(verb, fields, "", "another uid").ok()) << static_cast<int>(verb);
  }
  EXPECT_EQ((*server_.Get({"Node", "", "a"}))["metadata"]["labels"]["x"], "y");
}

TEST_F(PerformActionTest, ADeletionReturnsWhatIsLeft) {
  ASSERT_TRUE(Do(Verb::kCreate, {{"metadata", {{"finalizers", {"x/y"}}}}}).ok());
  const absl::StatusOr<SharedObject> left = Do(Verb::kDelete);
  ASSERT_TRUE(left.ok()) << left.status();
  ASSERT_NE(*left, nullptr);
  EXPECT_FALSE((*left)->Field("metadata", "deletionTimestamp").is_null());
}

TEST_F(PerformActionTest, NothingIsLeftOfAnObjectWithoutFinalizers) {
  ASSERT_TRUE(Do(Verb::kCreate).ok());
  const absl::StatusOr<SharedObject> left = Do(Verb::kDelete);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(*left, nullptr);
  for (const Verb verb : {Verb::kPatch, Verb::kPatchStatus, Verb::kDelete, Verb::kUpdateStatus}) {
    EXPECT_TRUE(absl::IsNotFound(Do(verb).status())) << static_cast<int>(verb);
  }
}

}  // namespace
}  // namespace lws::internal
