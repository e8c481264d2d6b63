#include "lws/api/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>

#include "absl/strings/escaping.h"

namespace lws::internal {
namespace {

std::string Hex(const unsigned char* digest, size_t size) {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

const unsigned char* Bytes(absl::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string Sha1Hex(absl::string_view text) {
  // Looking up the algorithm takes longer than digesting a name, so it is looked up once.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  unsigned char digest[SHA_DIGEST_LENGTH];
  const bool is_digested =
      algorithm != nullptr && EVP_Digest(text.data(), text.size(), digest, nullptr, algorithm, nullptr) == 1;
  if (!is_digested) SHA1(Bytes(text), text.size(), digest);
  return Hex(digest, sizeof(digest));
}

std::string Sha256Hex(absl::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(Bytes(text), text.size(), digest);
  return Hex(digest, sizeof(digest));
}

}  // namespace lws::internal
