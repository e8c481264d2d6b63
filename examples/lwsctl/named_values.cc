#include "examples/lwsctl/named_values.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace lwsctl {

const std::string* NamedValues::Find(const std::string& name) const {
  const auto named = by_name.find(name);
  if (named != by_name.end()) return &named->second;
  const auto all = by_name.find("");
  return all == by_name.end() ? nullptr : &all->second;
}

NamedValues ReadNamedValues(const Arguments& arguments, const std::string& flag) {
  NamedValues values;
  if (arguments.flags.count(flag) == 0) return values;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(arguments.Flag(flag, ""), ','))) {
    const size_t equals = part.find('=');
    const bool is_named = equals != std::string::npos;
    values.by_name[is_named ? part.substr(0, equals) : ""] = is_named ? part.substr(equals + 1) : part;
  }
  return values;
}

absl::Status CheckNames(const std::string& flag, const NamedValues& values, const std::set<std::string>& names) {
  for (const auto& [name, value] : values.by_name) {
    if (name.empty() || names.count(name) > 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", name, "\" is none of ", absl::StrJoin(names, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace lwsctl
