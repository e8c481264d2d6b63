#include "lws/api/printable_text.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace lws {
namespace {

// One character of a text: its number and its bytes. The size is 0 when the bytes are not UTF-8.
struct Character {
  uint32_t code = 0;
  size_t size = 0;
};

Character DecodeFirst(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < size) return {};
  uint32_t code = byte(0) & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3f);
  }
  if (code < kLeast[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, size};
}

bool IsBetween(uint32_t code, uint32_t first, uint32_t last) { return code >= first && code <= last; }

bool IsPrintable(uint32_t code) {
  if (code < 0x20 || IsBetween(code, 0x7f, 0x9f)) return false;        // C0, DEL, C1
  if (IsBetween(code, 0x200e, 0x200f) || code == 0x61c) return false;  // direction marks
  if (IsBetween(code, 0x2028, 0x202e)) return false;                   // separators, embeddings, overrides
  return !IsBetween(code, 0x2066, 0x2069) && code != 0xfeff;           // isolates, the byte order mark
}

void AppendEscaped(uint32_t code, std::string* out) {
  if (code == '\n') {
    out->append("\\n");
  } else if (code == '\t') {
    out->append("\\t");
  } else if (code == '\r') {
    out->append("\\r");
  } else if (code < 0x20) {
    absl::StrAppendFormat(out, "\\x%02x", code);
  } else {
    absl::StrAppendFormat(out, "\\u%04x", code);
  }
}

}  // namespace

std::string PrintableText(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character next = DecodeFirst(text);
    if (next.size == 0) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[0]));
    } else if (IsPrintable(next.code)) {
      absl::StrAppend(&out, text.substr(0, next.size));
    } else {
      AppendEscaped(next.code, &out);
    }
    text.remove_prefix(next.size == 0 ? 1 : next.size);
  }
  return out;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const Character next = DecodeFirst(text);
    if (next.size == 0) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

std::string ShortText(std::string text) {
  constexpr size_t kMost = 60;
  if (text.size() <= kMost) return text;
  size_t cut = kMost - 3;
  while (cut > 0 && (text[cut] & 0xc0) == 0x80) --cut;
  return absl::StrCat(text.substr(0, cut), "...");
}

}  // namespace lws
