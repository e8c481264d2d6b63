// Tests of rollout and failure policies, and of hosts: scenarios, reports, matchers, the swarm, the checker, the
// conformance suite for clusters.
//
//   lws::RunScenario(scenario, {})->lowest_ready;    // 3
//
// The included headers document each function's errors, costs and thread-safety.
#ifndef LWS_TESTING_H_
#define LWS_TESTING_H_

#include "lws/adapters/testing/checker/check_html_report.h"
#include "lws/adapters/testing/checker/check_roles.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/checked_moment.h"
#include "lws/adapters/testing/checker/role_world_options.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/adapters/testing/conformance/test_cluster.h"
#include "lws/adapters/testing/page/page_facts.h"
#include "lws/adapters/testing/scenario/expectations.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/print_values.h"
#include "lws/adapters/testing/scenario/report_matchers.h"
#include "lws/adapters/testing/scenario/role_expectations.h"
#include "lws/adapters/testing/scenario/role_html_report.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/run_role_scenario.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/rollout/keep_budget.h"

#endif  // LWS_TESTING_H_
