// Writes, one by one, against a script. The laws are 2, 3 and 5 of kube_cluster.h, and the table of action_request.h.
#include "lws/adapters/kubernetes/kube_writer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/action_request.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws {
namespace {

using internal::HttpRequest;
using internal::HttpRequestOf;
using internal::KubeWriter;
using internal::WriterView;

Action ActionOf(Verb verb, const std::string& api_version, const std::string& kind, const std::string& name) {
  Action action;
  action.verb = verb;
  action.api_version = api_version;
  action.target = {kind, "n", name};
  action.object = ActionObject::Of(
      {{"apiVersion", api_version}, {"kind", kind}, {"metadata", {{"name", name}, {"namespace", "n"}}}});
  return action;
}

TEST(ActionRequestTest, EveryVerbIsARequest) {
  const std::string sets = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/n/leaderworkersets";
  const struct {
    Verb verb;
    const char* api_version;
    const char* kind;
    std::string method;
    std::string path;
    std::string content_type;
  } table[] = {
      {Verb::kCreate, "v1", "Service", "POST", "/api/v1/namespaces/n/services?fieldManager=lws", "application/json"},
      {Verb::kApply, "apps/v1", "StatefulSet", "PATCH",
       "/apis/apps/v1/namespaces/n/statefulsets/x?fieldManager=lws&force=true", "application/apply-patch+yaml"},
      {Verb::kUpdateStatus, "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "PUT",
       sets + "/x/status?fieldManager=lws", "application/json"},
      {Verb::kPatch, "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "PATCH", sets + "/x?fieldManager=lws",
       "application/merge-patch+json"},
      {Verb::kPatchStatus, "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "PATCH",
       sets + "/x/status?fieldManager=lws", "application/merge-patch+json"},
      {Verb::kDelete, "v1", "Pod", "DELETE", "/api/v1/namespaces/n/pods/x", "application/json"},
  };
  for (const auto& row : table) {
    const absl::StatusOr<HttpRequest> request = HttpRequestOf(ActionOf(row.verb, row.api_version, row.kind, "x"));
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->method, row.method);
    EXPECT_EQ(request->path, row.path);
    EXPECT_EQ(request->content_type, row.content_type);
  }
  EXPECT_TRUE(absl::IsUnimplemented(HttpRequestOf(ActionOf(Verb::kCreate, "v2", "Pod", "x")).status()));
}

TEST(ActionRequestTest, PreconditionsAreSent) {
  Action action = ActionOf(Verb::kDelete, "v1", "Pod", "x");
  action.uid = "u";
  action.resource_version = "7";
  action.propagation = Propagation::kForeground;
  EXPECT_EQ(Json::parse(HttpRequestOf(action)->body),
            Json::parse(R"({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground",
                            "preconditions": {"uid": "u", "resourceVersion": "7"}})"));
  action.verb = Verb::kUpdateStatus;
  const Json sent = Json::parse(HttpRequestOf(action)->body);
  EXPECT_EQ(sent["metadata"]["uid"], "u");
  EXPECT_EQ(sent["metadata"]["resourceVersion"], "7");
}

class KubeWriterTest : public testing::Test {
 protected:
  WriterView View() {
    WriterView view;
    view.applied = [this](const ObjectRef&) { return applied_; };
    view.tell = [this](const Action& action, absl::string_view text) {
      told_.push_back(absl::StrCat(action.target.name, " ", text));
    };
    view.tell_gone = [this](const Action& action) { told_.push_back(action.target.name + " gone"); };
    return view;
  }
  void Send(const Action& action) {
    writer_.Send(action, now_, [this](const absl::StatusOr<WriteAnswer>& answer, absl::Time) {
      answers_.push_back(answer.status());
    });
  }
  uint64_t Open() {
    const std::vector<uint64_t> open = client_.Open();
    EXPECT_EQ(open.size(), 1u);
    return open.empty() ? 0 : open.front();
  }

  ScriptedHttpClient client_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  std::optional<WriterView::Applied> applied_;
  std::vector<std::string> told_;
  std::vector<absl::Status> answers_;
  KubeWriter writer_{&client_, View(), [this] { return now_; }};
};

TEST_F(KubeWriterTest, AnAcceptedWriteIsAnsweredOnce) {
  const Action action = ActionOf(Verb::kCreate, "v1", "Service", "x");
  Send(action);
  EXPECT_EQ(writer_.under_way(), 1);
  client_.Answer(Open(), 201, R"({"kind": "Service", "metadata": {"uid": "u", "resourceVersion": "7"}})");
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(answers_[0].ok());
  EXPECT_EQ(writer_.under_way(), 0);
}

TEST_F(KubeWriterTest, AnAnswerThatIsNoObjectIsAnError) {
  const Action action = ActionOf(Verb::kCreate, "v1", "Service", "x");
  for (const char* body : {"", "[]", "{}", R"({"metadata": {"uid": "u"}})", R"({"metadata": 7})"}) {
    Send(action);
    client_.Answer(Open(), 201, body);
    EXPECT_TRUE(absl::IsInternal(answers_.back())) << body;
  }
}

