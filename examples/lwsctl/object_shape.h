// The shape of the objects of a cluster, as far as commands read them: states, nodes and pods come from files that
// people cut and edit.
#ifndef LWS_EXAMPLES_LWSCTL_OBJECT_SHAPE_H_
#define LWS_EXAMPLES_LWSCTL_OBJECT_SHAPE_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "lws/api/json.h"

namespace lwsctl {

// OK for an object whose fields have the types that Kubernetes gives them. A null is an absent field. Fields that no
// command reads, and objects of kinds that no command reads, are not looked at. Errors: InvalidArgument in FieldStatus'
// form, "Pod default/a: status.phase: 5 is not a string", also for an object without a name. Complexity: O(object).
absl::Status CheckObjectShape(const lws::Json& object);

// The objects of a file. One that comes twice would count twice, or hide the other.
class KnownObjects {
 public:
  // Errors: InvalidArgument for an object of the kind, namespace and name of one before.
  absl::Status Add(const lws::Json& object);
  // The same for a manifest; the API server gives one without a name a name that is new.
  absl::Status AddManifest(const std::string& where, const lws::Json& manifest);

 private:
  std::set<std::string> names_;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_OBJECT_SHAPE_H_
