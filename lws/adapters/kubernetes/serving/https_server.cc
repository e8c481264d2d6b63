#include "lws/adapters/kubernetes/serving/https_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "boost/asio/dispatch.hpp"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ip/v6_only.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/ssl/context.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/strand.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/http.hpp"
#include "boost/beast/ssl/ssl_stream.hpp"
#include "lws/adapters/kubernetes/serving/cipher_suites.h"
#include "lws/adapters/kubernetes/serving/openssl_error.h"
#include "lws/adapters/kubernetes/serving/served_connections.h"

namespace lws::internal {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using tcp = boost::asio::ip::tcp;
using Error = boost::system::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// How long a closing connection may take to say goodbye and to read what its peer still sends.
constexpr std::chrono::seconds kGoodbye(2);
// The pause between two attempts to accept a connection when the process has no descriptors left.
constexpr std::chrono::milliseconds kAcceptPause(100);

std::chrono::nanoseconds Chrono(absl::Duration duration) { return absl::ToChronoNanoseconds(duration); }

using TlsContext = std::shared_ptr<ssl::context>;

// The settings of every connection, except the certificate.
absl::StatusOr<TlsContext> MakeContext(const HttpsServerOptions& options) {
  try {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* handle = context->native_handle();
    const int version = options.min_version == TlsVersion::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(handle, version) != 1) return absl::InternalError(OpenSslError());
    // An idle connection keeps no buffers.
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
    absl::Status status = ChooseCipherSuites(options.cipher_suites, handle);
    if (!status.ok()) return status;
    return context;
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("TLS: ", e.what()));
  }
}

absl::Status LoadCertificate(absl::string_view certificate, absl::string_view key, ssl::context* context) {
  ERR_clear_error();
  Error error;
  context->use_certificate_chain(asio::buffer(certificate.data(), certificate.size()), error);
  if (error) return absl::InvalidArgumentError(absl::StrCat("certificate: ", error.message()));
  context->use_private_key(asio::buffer(key.data(), key.size()), ssl::context::pem, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat("key of the certificate: ", error.message()));
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("key of the certificate: ", OpenSslError()));
  }
  return absl::OkStatus();
}

ServedAnswer PlainAnswer(int code, absl::string_view text) {
  return {code, "text/plain; charset=utf-8", absl::StrCat(text, "\n")};
}

// The answer to a request that could not be read; nullopt when the connection is closed without an answer.
std::optional<ServedAnswer> AnswerTo(const Error& error) {
  if (error == http::error::body_limit) return PlainAnswer(413, "the body is too large");
  if (error == http::error::header_limit) return PlainAnswer(431, "the headers are too large");
  const bool is_closed = error == http::error::end_of_stream || error == http::error::partial_message;
  if (is_closed || error.category() != make_error_code(http::error::bad_method).category()) return std::nullopt;
  return PlainAnswer(400, "the request is malformed");
}