TEST_F(KubeWriterTest, Law3ARefusalForNowIsSentAgainInItsTime) {
  const Action action = ActionOf(Verb::kCreate, "v1", "Service", "x");
  Send(action);
  for (int i = 0; i < 9; ++i) {
    const uint64_t id = Open();
    client_.Head(id, {429, absl::Seconds(5)});
    client_.End(id, absl::OkStatus());
    EXPECT_EQ(writer_.NextDue(), now_ + absl::Seconds(5));
    now_ += absl::Seconds(4);
    writer_.Advance(now_);
    EXPECT_TRUE(client_.Open().empty()) << "too early";
    now_ += absl::Seconds(1);
    writer_.Advance(now_);
  }
  EXPECT_TRUE(answers_.empty());
  const uint64_t id = Open();
  client_.Head(id, {429, absl::Seconds(5)});
  client_.End(id, absl::OkStatus());
  ASSERT_EQ(answers_.size(), 1u) << "ten times";
  EXPECT_TRUE(absl::IsUnavailable(answers_[0]));
}

TEST_F(KubeWriterTest, Law3TheLookAtWhatIsInTheWayWaitsToo) {
  const Action action = ActionOf(Verb::kCreate, "v1", "Service", "x");
  Send(action);
  client_.Answer(Open(), 409, R"({"reason": "AlreadyExists"})");
  for (int i = 0; i < 9; ++i) {
    const uint64_t id = Open();
    EXPECT_EQ(client_.Find(id)->method, "GET");
    client_.Head(id, {429, absl::Seconds(3)});
    client_.End(id, absl::OkStatus());
    EXPECT_TRUE(answers_.empty());
    EXPECT_EQ(writer_.NextDue(), now_ + absl::Seconds(3));
    now_ += absl::Seconds(3);
    writer_.Advance(now_);
  }
  const uint64_t id = Open();
  client_.Head(id, {429, absl::Seconds(3)});
  client_.End(id, absl::OkStatus());
  ASSERT_EQ(answers_.size(), 1u) << "ten times";
  EXPECT_TRUE(absl::IsAlreadyExists(answers_[0]));
  EXPECT_TRUE(told_.empty());
}

TEST_F(KubeWriterTest, Law3TheSameWriteOfAnotherPlanWaitsToo) {
  const Action action = ActionOf(Verb::kDelete, "v1", "Pod", "x");
  Send(action);
  const uint64_t id = Open();
  client_.Head(id, {429, absl::Seconds(3)});
  client_.End(id, absl::OkStatus());
  Send(action);
  EXPECT_TRUE(client_.Open().empty());
  const Action other = ActionOf(Verb::kDelete, "v1", "Pod", "y");
  Send(other);
  EXPECT_EQ(client_.Open().size(), 1u) << "another object";
  now_ += absl::Seconds(3);
  writer_.Advance(now_);
  EXPECT_EQ(client_.Open().size(), 3u);
}

TEST_F(KubeWriterTest, Law5WhatIsInTheWayIsToldBeforeTheAnswer) {
  const Action action = ActionOf(Verb::kCreate, "v1", "Service", "x");
  Send(action);
  client_.Answer(Open(), 409, R"({"reason": "AlreadyExists", "message": "it is there"})");
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(client_.Find(Open())->path, "/api/v1/namespaces/n/services/x");
  client_.Answer(Open(), 200, "{}");
  EXPECT_EQ(told_, std::vector<std::string>{"x {}"});
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(absl::IsAlreadyExists(answers_[0]));
  Send(action);
  client_.Answer(Open(), 409, R"({"reason": "AlreadyExists"})");
  client_.Answer(Open(), 404, "{}");
  EXPECT_EQ(told_.back(), "x gone");
}

TEST_F(KubeWriterTest, Law2AnApplyThatIsKnownToChangeNothingIsNotSent) {
  Action action = ActionOf(Verb::kApply, "apps/v1", "StatefulSet", "vllm");
  const auto base = std::make_shared<const Json>(Json::parse(
      R"({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "vllm", "namespace": "n"},
          "spec": {"replicas": 1, "updateStrategy": {"rollingUpdate": {"partition": 0}}}})"));
  action.object = ActionObject::OfStatefulSet(base, {0, 2, false});
  const Json live = Json::parse(
      R"({"apiVersion": "apps/v1", "kind": "StatefulSet",
          "metadata": {"name": "vllm", "namespace": "n", "uid": "u", "resourceVersion": "7",
            "managedFields": [{"manager": "lws", "operation": "Apply", "apiVersion": "apps/v1",
                               "fieldsV1": {"f:spec": {"f:replicas": {}}}}]},
          "spec": {"replicas": 2}})");
  Send(action);
  client_.Answer(Open(), 200, live.dump());
  Send(action);
  EXPECT_EQ(client_.Open().size(), 1u) << "the view does not have it yet";
  client_.Answer(Open(), 200, live.dump());
  applied_ = WriterView::Applied{"u", *internal::AppliedRequestText(live)};
  Send(action);
  EXPECT_TRUE(client_.Open().empty());
  EXPECT_EQ(writer_.skipped(), 1);
  EXPECT_EQ(answers_.size(), 3u);
  applied_->fields = "{}";
  Send(action);
  EXPECT_EQ(client_.Open().size(), 1u) << "somebody changed it";
}

}  // namespace
}  // namespace lws
