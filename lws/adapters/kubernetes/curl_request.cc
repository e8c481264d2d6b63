#include "lws/adapters/kubernetes/curl_request.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace lws::internal {
namespace {

constexpr long kKeepaliveSeconds = 15;
constexpr unsigned kUserTimeoutMilliseconds = 30000;

long Milliseconds(absl::Duration duration) {
  return static_cast<long>(std::clamp<int64_t>(absl::ToInt64Milliseconds(duration), 1, 1 << 30));
}

long Seconds(absl::Duration duration) {
  return static_cast<long>(std::clamp<int64_t>(absl::ToInt64Seconds(duration), 1, 1 << 20));
}

int SetUserTimeout(void*, curl_socket_t socket, curlsocktype) {
  const unsigned timeout = kUserTimeoutMilliseconds;
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
  return CURL_SOCKOPT_OK;
}

curl_blob BlobOf(const std::string& text) {
  curl_blob blob;
  blob.data = const_cast<char*>(text.data());
  blob.len = text.size();
  blob.flags = CURL_BLOB_COPY;
  return blob;
}

void SetServer(const CurlOptions& options, const std::string& path, CURL* easy) {
  std::string server(absl::StripSuffix(options.server, "/"));
  if (!options.tls_server_name.empty()) {
    // The address has the name in the certificate, while the connection goes to the server.
    CURLU* url = curl_url();
    char* host = nullptr;
    char* port = nullptr;
    curl_url_set(url, CURLUPART_URL, server.c_str(), 0);
    curl_url_get(url, CURLUPART_HOST, &host, 0);
    curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    if (host != nullptr && port != nullptr) {
      curl_slist* connect_to =
          curl_slist_append(nullptr, absl::StrCat(options.tls_server_name, ":", port, ":", host, ":", port).c_str());
      curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to);
      curl_easy_setopt(easy, CURLOPT_PRIVATE, connect_to);
      server = absl::StrCat("https://", options.tls_server_name, ":", port);
    }
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
  }
  curl_easy_setopt(easy, CURLOPT_URL, absl::StrCat(server, path).c_str());
}

void SetConnection(const HttpRequest& request, bool has_http2, CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, has_http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepaliveSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepaliveSeconds);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &SetUserTimeout);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, Milliseconds(request.timeout));
  if (request.idle_limit != absl::InfiniteDuration()) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, Seconds(request.idle_limit));
  }
}

void SetTls(const CurlOptions& options, const Credential& credential, CURL* easy) {
  if (options.is_insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  } else if (!options.authorities.empty()) {
    curl_blob authorities = BlobOf(options.authorities);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authorities);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!credential.client_certificate.empty()) {
    curl_blob certificate = BlobOf(credential.client_certificate);
    curl_blob key = BlobOf(credential.client_key);
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
  }
}

curl_slist* HeadersOf(const HttpRequest& request, const Credential& credential) {
  curl_slist* headers = nullptr;
  const auto add = [&headers](const std::string& header) { headers = curl_slist_append(headers, header.c_str()); };
  add(absl::StrCat("Accept: ", request.accept));
  if (!request.content_type.empty()) add(absl::StrCat("Content-Type: ", request.content_type));
  if (!credential.authorization.empty()) {
    add(absl::StrCat("Authorization: ", credential.authorization));
  }
  add("Expect:");
  return headers;
}

}  // namespace

curl_slist* SetUpCurlRequest(const CurlOptions& options, const HttpRequest& request, const Credential& credential,
                             CURL* easy) {
  SetServer(options, request.path, easy);
  SetConnection(request, options.has_http2, easy);
  if (request.accepts_gzip) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  if (!options.proxy.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  SetTls(options, credential, easy);
  curl_slist* headers = HeadersOf(request, credential);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  if (request.method != "GET") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  return headers;
}

void ResetCurlRequest(CURL* easy) {
  char* connect_to = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &connect_to);
  curl_easy_reset(easy);
  curl_slist_free_all(reinterpret_cast<curl_slist*>(connect_to));
}

}  // namespace lws::internal
