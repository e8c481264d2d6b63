#include "lws/adapters/host/resource_version.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"

namespace lws::internal {
namespace {

// Both as integers; nullopt where one is none.
std::optional<std::pair<uint64_t, uint64_t>> AsNumbers(absl::string_view a, absl::string_view b) {
  std::pair<uint64_t, uint64_t> numbers;
  if (!absl::SimpleAtoi(a, &numbers.first) || !absl::SimpleAtoi(b, &numbers.second)) return std::nullopt;
  return numbers;
}

}  // namespace

std::string ResourceVersionOrNewest(absl::string_view version) {
  return std::string(version.empty() ? kNewestVersion : version);
}

bool IsOlderResourceVersion(absl::string_view a, absl::string_view b) {
  const auto numbers = AsNumbers(a, b);
  return numbers.has_value() && numbers->first < numbers->second;
}

bool IsAsNewResourceVersion(absl::string_view seen, absl::string_view wanted) {
  if (seen == kNewestVersion) return true;
  const auto numbers = AsNumbers(seen, wanted);
  return numbers.has_value() ? numbers->first >= numbers->second : seen == wanted;
}

}  // namespace lws::internal
