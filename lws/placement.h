// The placement of groups' pods on nodes: topologies, requests, assignments.
//
//   lws::AssignGroup(capacity, request)->assignment;
//
// The included headers document each function's errors, costs and thread-safety.
#ifndef LWS_PLACEMENT_H_
#define LWS_PLACEMENT_H_

#include "lws/placement/added_nodes.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/completed_headroom.h"
#include "lws/placement/defragment_groups.h"
#include "lws/placement/group_request.h"
#include "lws/placement/headroom.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/node_list.h"
#include "lws/placement/pod_facts.h"
#include "lws/placement/pod_resources.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/preempt_groups.h"
#include "lws/placement/preempt_together.h"
#include "lws/placement/providers/pod_group.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/resource_amounts.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/set_request.h"
#include "lws/placement/spread_cuboid.h"
#include "lws/placement/spread_groups.h"
#include "lws/placement/spread_together.h"
#include "lws/placement/together_headroom.h"
#include "lws/placement/topology.h"
#include "lws/placement/topology_domain.h"

#endif  // LWS_PLACEMENT_H_
