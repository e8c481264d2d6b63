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

// Keys are sorted and levels are indented by two spaces; lists are as far indented as their keys. Texts have no quotes
// unless they would read as something else, or as a time or a number of base 60 to another reader of YAML 1.1, and
// texts of several lines are blocks. The result ends with a line break. Complexity: O(document).
std::string ToYaml(const Json& document);

}  // namespace lws

#endif  // LWS_API_YAML_TEXT_H_
