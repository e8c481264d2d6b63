// What a host links: the interface to its client, the loop that drives plans, what is kept, policies as files say them.
//
//   lws::Controller controller(&cluster, {});
//
// The headers say more: each function's own errors, costs and thread-safety.
#ifndef LWS_HOST_H_
#define LWS_HOST_H_

#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/host/work_key.h"

#endif  // LWS_HOST_H_
