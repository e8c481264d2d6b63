#include "lws/adapters/kubernetes/serving/openssl_error.h"

#include <openssl/err.h>

namespace lws::internal {

std::string OpenSslError() {
  char text[256] = "unknown error";
  const unsigned long code = ERR_get_error();
  if (code != 0) ERR_error_string_n(code, text, sizeof(text));
  ERR_clear_error();
  return text;
}

}  // namespace lws::internal
