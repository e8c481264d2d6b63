// The server with a real client over a socket. The laws are those of https_server.h.
#include "lws/adapters/kubernetes/serving/https_server.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "tests/kubernetes/serving/tls_client.h"

namespace lws::internal {
namespace {

constexpr char kName[] = "lws.test";

const CertificatePair& Authority() {
  static const auto& authority = *new CertificatePair(
      *MakeCertificateAuthority({"ca", {}, absl::Now() - absl::Hours(1), absl::Now() + absl::Hours(1)}));
  return authority;
}

CertificatePair ServerPair(const std::string& name = kName) {
  return *MakeServerCertificate({"lws", {name}, absl::Now() - absl::Hours(1), absl::Now() + absl::Hours(1)},
                                Authority());
}

void Echo(ServedRequest request, Respond respond) {
  respond({200, "text/plain",
           absl::StrCat(request.method, " ", request.path, " ", request.body.size(), " ", request.Header("x-test"))});
}

HttpsServerOptions Local(bool with_tls = true) {
  HttpsServerOptions options;
  options.host = "127.0.0.1";
  options.with_tls = with_tls;
  options.threads = 2;
  return options;
}

std::unique_ptr<HttpsServer> Serve(const HttpsServerOptions& options, RequestHandler handler = Echo) {
  absl::StatusOr<std::unique_ptr<HttpsServer>> server = HttpsServer::Listen(options, std::move(handler));
  EXPECT_TRUE(server.ok()) << server.status();
  if (!server.ok()) return nullptr;
  if (options.with_tls) {
    const CertificatePair pair = ServerPair();
    EXPECT_TRUE((*server)->SetCertificate(pair.certificate, pair.key).ok());
  }
  return *std::move(server);
}

TEST(HttpsServerTest, AnswersOneRequestAfterAnotherOnOneConnection) {
  const auto server = Serve(Local());
  TestClient client(server->port(), Authority().certificate);
  ASSERT_TRUE(client.is_connected()) << client.error();
  EXPECT_EQ(client.Post("/a?timeout=10s", "xyz", "X-Test: 1\r\n").body, "POST /a 3 1");
  EXPECT_EQ(client.Post("/b", "").body, "POST /b 0 ");
  EXPECT_EQ(client.Post("/large", std::string(6 << 20, 'x')).body, absl::StrCat("POST /large ", 6 << 20, " "));
}

TEST(HttpsServerTest, SpeaksWithoutTlsToo) {
  const auto server = Serve(Local(/*with_tls=*/false));
  TestClient client(server->port(), "");
  ASSERT_TRUE(client.Write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(client.ReadAnswer().body, "GET /healthz 0 ");
  EXPECT_EQ(client.ReadAnswer().body, "GET /two 0 ");
}

TEST(HttpsServerTest, ABodyThatWaitsForLeaveIsAskedFor) {
  const auto server = Serve(Local(/*with_tls=*/false));
  TestClient client(server->port(), "");
  ASSERT_TRUE(client.Write("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.ReadAnswer().code, 100);
  ASSERT_TRUE(client.Write("ok"));
  EXPECT_EQ(client.ReadAnswer().body, "POST /x 2 ");
}

TEST(HttpsServerTest, WithoutACertificateConnectionsAreClosedAfterAWhile) {
  HttpsServerOptions options = Local();
  options.handshake_timeout = absl::Milliseconds(100);
  auto server = HttpsServer::Listen(options, Echo);
  ASSERT_TRUE(server.ok());
  EXPECT_FALSE(TestClient((*server)->port(), Authority().certificate).is_connected());
  const CertificatePair pair = ServerPair();
  ASSERT_TRUE((*server)->SetCertificate(pair.certificate, pair.key).ok());
  EXPECT_TRUE(TestClient((*server)->port(), Authority().certificate).is_connected());
}

TEST(HttpsServerTest, ConnectionsThatComeBeforeTheFirstCertificateWaitForIt) {
  auto server = HttpsServer::Listen(Local(), Echo);
  ASSERT_TRUE(server.ok());
  int code = 0;
  std::thread early([&code, &server] {
    TestClient client((*server)->port(), Authority().certificate);
    if (client.is_connected()) code = client.Post("/early", "").code;
  });
  absl::SleepFor(absl::Milliseconds(100));
  const CertificatePair pair = ServerPair();
  ASSERT_TRUE((*server)->SetCertificate(pair.certificate, pair.key).ok());
  early.join();
  EXPECT_EQ(code, 200);
}

TEST(HttpsServerTest, StopsWhileItWaitsForACertificate) {
  auto server = HttpsServer::Listen(Local(), Echo);
  ASSERT_TRUE(server.ok());
  const absl::Time before = absl::Now();
  (*server)->Stop(absl::Seconds(5));
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
}

TEST(HttpsServerTest, Law1ABrokenCertificateKeepsTheFormerOne) {
  const auto server = Serve(Local());
  const CertificatePair other = ServerPair("other.test");
  const std::pair<std::string, std::string> broken[] = {
      {"", ""}, {"junk", other.key}, {other.certificate, "junk"}, {other.certificate, ServerPair().key}};
  for (const auto& [certificate, key] : broken) {
    EXPECT_EQ(server->SetCertificate(certificate, key).code(), absl::StatusCode::kInvalidArgument);
    TestClient client(server->port(), Authority().certificate);
    EXPECT_TRUE(client.is_connected()) << client.error();
  }
  EXPECT_TRUE(server->SetCertificate(other.certificate, other.key).ok());
  EXPECT_FALSE(TestClient(server->port(), Authority().certificate).is_connected());
  EXPECT_TRUE(TestClient(server->port(), Authority().certificate, "other.test").is_connected());
}

TEST(HttpsServerTest, Law1CertificatesChangeUnderLoad) {
  const auto server = Serve(Local());
  std::atomic<bool> is_over{false};
  std::atomic<int> answered{0}, failed{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&server, &is_over, &answered, &failed, i] {
      // The first client keeps its connection; the others open one with every request.
      TestClient kept(server->port(), Authority().certificate);
      while (!is_over) {
        TestClient fresh(i == 0 ? 1 : server->port(), i == 0 ? "" : Authority().certificate);
        ++((i == 0 ? kept : fresh).Post("/x", "body").code == 200 ? answered : failed);
      }
    });
  }
  const CertificatePair pairs[] = {ServerPair(), ServerPair()};
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(server->SetCertificate(pairs[i % 2].certificate, pairs[i % 2].key).ok());
    EXPECT_FALSE(server->SetCertificate(pairs[0].certificate, pairs[1].key).ok());
    absl::SleepFor(absl::Milliseconds(10));
  }
  is_over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 20);
}

TEST(HttpsServerTest, Law2TooMuchIsRefused) {
  HttpsServerOptions options = Local();
  options.most_body_bytes = 1000;
  options.most_header_bytes = 2000;
  const auto server = Serve(options);
  const std::string& authority = Authority().certificate;
  EXPECT_EQ(TestClient(server->port(), authority).Post("/x", std::string(1000, 'x')).code, 200);
  EXPECT_EQ(TestClient(server->port(), authority).Post("/x", std::string(1001, 'x')).code, 413);
  EXPECT_EQ(TestClient(server->port(), authority).Post("/x", std::string(3 << 20, 'x')).code, 413);
  EXPECT_EQ(TestClient(server->port(), authority).Post("/x", "", "A: " + std::string(3000, 'a') + "\r\n").code, 431);
  TestClient chunked(server->port(), authority);
  ASSERT_TRUE(chunked.Write("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                            std::string(1001, 'x') + "\r\n0\r\n\r\n"));
  EXPECT_EQ(chunked.ReadAnswer().code, 413);
}

TEST(HttpsServerTest, Law2JunkIsRefused) {
  const auto server = Serve(Local());
  const std::string& authority = Authority().certificate;
  for (const std::string& junk :
       {std::string("\0\1\2\r\n\r\n", 7), std::string("GET\r\n\r\n"), std::string("POST /x HTTP/9.9\r\n\r\n"),
        std::string("POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n")}) {
    TestClient client(server->port(), authority);
    ASSERT_TRUE(client.Write(junk));
    EXPECT_EQ(client.ReadAnswer().code, 400) << junk;
    EXPECT_TRUE(client.IsClosed());
  }
  TestClient no_tls(server->port(), "");
  ASSERT_TRUE(no_tls.Write("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(no_tls.IsClosed());
  EXPECT_EQ(TestClient(server->port(), authority).Post("/x", "").code, 200);
}

TEST(HttpsServerTest, Law2WhoIsTooSlowIsLetGo) {
  HttpsServerOptions options = Local();
  options.handshake_timeout = options.request_timeout = options.idle_timeout = absl::Milliseconds(200);
  const auto server = Serve(options);
  TestClient silent(server->port(), "");
  EXPECT_TRUE(silent.IsClosed());
  TestClient half(server->port(), Authority().certificate);
  ASSERT_TRUE(half.Write("POST /x HTTP/1.1\r\nHost: x\r\nContent-Le"));
  EXPECT_TRUE(half.IsClosed());
  TestClient no_body(server->port(), Authority().certificate);
  ASSERT_TRUE(no_body.Write("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"));
  EXPECT_TRUE(no_body.IsClosed());
}

TEST(HttpsServerTest, ConnectionsAreCounted) {
  HttpsServerOptions options = Local(/*with_tls=*/false);
  options.most_connections = 2;
  const auto server = Serve(options);
  TestClient first(server->port(), ""), second(server->port(), "");
  EXPECT_EQ(first.Post("/x", "").code, 200);
  EXPECT_EQ(second.Post("/x", "").code, 200);
  EXPECT_EQ(TestClient(server->port(), "").Post("/x", "").code, 0);
}

// Keeps the requests until the test answers them.
struct Held {
  std::atomic<int> count{0};
  Respond respond;

  RequestHandler handler() {
    return [this](ServedRequest, Respond to) {
      respond = std::move(to);
      ++count;
    };
  }
  void Wait() const {
    while (count == 0) absl::SleepFor(absl::Milliseconds(1));
  }
};

TEST(HttpsServerTest, Law3StopWaitsForWhatIsUnderWay) {
  Held held;
  const auto server = Serve(Local(), held.handler());
  TestClient idle(server->port(), Authority().certificate);
  TestClient client(server->port(), Authority().certificate);
  ASSERT_TRUE(client.Write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
  held.Wait();
  std::thread stop([&server] { server->Stop(absl::Seconds(10)); });
  EXPECT_TRUE(idle.IsClosed());
  EXPECT_FALSE(TestClient(server->port(), Authority().certificate).is_connected());
  std::thread later([&held] { held.respond({200, "text/plain", "done"}); });
  const ReceivedAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_TRUE(absl::StrContains(answer.headers, "connection: close")) << answer.headers;
  later.join();
  EXPECT_TRUE(client.IsClosed());
  stop.join();
}

TEST(HttpsServerTest, Law3StopDoesNotWaitForEver) {
  Held held;
  auto server = Serve(Local(), held.handler());
  TestClient client(server->port(), Authority().certificate);
  ASSERT_TRUE(client.Write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
  held.Wait();
  server->Stop(absl::Milliseconds(50));
  EXPECT_EQ(client.ReadAnswer().code, 0);
  server.reset();
  held.respond({200, "text/plain", "to nobody"});
}

TEST(HttpsServerTest, AHandlerThatForgetsItsRequestClosesTheConnection) {
  const auto server = Serve(Local(), [](ServedRequest, Respond) {});
  TestClient client(server->port(), Authority().certificate);
  EXPECT_EQ(client.Post("/x", "").code, 0);
}

TEST(HttpsServerTest, OldVersionsAndOtherSuitesAreTurnedAway) {
  HttpsServerOptions options = Local();
  options.cipher_suites = {"TLS_NO_SUCH_SUITE"};
  EXPECT_EQ(HttpsServer::Listen(options, Echo).status().message(), "cipher suite \"TLS_NO_SUCH_SUITE\" is not known");
  options.cipher_suites = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"};
  const auto server = Serve(options);
  EXPECT_EQ(TestClient(server->port(), Authority().certificate).Post("/x", "").code, 200);
}

TEST(HttpsServerTest, WhatCannotBeListenedOnIsAnError) {
  const auto server = Serve(Local());
  HttpsServerOptions options = Local();
  options.port = server->port();
  EXPECT_EQ(HttpsServer::Listen(options, Echo).status().code(), absl::StatusCode::kUnavailable);
  options.host = "no such host";
  EXPECT_EQ(HttpsServer::Listen(options, Echo).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lws::internal
