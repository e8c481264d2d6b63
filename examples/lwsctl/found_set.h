// Finds LeaderWorkerSets and DisaggregatedSets among the objects of a file, and inside other objects: an AppWrapper's
// components, templates of other controllers.
#ifndef LWS_EXAMPLES_LWSCTL_FOUND_SET_H_
#define LWS_EXAMPLES_LWSCTL_FOUND_SET_H_

#include <string>
#include <vector>

#include "lws/api/json.h"
#include "lws/api/manifest.h"

namespace lwsctl {

struct FoundSet {
  lws::SharedJson manifest;
  int line = 1;        // of the document it is in
  int number = 0;      // of the object it is, or is in
  std::string path;    // in that object; "" for an object of its own
  std::string inside;  // `AppWrapper "a", spec.components[0].template`; "" for an object of its own
};

// The sets of one object, in the order of its fields. An object is a set by its kind, whatever its apiVersion is.
// Inside another object, kind and apiVersion must match, and there must be a spec, which references lack. A set inside
// an object gets the namespace of that object unless it names one. Complexity: O(object).
std::vector<FoundSet> FindSets(const lws::ManifestObject& object);

// The name as JSON, or the beginning of a name that the API server completes; null without any.
std::string ShowName(const lws::Json& manifest);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_FOUND_SET_H_
