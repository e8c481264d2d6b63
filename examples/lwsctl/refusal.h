// What the API server will refuse of a set's objects, in words.
#ifndef LWS_EXAMPLES_LWSCTL_REFUSAL_H_
#define LWS_EXAMPLES_LWSCTL_REFUSAL_H_

#include <string>

#include "lws/api/json.h"
#include "lws/core/reconcile/refused_objects.h"

namespace lwsctl {

// "its StatefulSet will be refused: ...".
std::string DescribeRefusal(const lws::RefusedObject& refused);

// The field of the set's manifest that the first error is about: that of the template which the object is made from;
// "" when the object's field comes from elsewhere.
std::string FieldOfRefusal(const lws::RefusedObject& refused, const lws::Json& manifest);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_REFUSAL_H_