ServedRequest ToServed(http::request<http::string_body>&& message) {
  ServedRequest request;
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  request.path = target.substr(0, target.find('?'));
  for (const auto& field : message.base()) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

// The data that connections share. It outlives them.
struct Shared {
  HttpsServerOptions options;
  RequestHandler handler;
  ConnectionList connections;
  WaitingConnections waiting;
  std::atomic<uint64_t> next_id{0};
};

// One connection. Everything except the constructor, the destructor, Drain and Abort runs on its strand.
template <typename Stream>
class HttpConnection final : public ServedConnection, public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  // `context` lives as long as the stream; null without TLS.
  HttpConnection(std::shared_ptr<Shared> shared, TlsContext context, Stream stream)
      : shared_(std::move(shared)), context_(std::move(context)), stream_(std::move(stream)) {}

  ~HttpConnection() override { shared_->connections.Remove(this); }

  void Drain() override {
    OnStrand([](HttpConnection& self) {
      self.is_draining_ = true;
      if (self.is_idle_ && !self.parser_->got_some()) self.Close();
    });
  }

  void Abort() override {
    OnStrand([](HttpConnection& self) { self.Close(); });
  }

  void Answered(std::optional<ServedAnswer> answer) override {
    OnStrand([answer = std::move(answer)](HttpConnection& self) {
      answer.has_value() ? self.Answer(*answer) : self.Close();
    });
  }

  void Run() {
    OnStrand([](HttpConnection& self) { self.Handshake(); });
  }

 private:
  template <typename Step>
  void OnStrand(Step step) {
    asio::post(stream_.get_executor(), [self = this->shared_from_this(), step = std::move(step)] { step(*self); });
  }

  // Returns `member` as the completion of an operation. It keeps the connection alive.
  template <typename... Arguments>
  auto Then(void (HttpConnection::*member)(Arguments...)) {
    return beast::bind_front_handler(member, this->shared_from_this());
  }

  void Expire(absl::Duration after) { beast::get_lowest_layer(stream_).expires_after(Chrono(after)); }

  void Handshake() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Expire(shared_->options.handshake_timeout);
      stream_.async_handshake(ssl::stream_base::server, Then(&HttpConnection::OnHandshake));
    } else {
      ReadHeaders();
    }
  }

  void OnHandshake(Error error) {
    if (!error) ReadHeaders();
  }

  void ReadHeaders() {
    if (is_draining_) return Goodbye();
    parser_.emplace();
    parser_->body_limit(shared_->options.most_body_bytes);
    parser_->header_limit(static_cast<std::uint32_t>(shared_->options.most_header_bytes));
    is_idle_ = true;
    Expire(shared_->options.idle_timeout);
    http::async_read_header(stream_, buffer_, *parser_, Then(&HttpConnection::OnHeaders));
  }

  void OnHeaders(Error error, size_t) {
    is_idle_ = false;
    if (error) return Refuse(error);
    Expire(shared_->options.request_timeout);
    const bool waits = beast::iequals(parser_->get()[http::field::expect], "100-continue");
    if (!waits) return ReadBody();
    continue_.emplace(http::status::continue_, parser_->get().version());
    http::async_write(stream_, *continue_, Then(&HttpConnection::OnContinued));
  }

  void OnContinued(Error error, size_t) {
    if (!error) ReadBody();
  }

  void ReadBody() { http::async_read(stream_, buffer_, *parser_, Then(&HttpConnection::OnRequest)); }

  void OnRequest(Error error, size_t) {
    if (error) return Refuse(error);
    beast::get_lowest_layer(stream_).expires_never();
    http::request<http::string_body> message = parser_->release();
    keeps_alive_ = message.keep_alive();
    version_ = message.version();
    const uint64_t id = shared_->next_id.fetch_add(1);
    shared_->waiting.Add(id, this->shared_from_this());
    auto reply = std::make_shared<ServedReply>(std::shared_ptr<WaitingConnections>(shared_, &shared_->waiting), id);
    try {
      shared_->handler(ToServed(std::move(message)), [reply](ServedAnswer answer) { reply->Send(std::move(answer)); });
    } catch (const std::exception& e) {
      reply->Send(PlainAnswer(500, e.what()));
    }
  }

  void Refuse(const Error& error) {
    std::optional<ServedAnswer> answer = AnswerTo(error);
    if (!answer.has_value()) return;
    keeps_alive_ = false;
    Answer(*answer);
  }

  void Answer(const ServedAnswer& answer) {
    if (response_.has_value()) return;
    response_.emplace(static_cast<http::status>(answer.code), version_);
    response_->set(http::field::content_type, answer.content_type);
    // Stop may not have reached this connection yet.
    response_->keep_alive(keeps_alive_ && !is_draining_ && !shared_->connections.IsClosed());
    response_->body() = answer.body;
    response_->prepare_payload();
    Expire(shared_->options.request_timeout);
    http::async_write(stream_, *response_, Then(&HttpConnection::OnAnswered));
  }

  void OnAnswered(Error error, size_t) {
    const bool goes_on = response_->keep_alive();
    response_.reset();
    if (error) return;
    goes_on ? ReadHeaders() : Goodbye();
  }

  // Ends the sending side and reads what is still arriving: a connection that is closed with unread bytes takes back
  // what was just written.
  void Goodbye() {
    beast::get_lowest_layer(stream_).expires_after(kGoodbye);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown(Then(&HttpConnection::OnGoodbye));
    } else {
      OnGoodbye({});
    }
  }

  void OnGoodbye(Error) {
    Error ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_send, ignored);
    beast::get_lowest_layer(stream_).async_read_some(asio::buffer(rest_), Then(&HttpConnection::OnRest));
  }

  void OnRest(Error error, size_t) {
    if (error) return;
    beast::get_lowest_layer(stream_).async_read_some(asio::buffer(rest_), Then(&HttpConnection::OnRest));
  }

  void Close() { beast::get_lowest_layer(stream_).close(); }

  std::shared_ptr<Shared> shared_;
  TlsContext context_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::empty_body>> continue_;
  std::optional<http::response<http::string_body>> response_;
  std::array<char, 4096> rest_;
  unsigned version_ = 11;
  bool keeps_alive_ = false;
  bool is_idle_ = false;
  bool is_draining_ = false;
};

