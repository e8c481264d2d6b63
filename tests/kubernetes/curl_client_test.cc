// The client on a socket, against a server in the same process. The laws are those of curl_client.h, and laws 1 to 3 of
// http_client.h.
#include "lws/adapters/kubernetes/curl_client.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/serving/https_server.h"
#include "tests/kubernetes/checked_sink.h"

namespace lws {
namespace {

using internal::Credential;
using internal::Credentials;
using internal::CurlClient;
using internal::CurlOptions;
using internal::HttpRequest;
using internal::HttpsServer;
using internal::HttpsServerOptions;
using internal::Respond;
using internal::ServedRequest;

// A server whose handler is told how many times it has seen the request before.
class Server {
 public:
  using Handler = std::function<void(const ServedRequest& request, int seen_before, const Respond& respond)>;

  explicit Server(Handler handler) : handler_(std::move(handler)) {
    HttpsServerOptions options;
    options.host = "127.0.0.1";
    options.with_tls = false;
    absl::StatusOr<std::unique_ptr<HttpsServer>> server =
        HttpsServer::Listen(options, [this](const ServedRequest& request, const Respond& respond) {
          int seen_before = 0;
          {
            const std::lock_guard<std::mutex> lock(mutex_);
            seen_before = seen_[request.method + " " + request.path]++;
            arrivals_.push_back(absl::Now());
          }
          handler_(request, seen_before, respond);
        });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::string address() const { return absl::StrCat("http://127.0.0.1:", server_->port()); }
  int Seen(const std::string& request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seen_[request];
  }
  std::vector<absl::Time> Arrivals() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return arrivals_;
  }

 private:
  const Handler handler_;
  std::mutex mutex_;
  std::map<std::string, int> seen_;
  std::vector<absl::Time> arrivals_;
  std::unique_ptr<HttpsServer> server_;
};

// Numbers the requests in the order in which they leave. The server refuses a number once it is refused.
class NumberedCredentials final : public Credentials {
 public:
  absl::StatusOr<Credential> Current(absl::Time) override { return Credential{absl::StrCat(++number_), "", ""}; }
  void Refuse(const Credential&) override { ++refused_; }
  int refused() const { return refused_; }

 private:
  int number_ = 0;
  int refused_ = 0;
};

std::unique_ptr<CurlClient> Connect(const Server& server, CurlOptions options = {}) {
  options.server = server.address();
  absl::StatusOr<std::unique_ptr<CurlClient>> client = CurlClient::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

HttpRequest HttpRequestOf(const std::string& method, const std::string& path) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  if (method != "GET") request.body = "{}";
  return request;
}

// Delivers until that many requests ended.
void Wait(CurlClient* client, const CheckedClient& checked, int ended) {
  const absl::Time end = absl::Now() + absl::Seconds(30);
  while (checked.Ended() < ended && absl::Now() < end) {
    client->Deliver(1 << 20);
    absl::SleepFor(absl::Milliseconds(1));
  }
  ASSERT_EQ(checked.Ended(), ended);
}

void Echo(const ServedRequest& request, int, const Respond& respond) {
  respond({200, "text/plain", absl::StrCat(request.method, " ", request.path, " ", request.body)});
}

TEST(CurlClientTest, Laws1To3OfHttpClient) {
  Server server(Echo);
  const std::unique_ptr<CurlClient> client = Connect(server);
  CheckedClient checked(client.get());
  std::vector<uint64_t> ids;
  int cancelled = 0;
  for (int i = 0; i < 60; ++i) {
    ids.push_back(checked.Start(HttpRequestOf(i % 2 == 0 ? "GET" : "PUT", absl::StrCat("/", i))));
    if (i % 3 == 0) checked.Cancel(ids.back());
    if (i % 3 == 1) client->Deliver(0);
    cancelled += i % 3 == 0;
  }
  Wait(client.get(), checked, 60 - cancelled);
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 0) continue;
    EXPECT_EQ(checked.HeardBy(ids[i]).code, 200);
    EXPECT_EQ(checked.HeardBy(ids[i]).body, absl::StrCat(i % 2 == 0 ? "GET /" : "PUT /", i, i % 2 == 0 ? " " : " {}"));
  }
  checked.ExpectReleased();
  EXPECT_EQ(client->answers().at(200), 60 - cancelled);
}

TEST(CurlClientTest, Law1ARequestThatWasLetGoIsSentOnceMore) {
  // Drops the first requests, two of "/twice", without an answer.
  Server server([](const ServedRequest& request, int seen_before, const Respond& respond) {
    const int dropped = request.path == "/twice" ? 2 : 1;
    if (seen_before >= dropped) Echo(request, seen_before, respond);
  });
  const struct {
    HttpRequest request;
    bool is_stream;
    int seen;
    bool is_answered;
  } cases[] = {
      {HttpRequestOf("GET", "/once"), false, 2, true},    {HttpRequestOf("PUT", "/once"), false, 2, true},
      {HttpRequestOf("DELETE", "/once"), false, 2, true}, {HttpRequestOf("GET", "/twice"), false, 2, false},
      {HttpRequestOf("POST", "/once"), false, 1, false},  {HttpRequestOf("GET", "/stream"), true, 1, false},
  };
  for (const auto& c : cases) {
    // A client of its own has no connection that libcurl could use again.
    const std::unique_ptr<CurlClient> client = Connect(server);
    CheckedClient checked(client.get());
    HttpRequest request = c.request;
    request.is_stream = c.is_stream;
    const uint64_t id = checked.Start(request);
    Wait(client.get(), checked, 1);
    const std::string name = request.method + " " + request.path;
    EXPECT_EQ(server.Seen(name), c.seen) << name;
    const absl::StatusCode code = c.is_answered ? absl::StatusCode::kOk : absl::StatusCode::kUnavailable;
    EXPECT_EQ(checked.HeardBy(id).status.code(), code) << name;
  }
}

