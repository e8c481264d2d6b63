#include "lws/adapters/kubernetes/serving/cipher_suites.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/kubernetes/serving/openssl_error.h"

namespace lws::internal {
namespace {

// OpenSSL's name for the suite of TLS 1.2 with this IANA name; Go leaves the hash out of two names. "" for an unknown
// one.
std::string OpenSslSuite(SSL_CTX* context, absl::string_view name) {
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    const SSL_CIPHER* suite = sk_SSL_CIPHER_value(suites, i);
    const char* standard = SSL_CIPHER_standard_name(suite);
    if (standard == nullptr || SSL_CIPHER_get_protocol_id(suite) >> 8 == 0x13) continue;
    if (name == standard || absl::StrCat(name, "_SHA256") == standard) return SSL_CIPHER_get_name(suite);
  }
  return "";
}

// A context with all suites, whatever the security level.
using AllSuites = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

}  // namespace

absl::Status ChooseCipherSuites(const std::vector<std::string>& names, SSL_CTX* context) {
  if (names.empty()) return absl::OkStatus();
  const AllSuites all(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (all == nullptr || SSL_CTX_set_cipher_list(all.get(), "ALL:@SECLEVEL=0") != 1) {
    return absl::InternalError(OpenSslError());
  }
  std::string list;
  for (const std::string& name : names) {
    const std::string suite = OpenSslSuite(all.get(), name);
    if (suite.empty()) return absl::InvalidArgumentError(absl::StrCat("cipher suite \"", name, "\" is not known"));
    absl::StrAppend(&list, list.empty() ? "" : ":", suite);
  }
  if (SSL_CTX_set_cipher_list(context, list.c_str()) != 1) return absl::InvalidArgumentError(OpenSslError());
  return absl::OkStatus();
}

}  // namespace lws::internal