// The address to listen at. Without a host: all addresses of both families, if the machine has both.
absl::StatusOr<std::vector<tcp::endpoint>> Endpoints(const HttpsServerOptions& options, asio::io_context* context) {
  if (options.host.empty()) {
    return std::vector<tcp::endpoint>{{tcp::v6(), options.port}, {tcp::v4(), options.port}};
  }
  Error error;
  std::vector<tcp::endpoint> endpoints;
  for (const auto& found : tcp::resolver(*context).resolve(options.host, "", tcp::resolver::passive, error)) {
    endpoints.emplace_back(found.endpoint().address(), options.port);
  }
  if (error) return absl::InvalidArgumentError(absl::StrCat("host \"", options.host, "\": ", error.message()));
  return endpoints;
}

Error ListenAt(const tcp::endpoint& endpoint, tcp::acceptor* acceptor) {
  Error error;
  acceptor->open(endpoint.protocol(), error);
  if (error) return error;
  acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (endpoint.address().is_v6()) acceptor->set_option(asio::ip::v6_only(false), error);
  acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    Error ignored;
    acceptor->close(ignored);
  }
  return error;
}

}  // namespace

class HttpsServer::Impl {
 public:
  Impl(const HttpsServerOptions& options, RequestHandler handler)
      : shared_(std::make_shared<Shared>()),
        context_(options.threads),
        work_(context_.get_executor()),
        acceptor_(asio::make_strand(context_)),
        pause_(acceptor_.get_executor()) {
    shared_->options = options;
    shared_->handler = std::move(handler);
  }

  ~Impl() { Stop(absl::ZeroDuration()); }

