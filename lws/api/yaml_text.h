// Documents as YAML texts, in the style of kubectl.
//
//   lws::ToYaml({{"a", "yes"}, {"b", "no word"}});    // a: "yes"\nb: no word\n
//
// Laws:
//   1. ReadManifest(ToYaml(object)) gives the object again.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_YAML_TEXT_H_
#define LWS_API_YAML_TEXT_H_

#include <string>

#include "lws/api/json.h"

namespace lws {

// Keys are sorted and levels are indented by two spaces. Texts have no quotes unless they would read as something
// else, and texts of several lines are blocks. The result ends with a line break. Complexity: O(document).
std::string ToYaml(const Json& document);

}  // namespace lws

#endif  // LWS_API_YAML_TEXT_H_
