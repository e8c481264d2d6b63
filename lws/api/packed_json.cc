#include "lws/api/packed_json.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/packed_value.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::PackedItems;
using internal::PackedKind;
using internal::PackedValue;
using internal::UnpackValue;

namespace {

// Looks for the value whose path is the longest beginning of a field's path.
class NearestValue {
 public:
  explicit NearestValue(absl::string_view field) : field_(field) {}

  int line() const { return line_; }

  // Looks at a value whose path is the first `matched` bytes of the field's.
  void LookAt(const PackedValue& value, int line, bool is_copy, size_t matched) {
    if (matched >= matched_) {
      matched_ = matched;
      line_ = line;
    }
    if (!value.is_structured() || matched == field_.size()) return;
    is_copy |= value.is_copy;
    size_t index = 0;
    for (PackedItems items(value); items.Next(); ++index) {
      const bool is_in_list = value.kind == PackedKind::kList;
      const size_t end = is_in_list ? AfterItem(index, matched) : AfterKey(items.key(), matched);
      if (end == absl::string_view::npos) continue;
      LookAt(items.value(), is_copy ? line : line + items.value().lines_below, is_copy, end);
    }
  }

 private:
  // Where the path of the item or key ends in the field's path; npos when it goes on in another way.
  size_t AfterItem(size_t index, size_t matched) const {
    if (field_[matched] != '[') return absl::string_view::npos;
    return After(absl::StrCat("[", index, "]"), matched);
  }
  size_t AfterKey(absl::string_view key, size_t matched) const {
    if (matched == 0) return After(key, matched);
    return field_[matched] == '.' ? After(key, matched + 1) : absl::string_view::npos;
  }
  size_t After(absl::string_view part, size_t begin) const {
    if (!absl::StartsWith(field_.substr(begin), part)) return absl::string_view::npos;
    const size_t end = begin + part.size();
    const bool is_whole = end == field_.size() || field_[end] == '.' || field_[end] == '[';
    return is_whole ? end : absl::string_view::npos;
  }

  const absl::string_view field_;
  size_t matched_ = 0;
  int line_ = 0;
};

}  // namespace

// A kind of null and a line.
PackedJson::PackedJson() : bytes_("\x00\x01", 2) {}

PackedValue PackedJson::value() const {
  PackedItems items{absl::string_view(bytes_)};
  items.Next();
  return items.value();
}

int PackedJson::line() const { return value().lines_below; }

Json PackedJson::Unpack() const { return UnpackValue(value()); }

int PackedJson::LineOf(absl::string_view field) const {
  NearestValue nearest(field);
  nearest.LookAt(value(), line(), /*is_copy=*/false, 0);
  return nearest.line();
}

}  // namespace lws