TEST(CurlClientTest, Law1A401IsSentOnceMoreWithOtherCredentials) {
  for (const bool stays_refused : {false, true}) {
    Server server([stays_refused](const ServedRequest& request, int seen_before, const Respond& respond) {
      const bool is_refused = stays_refused || seen_before == 0;
      respond({is_refused ? 401 : 200, "text/plain", request.Header("authorization")});
    });
    NumberedCredentials credentials;
    CurlOptions options;
    options.credentials = &credentials;
    const std::unique_ptr<CurlClient> client = Connect(server, options);
    CheckedClient checked(client.get());
    const uint64_t id = checked.Start(HttpRequestOf("POST", "/a"));
    Wait(client.get(), checked, 1);
    EXPECT_EQ(checked.HeardBy(id).code, stays_refused ? 401 : 200);
    EXPECT_EQ(checked.HeardBy(id).body, "2") << "the second credential";
    EXPECT_EQ(server.Seen("POST /a"), 2);
    EXPECT_EQ(credentials.refused(), 1);
  }
  Server server([](const ServedRequest&, int, const Respond& respond) { respond({401, "text/plain", ""}); });
  const std::unique_ptr<CurlClient> client = Connect(server);
  CheckedClient checked(client.get());
  checked.Start(HttpRequestOf("GET", "/a"));
  Wait(client.get(), checked, 1);
  EXPECT_EQ(server.Seen("GET /a"), 1) << "there are no other credentials";
}

TEST(CurlClientTest, Law2RequestsKeepTheRateAndTheirOrder) {
  constexpr int kRequests = 12;
  constexpr double kRate = 50;
  Server server([](const ServedRequest& request, int seen_before, const Respond& respond) {
    const bool is_refused = request.method == "PUT" && seen_before == 0;
    respond({is_refused ? 401 : 200, "text/plain", request.Header("authorization")});
  });
  for (const bool are_refused : {false, true}) {
    NumberedCredentials credentials;
    CurlOptions options;
    options.credentials = &credentials;
    options.requests_per_second = kRate;
    options.burst = 1;
    const std::unique_ptr<CurlClient> client = Connect(server, options);
    CheckedClient checked(client.get());
    const size_t before = server.Arrivals().size();
    const absl::Time start = absl::Now();
    std::vector<uint64_t> ids;
    for (int i = 0; i < kRequests; ++i) {
      ids.push_back(checked.Start(HttpRequestOf(are_refused ? "PUT" : "GET", absl::StrCat("/", i))));
    }
    Wait(client.get(), checked, kRequests);
    // No request of number N, from 0 on, leaves before N / rate. A second try is a request, too.
    const std::vector<absl::Time> arrivals = server.Arrivals();
    ASSERT_EQ(arrivals.size() - before, static_cast<size_t>(are_refused ? 2 * kRequests : kRequests));
    for (size_t i = before; i < arrivals.size(); ++i) {
      const absl::Duration least = absl::Seconds(static_cast<double>(i - before) / kRate);
      EXPECT_GE(arrivals[i] - start, least - absl::Milliseconds(2)) << i - before;
    }
    for (int i = 0; i < kRequests && !are_refused; ++i) {
      EXPECT_EQ(checked.HeardBy(ids[i]).body, absl::StrCat(i + 1)) << "requests leave in the order of Start";
    }
  }
}

TEST(CurlClientTest, Law2StreamsDoNotWait) {
  Server server(Echo);
  CurlOptions options;
  options.requests_per_second = 0.01;
  options.burst = 1;
  const std::unique_ptr<CurlClient> client = Connect(server, options);
  CheckedClient checked(client.get());
  checked.Start(HttpRequestOf("GET", "/a"));
  for (int i = 0; i < 5; ++i) {
    HttpRequest request = HttpRequestOf("GET", absl::StrCat("/stream", i));
    request.is_stream = true;
    checked.Start(request);
  }
  Wait(client.get(), checked, 6);
}

TEST(CurlClientTest, Law3StreamsAreHeldBackWhileTooMuchIsUndelivered) {
  constexpr size_t kMost = 256 << 10;
  constexpr size_t kBody = 6 << 20;
  // What libcurl hands over at once.
  constexpr size_t kSlack = 64 << 10;
  Server server([](const ServedRequest&, int, const Respond& respond) {
    respond({200, "text/plain", std::string(kBody, 'x')});
  });
  CurlOptions options;
  options.most_undelivered = kMost;
  const std::unique_ptr<CurlClient> client = Connect(server, options);
  CheckedClient checked(client.get());
  HttpRequest request = HttpRequestOf("GET", "/a");
  request.is_stream = true;
  const uint64_t id = checked.Start(request);
  size_t largest = 0;
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (!checked.IsOver(id) && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(30));
    const size_t before = checked.HeardBy(id).body.size();
    client->Deliver(kBody);
    largest = std::max(largest, checked.HeardBy(id).body.size() - before);
  }
  EXPECT_EQ(checked.HeardBy(id).body.size(), kBody) << "nothing is lost";
  EXPECT_TRUE(checked.HeardBy(id).status.ok());
  EXPECT_LE(largest, kMost + kSlack);
  EXPECT_GE(largest, kMost / 2);
}

TEST(CurlClientTest, AServerThatIsNoAddressIsAnError) {
  CurlOptions options;
  options.server = "not an address";
  EXPECT_TRUE(absl::IsInvalidArgument(CurlClient::Create(options).status()));
}

}  // namespace
}  // namespace lws
