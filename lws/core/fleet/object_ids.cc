#include "lws/core/fleet/object_ids.h"

#include <cstddef>
#include <cstring>

namespace lws {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr size_t kUidLength = 36;

// Where the digits stand.
constexpr uint8_t kPositions[] = {0,  1,  2,  3,  4,  5,  6,  7,  9,  10, 11, 12, 14, 15, 16, 17,
                                  19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35};

constexpr uint32_t kNoDigit = 16;
struct DigitTable {
  uint8_t values[256];
};
constexpr DigitTable MakeDigitTable() {
  DigitTable table = {};
  for (uint8_t& value : table.values) value = kNoDigit;
  for (uint8_t digit = 0; digit < 16; ++digit) table.values[static_cast<unsigned char>(kDigits[digit])] = digit;
  return table;
}
constexpr DigitTable kDigitTable = MakeDigitTable();

// The two digits of each byte.
struct DigitPairs {
  char texts[256][2];
};
constexpr DigitPairs MakeDigitPairs() {
  DigitPairs pairs = {};
  for (int byte = 0; byte < 256; ++byte) {
    pairs.texts[byte][0] = kDigits[byte >> 4];
    pairs.texts[byte][1] = kDigits[byte & 15];
  }
  return pairs;
}
constexpr DigitPairs kDigitPairs = MakeDigitPairs();

}  // namespace

std::optional<PackedUid> ParsePackedUid(absl::string_view text) {
  if (text.size() != kUidLength) return std::nullopt;
  const bool has_dashes = text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
  if (!has_dashes) return std::nullopt;
  PackedUid uid;
  uint32_t seen = 0;
  const uint8_t* position = kPositions;
  for (uint32_t& word : uid.words) {
    for (int i = 0; i < 8; ++i) {
      const uint32_t digit = kDigitTable.values[static_cast<unsigned char>(text[*position++])];
      seen |= digit;
      word = word << 4 | (digit & 15);
    }
  }
  if (seen >= kNoDigit) return std::nullopt;
  return uid;
}

std::string PackedUidText(const PackedUid& uid) {
  std::string text(kUidLength, '-');
  // Two digits at a time: no dash stands between them.
  const uint8_t* position = kPositions;
  for (uint32_t word : uid.words) {
    for (int i = 0; i < 4; ++i, word <<= 8, position += 2)
      std::memcpy(&text[*position], kDigitPairs.texts[word >> 24], 2);
  }
  return text;
}

}  // namespace lws
