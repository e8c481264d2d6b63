#include "lws/api/path_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace lws::internal {

std::vector<std::string> BackstepPathErrors(absl::string_view text) {
  const std::vector<absl::string_view> elements = absl::StrSplit(text, '/');
  if (std::find(elements.begin(), elements.end(), "..") == elements.end()) return {};
  return {"must not contain '..'"};
}

std::vector<std::string> DescendingPathErrors(absl::string_view text) {
  std::vector<std::string> errors;
  if (absl::StartsWith(text, "/")) errors.push_back("must be a relative path");
  for (std::string& error : BackstepPathErrors(text)) errors.push_back(std::move(error));
  return errors;
}

std::vector<std::string> LocalPathErrors(absl::string_view text) {
  std::vector<std::string> errors = DescendingPathErrors(text);
  if (absl::StartsWith(text, "..") && !absl::StartsWith(text, "../")) errors.push_back("must not start with '..'");
  return errors;
}

std::vector<std::string> AbsolutePathErrors(absl::string_view text) {
  if (absl::StartsWith(text, "/")) return {};
  return {"must be an absolute path"};
}

}  // namespace lws::internal
