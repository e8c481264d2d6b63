// The decisions on sets, pods and their groups: what is read of a cluster in, a plan out.
//
//   lws::Plan plan = lws::ReconcileSet(observation, now);
//
// The headers say more: each function's own errors, costs and thread-safety.
#ifndef LWS_CORE_H_
#define LWS_CORE_H_

#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/api/pod_name.h"
#include "lws/api/pod_reader.h"
#include "lws/api/quantity.h"
#include "lws/api/revision_key.h"
#include "lws/api/statefulset_reader.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/desired_groups.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/observation.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/decision.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/former_revision.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/snapshot/cluster_snapshot.h"

#endif  // LWS_CORE_H_
