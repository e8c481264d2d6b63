#include "lws/api/revision_key.h"

#include "absl/strings/str_cat.h"

namespace lws {

std::string RevisionKey(absl::string_view data) {
  uint32_t hash = 2166136261u;
  for (const char c : data) {
    hash *= 16777619u;
    hash ^= static_cast<unsigned char>(c);
  }
  // The alphabet has no vowels, and no digits that look like them, so that a key never spells a word.
  constexpr absl::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string key = absl::StrCat(hash);
  for (char& c : key) c = kAlphabet[static_cast<unsigned char>(c) % kAlphabet.size()];
  return key;
}

std::string RevisionName(absl::string_view set_name, absl::string_view key, int64_t number) {
  return absl::StrCat(set_name.substr(0, 220), "-", key, "-", number);
}

}  // namespace lws