  absl::Status Listen() {
    absl::StatusOr<std::vector<tcp::endpoint>> endpoints = Endpoints(shared_->options, &context_);
    if (!endpoints.ok()) return endpoints.status();
    if (shared_->options.with_tls) {
      const absl::StatusOr<TlsContext> settings = MakeContext(shared_->options);
      if (!settings.ok()) return settings.status();
    }
    Error error;
    for (const tcp::endpoint& endpoint : *endpoints) {
      error = ListenAt(endpoint, &acceptor_);
      if (!error) break;
    }
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", shared_->options.host, ":", shared_->options.port, ": ", error.message()));
    }
    port_ = acceptor_.local_endpoint(error).port();
    asio::dispatch(acceptor_.get_executor(), [this] { shared_->options.with_tls ? AwaitCertificate() : Accept(); });
    return Start();
  }

  absl::Status SetCertificate(absl::string_view certificate, absl::string_view key) {
    absl::StatusOr<TlsContext> context = MakeContext(shared_->options);
    if (!context.ok()) return context.status();
    absl::Status status = LoadCertificate(certificate, key, context->get());
    if (!status.ok()) return status;
    std::atomic_store(&certificate_, *std::move(context));
    asio::dispatch(acceptor_.get_executor(), [this] {
      if (std::exchange(awaits_certificate_, false)) pause_.cancel();
    });
    return absl::OkStatus();
  }

  void Stop(absl::Duration drain) {
    const std::lock_guard<std::mutex> lock(stop_mutex_);
    asio::dispatch(acceptor_.get_executor(), [this] {
      Error ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (const std::shared_ptr<ServedConnection>& connection : shared_->connections.Close()) connection->Drain();
    if (!threads_.empty() && !shared_->connections.WaitUntilEmpty(drain)) {
      for (const std::shared_ptr<ServedConnection>& connection : shared_->connections.Close()) connection->Abort();
      shared_->connections.WaitUntilEmpty(absl::Milliseconds(200));
    }
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    shared_->waiting.Close();
  }

  uint16_t port() const { return port_; }

 private:
  absl::Status Start() {
    try {
      for (int i = 0; i < std::max(1, shared_->options.threads); ++i) {
        threads_.emplace_back([this] { context_.run(); });
      }
    } catch (const std::exception& e) {
      return absl::ResourceExhaustedError(absl::StrCat("threads of the server: ", e.what()));
    }
    return absl::OkStatus();
  }

  void Accept() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_accept(asio::make_strand(context_), [this](Error error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return PauseAccepting();
      Serve(std::move(socket));
      Accept();
    });
  }

  // Connections wait in the kernel's queue meanwhile, so that a process which has just started refuses nobody.
  void AwaitCertificate() {
    if (std::atomic_load(&certificate_) != nullptr) return Accept();
    awaits_certificate_ = true;
    pause_.expires_after(std::chrono::milliseconds(absl::ToInt64Milliseconds(shared_->options.handshake_timeout)));
    pause_.async_wait([this](Error) { Accept(); });
  }

  void PauseAccepting() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](Error) { Accept(); });
  }

  void Serve(tcp::socket socket) {
    Error ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (!shared_->options.with_tls) return Open<PlainStream>(nullptr, PlainStream(std::move(socket)));
    TlsContext context = std::atomic_load(&certificate_);
    if (context == nullptr) return;
    TlsStream stream(std::move(socket), *context);
    Open<TlsStream>(std::move(context), std::move(stream));
  }

  template <typename Stream>
  void Open(TlsContext context, Stream stream) {
    auto connection = std::make_shared<HttpConnection<Stream>>(shared_, std::move(context), std::move(stream));
    if (shared_->connections.Add(connection.get(), connection, shared_->options.most_connections)) connection->Run();
  }

  std::shared_ptr<Shared> shared_;
  TlsContext certificate_;
  asio::io_context context_;
  // Keeps the threads alive while all connections wait for their handlers.
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  bool awaits_certificate_ = false;  // used by the strand of acceptor_ only
  uint16_t port_ = 0;
  std::mutex stop_mutex_;
  std::vector<std::thread> threads_;
};

HttpsServer::HttpsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpsServer::~HttpsServer() = default;

absl::StatusOr<std::unique_ptr<HttpsServer>> HttpsServer::Listen(const HttpsServerOptions& options,
                                                                 RequestHandler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  absl::Status status = impl->Listen();
  if (!status.ok()) return status;
  return std::unique_ptr<HttpsServer>(new HttpsServer(std::move(impl)));
}

absl::Status HttpsServer::SetCertificate(absl::string_view certificate, absl::string_view key) {
  return impl_->SetCertificate(certificate, key);
}

void HttpsServer::Stop(absl::Duration drain) { impl_->Stop(drain); }

uint16_t HttpsServer::port() const { return impl_->port(); }

}  // namespace lws::internal
