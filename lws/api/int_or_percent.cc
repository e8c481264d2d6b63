#include "lws/api/int_or_percent.h"

#include <limits>
#include <optional>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lws/api/strict_integer.h"

namespace lws {

using internal::ParseStrictInteger;

absl::StatusOr<int32_t> IntOrPercent::Scale(int32_t total, Rounding rounding) const {
  if (!is_text_) return number_;
  absl::string_view digits = text_;
  if (!absl::ConsumeSuffix(&digits, "%")) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text_, "\" is not a percentage"));
  }
  const std::optional<int64_t> percent = ParseStrictInteger(digits);
  if (!percent.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text_, "\" is not an integer percentage"));
  }
  const absl::int128 product = absl::int128(*percent) * total;
  absl::int128 scaled = product / 100;
  if (product % 100 != 0) {  // the division above rounded towards zero
    if (rounding == Rounding::kUp && product > 0) ++scaled;
    if (rounding == Rounding::kDown && product < 0) --scaled;
  }
  if (scaled > std::numeric_limits<int32_t>::max() || scaled < std::numeric_limits<int32_t>::min()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text_, "\" of ", total, " is outside of int32"));
  }
  return static_cast<int32_t>(scaled);
}

std::string IntOrPercent::ToString() const { return is_text_ ? text_ : absl::StrCat(number_); }

}  // namespace lws
