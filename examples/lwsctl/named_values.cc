#include "examples/lwsctl/named_values.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace lwsctl {
namespace {

bool IsEndOf(const std::string& path, const std::string& name) {
  return path == name || absl::EndsWith(path, absl::StrCat("/", name));
}

// The shortest end of the path that no other path has.
std::string ShortestEnd(const std::string& path, const std::set<std::string>& paths) {
  std::vector<std::string> ends = {path};
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    ends.push_back(path.substr(slash + 1));
  }
  while (ends.size() > 1) {
    const auto has_end = [&](const std::string& other) { return IsEndOf(other, ends.back()); };
    if (std::count_if(paths.begin(), paths.end(), has_end) == 1) break;
    ends.pop_back();
  }
  return ends.back();
}

}  // namespace

absl::StatusOr<NamedValues> ReadNamedValues(const Arguments& arguments, const std::string& flag) {
  NamedValues values;
  if (arguments.flags.count(flag) == 0) return values;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(arguments.Flag(flag, ""), ','))) {
    const size_t equals = part.find('=');
    const bool is_named = equals != std::string::npos;
    const std::string name = is_named ? part.substr(0, equals) : "";
    if (is_named && name.empty()) return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", part, "\" has no name"));
    if (values.by_name.emplace(name, is_named ? part.substr(equals + 1) : part).second) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": ", is_named ? absl::StrCat("\"", name, "\"") : "a value for all", " is given twice"));
  }
  return values;
}

absl::StatusOr<std::string> PathNamed(const std::string& flag, const std::string& name,
                                      const std::set<std::string>& paths) {
  std::vector<std::string> meant;
  std::vector<std::string> all;
  for (const std::string& path : paths) {
    all.push_back(ShortestEnd(path, paths));
    if (IsEndOf(path, name)) meant.push_back(path);
  }
  if (meant.size() == 1) return meant.front();
  std::sort(all.begin(), all.end());
  if (meant.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", name, "\" is none of ", absl::StrJoin(all, ", ")));
  }
  for (std::string& path : meant) path = ShortestEnd(path, paths);
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": \"", name, "\" may mean ", absl::StrJoin(meant, " or "), "; write one of these"));
}

absl::Status CheckNames(const std::string& flag, const NamedValues& values, const std::set<std::string>& paths) {
  std::map<std::string, std::string> named;  // the names by the path that they mean
  for (const auto& [name, value] : values.by_name) {
    if (name.empty()) continue;
    const absl::StatusOr<std::string> path = PathNamed(flag, name, paths);
    if (!path.ok()) return path.status();
    const auto [first, added] = named.emplace(*path, name);
    if (added) continue;
    return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", first->second, "\" and \"", name, "\" mean the same"));
  }
  return absl::OkStatus();
}

}  // namespace lwsctl
