// JSON Schemas of the documents that tell about the sets of files and clusters.
#ifndef LWS_EXAMPLES_LWSCTL_SET_SCHEMAS_H_
#define LWS_EXAMPLES_LWSCTL_SET_SCHEMAS_H_

#include "lws/api/json.h"

namespace lwsctl {

lws::Json ValidateOutput();
lws::Json ExplainOutput();
lws::Json StatusOutput();

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SET_SCHEMAS_H_
