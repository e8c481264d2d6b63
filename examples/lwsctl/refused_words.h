// What lwsctl says of objects that the API server will refuse.
#ifndef LWS_EXAMPLES_LWSCTL_REFUSED_WORDS_H_
#define LWS_EXAMPLES_LWSCTL_REFUSED_WORDS_H_

#include <string>

#include "lws/core/reconcile/refused_objects.h"

namespace lwsctl {

// "its StatefulSet will be refused: spec.template...".
std::string Describe(const lws::RefusedObject& refused);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_REFUSED_WORDS_H_
