#include "tests/kubernetes/serving/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lws {

struct TestClient::Connection {
  int socket = -1;
  SSL_CTX* context = nullptr;
  SSL* tls = nullptr;

  ~Connection() {
    if (tls != nullptr) SSL_free(tls);
    if (context != nullptr) SSL_CTX_free(context);
    if (socket >= 0) close(socket);
  }
};

namespace {

int Connect(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  timeval limit = {15, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return socket;
  close(socket);
  return -1;
}

void Trust(const std::string& authority, SSL_CTX* context) {
  BIO* memory = BIO_new_mem_buf(authority.data(), static_cast<int>(authority.size()));
  X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  if (certificate == nullptr) return;
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
  X509_free(certificate);
}

}  // namespace

TestClient::TestClient(uint16_t port, const std::string& authority, const std::string& name)
    : connection_(std::make_unique<Connection>()) {
  signal(SIGPIPE, SIG_IGN);
  connection_->socket = Connect(port);
  if (connection_->socket < 0) error_ = "no connection";
  if (connection_->socket < 0 || authority.empty()) return;
  connection_->context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(connection_->context, SSL_VERIFY_PEER, nullptr);
  Trust(authority, connection_->context);
  connection_->tls = SSL_new(connection_->context);
  SSL_set1_host(connection_->tls, name.c_str());
  SSL_set_tlsext_host_name(connection_->tls, name.c_str());
  SSL_set_fd(connection_->tls, connection_->socket);
  if (SSL_connect(connection_->tls) == 1) return;
  char text[256] = "closed";
  const unsigned long code = ERR_get_error();
  if (code != 0) ERR_error_string_n(code, text, sizeof(text));
  ERR_clear_error();
  error_ = text;
}

TestClient::~TestClient() = default;

bool TestClient::is_connected() const { return error_.empty(); }

std::string TestClient::error() const { return error_; }

bool TestClient::Write(const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const int left = static_cast<int>(bytes.size() - sent);
    const int size = connection_->tls != nullptr
                         ? SSL_write(connection_->tls, bytes.data() + sent, left)
                         : static_cast<int>(send(connection_->socket, bytes.data() + sent, left, MSG_NOSIGNAL));
    if (size <= 0) return false;
    sent += static_cast<size_t>(size);
  }
  return true;
}

int TestClient::Read(char* to, int size) {
  if (connection_->tls != nullptr) return SSL_read(connection_->tls, to, size);
  return static_cast<int>(recv(connection_->socket, to, static_cast<size_t>(size), 0));
}

ReceivedAnswer TestClient::ReadAnswer() {
  ReceivedAnswer answer;
  char part[4096];
  size_t end;
  while ((end = rest_.find("\r\n\r\n")) == std::string::npos) {
    const int size = Read(part, sizeof(part));
    if (size <= 0) return answer;
    rest_.append(part, static_cast<size_t>(size));
  }
  answer.headers = absl::AsciiStrToLower(rest_.substr(0, end));
  rest_.erase(0, end + 4);
  const size_t length_at = answer.headers.find("content-length: ");
  const size_t length = length_at == std::string::npos ? 0 : std::atoi(answer.headers.c_str() + length_at + 16);
  while (rest_.size() < length) {
    const int size = Read(part, sizeof(part));
    if (size <= 0) return answer;
    rest_.append(part, static_cast<size_t>(size));
  }
  answer.body = rest_.substr(0, length);
  rest_.erase(0, length);
  if (!absl::SimpleAtoi(answer.headers.substr(9, 3), &answer.code)) answer.code = 0;
  return answer;
}

ReceivedAnswer TestClient::Post(const std::string& path, const std::string& body, const std::string& headers) {
  if (!Write(absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: test\r\nContent-Length: ", body.size(), "\r\n", headers,
                          "\r\n", body))) {
    return ReadAnswer();
  }
  return ReadAnswer();
}

bool TestClient::IsClosed() {
  char part[4096];
  int size;
  while ((size = Read(part, sizeof(part))) > 0) continue;
  if (connection_->tls == nullptr) return size == 0 || errno == ECONNRESET;
  return SSL_get_error(connection_->tls, size) != SSL_ERROR_WANT_READ;
}

}  // namespace lws
