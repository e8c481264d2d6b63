// JSON documents written as YAML that Kubernetes reads back unchanged.
#ifndef LWS_EXAMPLES_LWSCTL_YAML_OUTPUT_H_
#define LWS_EXAMPLES_LWSCTL_YAML_OUTPUT_H_

#include <string>

#include "lws/api/json.h"

namespace lwsctl {

std::string ToYaml(const lws::Json& document);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_YAML_OUTPUT_H_
