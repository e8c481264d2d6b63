#include "lws/api/strict_integer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace lws::internal {

std::optional<int64_t> ParseStrictInteger(absl::string_view text) {
  int64_t value = 0;
  if (text.empty() || absl::ascii_isspace(text.front()) || absl::ascii_isspace(text.back())) return std::nullopt;
  if (!absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

}  // namespace lws::internal
