// The values of a flag that may differ between the sets, or the roles, of a file: "4", or "prefill=4,decode=8".
//
// A file's sets and roles have paths: "default/serve", "default/llm/prefill". A flag names one by its path, or by an
// end of it behind a slash, "serve" or "llm/prefill", that no other path has.
#ifndef LWS_EXAMPLES_LWSCTL_NAMED_VALUES_H_
#define LWS_EXAMPLES_LWSCTL_NAMED_VALUES_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/lwsctl/input.h"

namespace lwsctl {

// The value for the path or for one of its ends, the longest first, or else for all ("").
template <typename Value>
const Value* FindByPath(const std::map<std::string, Value>& by_name, const std::string& path) {
  for (size_t begin = 0;; begin = path.find('/', begin) + 1) {
    const auto found = by_name.find(path.substr(begin));
    if (found != by_name.end()) return &found->second;
    if (path.find('/', begin) == std::string::npos) break;
  }
  const auto all = by_name.find("");
  return all == by_name.end() ? nullptr : &all->second;
}

struct NamedValues {
  std::map<std::string, std::string> by_name;  // "" for all sets and roles that have no value of their own

  // Null when there is no value for it.
  const std::string* Find(const std::string& path) const { return FindByPath(by_name, path); }
};

// No values without the flag. Errors: InvalidArgument for a name that comes twice or is empty, as in
// "=4", and for two values for all.
absl::StatusOr<NamedValues> ReadNamedValues(const Arguments& arguments, const std::string& flag);

// The one of `paths` that the name means. Errors: InvalidArgument when it means none or several.
absl::StatusOr<std::string> PathNamed(const std::string& flag, const std::string& name,
                                      const std::set<std::string>& paths);

// Errors: InvalidArgument for a name that means none or several of `paths`, and for two names that mean the same.
absl::Status CheckNames(const std::string& flag, const NamedValues& values, const std::set<std::string>& paths);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_NAMED_VALUES_H_
