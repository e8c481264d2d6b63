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
  static constexpr uint8_t kPlaces[] = {0,  1,  2,  3,  4,  5,  6,  7,  9,  10, 11, 12, 14, 15, 16, 17,
                                        19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35};
  std::string text(kUidLength, '-');
  const uint8_t* place = kPlaces;
  for (const uint32_t word : uid.words) {
    for (int shift = 28; shift >= 0; shift -= 4) text[*place++] = kDigits[word >> shift & 15];
  }
  return text;
}

}  // namespace lws
