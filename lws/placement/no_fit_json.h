// A no-fit as JSON, for everybody who answers in JSON.
//
//   lws::NoFit no_fit;
//   no_fit.best_pods = 3;
//   lws::internal::NoFitToJson(no_fit).dump();
//   // {"best": {"domain": [], "pods": 3}, "excluded": {}, "level": "", "reason": ...}
//
// Thread-safety: may be called concurrently.
#ifndef LWS_PLACEMENT_NO_FIT_JSON_H_
#define LWS_PLACEMENT_NO_FIT_JSON_H_

#include "lws/api/json.h"
#include "lws/placement/assignment.h"

namespace lws::internal {

// Keys: reason, level, best (domain, pods), excluded; and limited, rules, subgroups (size, level, wanted, fit) where
// the no-fit has any.
Json NoFitToJson(const NoFit& no_fit);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_NO_FIT_JSON_H_
