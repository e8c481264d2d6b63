// How a random history is decided: each with another policy.
#ifndef LWS_TESTS_PROPERTIES_HISTORY_POLICIES_H_
#define LWS_TESTS_PROPERTIES_HISTORY_POLICIES_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/int_or_percent.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/policies.h"

namespace lws {

inline const std::vector<RolloutControls>& Controls() {
  static const auto& all = *new std::vector<RolloutControls>([] {
    std::vector<RolloutControls> controls(5);
    controls[1].paused = true;
    controls[2].min_ready = absl::Seconds(10);
    controls[3].steps = {{IntOrPercent::Int(1), absl::Seconds(5)},
                         {IntOrPercent::Text("50%"), absl::ZeroDuration(), true}};
    controls[3].approved_steps = 1;
    controls[4].progress_deadline = absl::Seconds(20);
    controls[4].reverts = true;
    return controls;
  }());
  return all;
}

inline const std::vector<RestartPolicy>& Restarts() {
  static const auto& all = *new std::vector<RestartPolicy>([] {
    std::vector<RestartPolicy> restarts(3);
    restarts[1].max_restarts = 2;
    restarts[2].first_backoff = absl::Seconds(10);
    return restarts;
  }());
  return all;
}

// How a history is decided: the next rollout policy, controls and restart policy with each history. The first of the
// controls and of the restart policies stands for none.
struct Way {
  explicit Way(int history) {
    const size_t number = static_cast<size_t>(history);
    const NamedRolloutPolicy& policy = RolloutPolicies()[number % RolloutPolicies().size()];
    const size_t controls = number / RolloutPolicies().size() % Controls().size();
    const size_t restart = number % 7 % Restarts().size();
    rollout = ReconcileOptionsFor(policy.policy);
    if (controls > 0) rollout.controls = &Controls()[controls];
    if (restart > 0) restarts.restarts = &Restarts()[restart];
    name = absl::StrCat(policy.name, ", controls ", controls, ", restart policy ", restart);
  }

  std::string name;
  SetReconcileOptions rollout;
  PodReconcileOptions restarts;
};

}  // namespace lws

#endif  // LWS_TESTS_PROPERTIES_HISTORY_POLICIES_H_
