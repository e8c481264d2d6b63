// The host of docs/consuming.md: it sends what actions hold, and returns what was stored. The text of its class is that
// of the document, which house_test compares.
#include <cstddef>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/api/json.h"
#include "lws/api/object_ref.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/host/set_documents.h"

namespace {

// A client of an API server that keeps what it is sent.
class ApiClient {
 public:
  // Stores an object that somebody else made.
  void Store(const lws::ObjectRef& ref, lws::Json object) { stored_[ref] = std::move(object); }

  // The object as it is stored, null after a deletion.
  absl::StatusOr<lws::Json> Send(lws::Verb verb, const lws::ObjectRef& target, const std::string& uid,
                                 const std::string& version, const std::string& body) {
    sent_.push_back(body);
    const bool is_new = stored_.count(target) == 0;
    if (verb == lws::Verb::kCreate && !is_new) return absl::AlreadyExistsError(target.name);
    if (verb == lws::Verb::kDelete || verb == lws::Verb::kPatch) {
      if (is_new) return absl::NotFoundError(target.name);
    }
    lws::Json& object = stored_[target];
    if (!is_new && !uid.empty() && object["metadata"]["uid"] != uid) return absl::AbortedError("another object");
    if (!is_new && !version.empty() && object["metadata"]["resourceVersion"] != version) {
      return absl::AbortedError("another version");
    }
    if (verb == lws::Verb::kDelete) {
      stored_.erase(target);
      return lws::Json();
    }
    object.merge_patch(lws::Json::parse(body));
    if (is_new) object["metadata"]["uid"] = absl::StrCat("5b0c6f0e-7c1d-4c58-9f55-0000000000", 10 + stored_.size());
    object["metadata"]["resourceVersion"] = absl::StrCat(++version_);
    return object;
  }

  const std::vector<std::string>& sent() const { return sent_; }
  const std::map<lws::ObjectRef, lws::Json>& stored() const { return stored_; }

 private:
  std::map<lws::ObjectRef, lws::Json> stored_;
  std::vector<std::string> sent_;
  int version_ = 1000;
};

class ClientHost final : public lws::FleetCluster {
 public:
  explicit ClientHost(ApiClient* client) : client_(*client) {}

  absl::StatusOr<lws::WriteAnswer> Perform(const lws::Action& action) override {
    const std::string body = action.object.empty() ? "" : action.object.Document().dump();
    absl::StatusOr<lws::Json> stored =
        client_.Send(action.verb, action.target, action.uid, action.resource_version, body);
    if (!stored.ok()) return stored.status();
    lws::WriteAnswer answer;
    answer.gone = stored->is_null();
    if (answer.gone) return answer;
    answer.uid = stored->at("metadata").at("uid").get<std::string>();
    answer.resource_version = stored->at("metadata").at("resourceVersion").get<std::string>();
    answer.object = std::make_shared<const lws::Json>(*std::move(stored));
    return answer;
  }
  void Record(const lws::Event& event) override { std::cout << event.reason << ": " << event.note << "\n"; }

 private:
  ApiClient& client_;
};

TEST(ClientHostTest, SendsWholeObjectsAndComesToRestByItsAnswersAlone) {
  ApiClient client;
  ClientHost host(&client);
  const lws::Json set = lws::SetAtVersion("vllm", /*replicas=*/2, "1");
  client.Store({"LeaderWorkerSet", "n", "vllm"}, set);
  ASSERT_TRUE(host.Tell(set).ok());
  absl::Time now = absl::UnixEpoch();
  ASSERT_GT(host.RunDue(now), 0);
  // What a set gets at first: its revision, the leader StatefulSet, the Service, and its status.
  const lws::ObjectRef leaders = {"StatefulSet", "n", "vllm"};
  ASSERT_EQ(client.stored().count(leaders), 1u);
  EXPECT_EQ(client.stored().at(leaders)["spec"]["replicas"], 2);
  for (const std::string& body : client.sent()) EXPECT_TRUE(lws::Json::parse(body).is_object()) << body;
  // No watch tells of these objects. The answers have them, so that nothing is written twice.
  for (int looks = 0; looks < 20 && host.NextDue().has_value(); ++looks) {
    now = *host.NextDue();
    host.RunDue(now);
  }
  const size_t sent = client.sent().size();
  EXPECT_FALSE(host.NextDue().has_value());
  host.RunDue(now + absl::Hours(1));
  EXPECT_EQ(client.sent().size(), sent);
  EXPECT_LE(sent, 6u);
}

}  // namespace
