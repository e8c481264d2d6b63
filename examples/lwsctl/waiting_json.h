// What pods wait for, as the documents of simulations tell it.
#ifndef LWS_EXAMPLES_LWSCTL_WAITING_JSON_H_
#define LWS_EXAMPLES_LWSCTL_WAITING_JSON_H_

#include <vector>

#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"

namespace lwsctl {

// A list of objects {pod, for, reason}.
lws::Json WaitingJson(const std::vector<lws::WaitingPod>& pods);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_WAITING_JSON_H_
