// The values of a flag that may differ between the sets, or the roles, of a file: "4", or "prefill=4,decode=8".
#ifndef LWS_EXAMPLES_LWSCTL_NAMED_VALUES_H_
#define LWS_EXAMPLES_LWSCTL_NAMED_VALUES_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "examples/lwsctl/input.h"

namespace lwsctl {

struct NamedValues {
  std::map<std::string, std::string> by_name;  // "" for all sets and roles that have no value of their own

  // Null when there is no value for it.
  const std::string* Find(const std::string& name) const;
};

// No values without the flag.
NamedValues ReadNamedValues(const Arguments& arguments, const std::string& flag);

// Errors: InvalidArgument for a name that is none of `names`.
absl::Status CheckNames(const std::string& flag, const NamedValues& values, const std::set<std::string>& names);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_NAMED_VALUES_H_
