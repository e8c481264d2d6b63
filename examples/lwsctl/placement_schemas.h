// JSON Schemas of the documents that the commands write which place groups.
#ifndef LWS_EXAMPLES_LWSCTL_PLACEMENT_SCHEMAS_H_
#define LWS_EXAMPLES_LWSCTL_PLACEMENT_SCHEMAS_H_

#include "lws/api/json.h"

namespace lwsctl {

lws::Json PlaceOutput();
lws::Json CapacityOutput();
lws::Json DefragmentOutput();

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PLACEMENT_SCHEMAS_H_
