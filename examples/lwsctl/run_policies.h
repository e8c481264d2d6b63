// The policies that a simulated set is run with: those of flags and files, and of the set's annotations.
#ifndef LWS_EXAMPLES_LWSCTL_RUN_POLICIES_H_
#define LWS_EXAMPLES_LWSCTL_RUN_POLICIES_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/placement/providers/pod_group.h"
#include "lws/rollout/policies.h"

namespace lwsctl {

// What flags and files choose.
struct GivenPolicies {
  std::string rollout;  // a name, or "" for none
  std::optional<lws::SchedulerProvider> scheduler_provider;
};

struct RunPolicies {
  lws::NamedRolloutPolicy rollout;
  lws::SetPolicies of_set;

  // Fills the policies in. The options borrow from this.
  void Use(lws::ScenarioRunOptions* options) const;
};

// For each policy the first of these that says something: what is given, the scenario, the set's annotation (see
// set_policies.h), and the reference. `where` is the file of the manifest. Errors: InvalidArgument for a name that is
// unknown, and for an annotation that does not parse.
absl::StatusOr<RunPolicies> ReadRunPolicies(const std::string& where, const lws::Scenario& scenario,
                                            const GivenPolicies& given);

// Tells on standard error which annotations of the set choose, and that edits of them during the run change nothing.
// REQUIRES: ReadRunPolicies has read the scenario's set.
void TellAnnotations(const std::string& where, const lws::Scenario& scenario, const GivenPolicies& given);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_RUN_POLICIES_H_
