// A walk through a JSON text along its structural characters: brackets, colons, commas, and the first character of
// every text, number or word. It builds no document, and does not check what it skips.
//
//   lws::internal::JsonStructure structure;
//   if (!structure.Find(text)) ...                         // no JSON
//   lws::internal::JsonWalk walk = structure.Walk();
//   walk.ForEachField([&](absl::string_view key) {
//     return key == "name" ? walk.ReadText(&name) : walk.Skip();
//   });
//
// Every method returns false for JSON that differs from what Kubernetes writes: another type, a null, an escape in a
// text. The caller then reads the document in the slow, careful way, which also words the error.
//
// Thread-safety: none; a structure for each thread.
#ifndef LWS_API_JSON_WALK_H_
#define LWS_API_JSON_WALK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/attributes.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lws/api/pod_name.h"

namespace lws::internal {

class JsonWalk {
 public:
  // Borrows both. `places` are the offsets of the structural characters in order, followed by the size of the text.
  JsonWalk(absl::string_view text, const uint32_t* places, size_t count)
      : text_(text.data()), next_(places), end_(places + count), has_escapes_(absl::StrContains(text, '\\')) {}

  bool AtEnd() const { return next_ == end_; }

  // The next structural character. At the end it is the character behind the text.
  char Peek() const { return text_[*next_]; }

  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Skip() {
    if (AtEnd()) return false;
    const char first = text_[*next_++];
    if (!Opens(first)) return !Closes(first);
    for (int depth = 1; depth > 0;) {
      if (AtEnd()) return false;
      const char structural = text_[*next_++];
      depth += static_cast<int>(Opens(structural)) - static_cast<int>(Closes(structural));
    }
    return true;
  }

  // Reads a text without escapes and stops at the structural character after it.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool ReadText(absl::string_view* text) {
    if (AtEnd() || Peek() != '"') return false;
    const char* begin = text_ + *next_ + 1;
    const char* end = text_ + *++next_ - 1;
    while (end > begin && *end != '"') --end;
    if (end < begin || *end != '"') return false;
    *text = absl::string_view(begin, static_cast<size_t>(end - begin));
    return !has_escapes_ || !absl::StrContains(*text, '\\');
  }
  bool ReadText(std::string* text) {
    absl::string_view view;
    if (!ReadText(&view)) return false;
    text->assign(view.data(), view.size());
    return true;
  }

  // Reads a count of up to nine digits.
  bool ReadCount(int32_t* count) {
    *count = ParseIndex(ReadWord());
    return *count >= 0;
  }

  // The characters of a number or word.
  absl::string_view ReadWord() {
    if (AtEnd()) return "";
    const char* begin = text_ + *next_;
    return absl::StripTrailingAsciiWhitespace({begin, static_cast<size_t>(text_ + *++next_ - begin)});
  }

  // Calls visit(key) at the value of every field, or visit() at every item, until it returns false. `visit` must read
  // the value or skip it.
  template <typename Visit>
  bool ForEachField(const Visit& visit) {
    return ForEach('{', '}', [this, &visit] {
      absl::string_view key;
      if (!ReadText(&key) || Peek() != ':') return false;
      ++next_;
      return visit(key);
    });
  }
  template <typename Visit>
  bool ForEachItem(const Visit& visit) {
    return ForEach('[', ']', visit);
  }

 private:
  // '[' and '{', as ']' and '}', differ only in the bit 0x20.
  static bool Opens(char structural) { return (structural | 0x20) == '{'; }
  static bool Closes(char structural) { return (structural | 0x20) == '}'; }

  template <typename Visit>
  bool ForEach(char open, char close, const Visit& visit) {
    if (Peek() != open) return false;
    ++next_;
    if (Peek() == close) {
      ++next_;
      return true;
    }
    for (;;) {
      if (!visit()) return false;
      const char after = Peek();
      if (after != ',' && after != close) return false;
      ++next_;
      if (after == close) return true;
    }
  }

  const char* const text_;
  const uint32_t* next_;
  const uint32_t* const end_;
  const bool has_escapes_;
};

// Finds the structural characters with the widest instructions that the processor has. It reuses its memory from one
// text to the next.
class JsonStructure {
 public:
  JsonStructure();
  ~JsonStructure();
  JsonStructure(JsonStructure&&) noexcept;
  JsonStructure& operator=(JsonStructure&&) noexcept;

  // Returns false for a text that is not UTF-8, or that holds a string without an end.
  bool Find(absl::string_view text);

  // A walk from the beginning of the last text that was found. It borrows from this object.
  JsonWalk Walk() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// Sets the bit in `seen` and returns whether it is new: keys may come only once.
inline bool IsNewJsonKey(uint32_t bit, uint32_t* seen) {
  const bool first = (*seen & bit) == 0;
  *seen |= bit;
  return first;
}

}  // namespace lws::internal

#endif  // LWS_API_JSON_WALK_H_
