// Laws 1 to 3 of http_client.h for the clients in memory. curl_client_test.cc has the client with a network.
#include "lws/adapters/kubernetes/http_client.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/kubernetes/checked_sink.h"
#include "tests/kubernetes/fake_api_server.h"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws {
namespace {

using internal::FetchHttpAnswer;
using internal::HttpAnswer;
using internal::HttpRequest;

constexpr uint64_t kSeed = 20261126;
constexpr uint64_t kSeeds = 20;

TEST(HttpClientTest, Laws1To3OfTheScriptedClient) {
  for (const bool is_cancelled : {false, true}) {
    ScriptedHttpClient client;
    CheckedClient checked(&client);
    const uint64_t id = checked.Start({});
    client.Head(id, {200, std::nullopt});
    client.Bytes(id, "ab");
    if (is_cancelled) checked.Cancel(id);
    // Whatever the script does after the end reaches nobody.
    client.Bytes(id, "c");
    client.End(id, absl::OkStatus());
    client.Answer(id, 500, "");
    EXPECT_EQ(checked.HeardBy(id).body, is_cancelled ? "ab" : "abc");
    EXPECT_EQ(checked.HeardBy(id).ends, is_cancelled ? 0 : 1);
    checked.ExpectReleased();
  }
}

WireFaults AllFaults() {
  WireFaults faults;
  faults.refused_for_now = faults.error = faults.lost_before = faults.lost_after = 100;
  faults.cut = faults.expired = faults.watch_cut = faults.watch_error = faults.watch_strange = 100;
  faults.most_slow = absl::Milliseconds(500);
  return faults;
}

HttpRequest RequestFor(uint64_t draw) {
  HttpRequest request;
  request.path = "/api/v1/nodes?limit=2";
  if (draw % 3 == 0) request.path = "/api/v1/nodes/n1";
  if (draw % 3 == 1) {
    request.path = "/api/v1/nodes?watch=true&resourceVersion=0&timeoutSeconds=30";
    request.is_stream = true;
  }
  return request;
}

TEST(HttpClientTest, Laws1To3OfTheFakeApiServer) {
  int ended = 0;
  for (uint64_t seed = kSeed; seed < kSeed + kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    simulation::VirtualClock clock{absl::FromUnixSeconds(1767225600)};
    simulation::ApiServer server(&clock);
    FakeApiServer wire(&clock, &server, seed, AllFaults());
    CheckedClient checked(&wire);
    for (int i = 0; i < 4; ++i) {
      const Json node = {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "n" + std::to_string(i)}}}};
      ASSERT_TRUE(server.Create(node).ok());
    }
    std::vector<uint64_t> ids;
    for (int step = 0; step < 200; ++step) {
      const uint64_t draw = random();
      if (draw % 4 == 0) ids.push_back(checked.Start(RequestFor(draw / 4)));
      if (draw % 16 == 1 && !ids.empty()) checked.Cancel(ids[draw / 16 % ids.size()]);
      if (clock.next().has_value()) clock.Advance();
      checked.ExpectReleased();
    }
    ended += checked.Ended();
  }
  EXPECT_GT(ended, 300);
}

TEST(HttpClientTest, FetchHandsOverTheWholeAnswerOrTheReason) {
  ScriptedHttpClient client;
  std::vector<absl::StatusOr<HttpAnswer>> answers;
  const auto done = [&answers](const absl::StatusOr<HttpAnswer>& answer) { answers.push_back(answer); };
  client.Answer(FetchHttpAnswer(&client, {}, done), 200, "whole");
  const uint64_t id = FetchHttpAnswer(&client, {}, done);
  client.Head(id, {200, std::nullopt});
  client.Bytes(id, "hal");
  client.End(id, absl::UnavailableError("cut"));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0]->body, "whole");
  EXPECT_EQ(answers[1].status(), absl::UnavailableError("cut"));
}

}  // namespace
}  // namespace lws
