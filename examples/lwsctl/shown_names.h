// The names of sets as tables show them.
#ifndef LWS_EXAMPLES_LWSCTL_SHOWN_NAMES_H_
#define LWS_EXAMPLES_LWSCTL_SHOWN_NAMES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"

namespace lwsctl {

// A set's name is enough, unless the file has sets of this name in several namespaces.
class ShownNames {
 public:
  explicit ShownNames(const std::vector<SetManifest>& sets);
  explicit ShownNames(const std::vector<SetOfEitherKind>& sets);

  // "NAME", or "NAMESPACE/NAME".
  std::string Of(const std::string& namespace_name, const std::string& name) const;

 private:
  void Add(const SetManifest& set);
  void Add(const DisaggregatedManifest& set);

  std::map<std::string, std::set<std::string>> namespaces_;  // by name
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SHOWN_NAMES_H_
