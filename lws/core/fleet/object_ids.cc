#include "lws/core/fleet/object_ids.h"

#include <cstddef>

namespace lws {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr size_t kUidLength = 36;

bool IsDash(size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

}  // namespace

std::optional<PackedUid> ParseUid(absl::string_view text) {
  if (text.size() != kUidLength) return std::nullopt;
  PackedUid uid;
  size_t digits = 0;
  for (size_t i = 0; i < kUidLength; ++i) {
    const char c = text[i];
    if (IsDash(i)) {
      if (c != '-') return std::nullopt;
      continue;
    }
    const bool is_letter = c >= 'a' && c <= 'f';
    if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
    const uint32_t digit = static_cast<uint32_t>(is_letter ? c - 'a' + 10 : c - '0');
    uint32_t& word = uid.words[digits++ / 8];
    word = word << 4 | digit;
  }
  return uid;
}

std::string UidText(const PackedUid& uid) {
  std::string text;
  text.reserve(kUidLength);
  for (size_t digits = 0; text.size() < kUidLength; ++digits) {
    if (IsDash(text.size())) text.push_back('-');
    text.push_back(kDigits[uid.words[digits / 8] >> (28 - digits % 8 * 4) & 15]);
  }
  return text;
}

}  // namespace lws
