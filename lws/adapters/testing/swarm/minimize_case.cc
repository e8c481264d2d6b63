#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/adapters/testing/swarm/swarm_rates.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/rollout/planner.h"

namespace lws {

using internal::kSwarmRates;
using internal::SwarmRate;

namespace {

// Removes from a case everything without which it still breaks its law.
class Minimizer {
 public:
  using RunCase = std::function<SwarmResult(const SwarmCase&)>;

  Minimizer(const SwarmCase& what, RunCase run, const std::function<bool()>& is_stopped)
      : least_(what), run_(std::move(run)), is_stopped_(is_stopped), law_(run_(what).broken_law) {}

  SwarmCase Run() {
    while (Pass()) {
    }
    return least_;
  }

 private:
  // Removing something changes all later delays, so several seeds are tried.
  static constexpr uint64_t kSeedsTried = 16;

  template <typename Change>
  bool Try(const Change& change) {
    SwarmCase less = least_;
    change(&less);
    for (uint64_t i = 0; i < kSeedsTried; ++i, ++less.seed) {
      if (is_stopped_ && is_stopped_()) return false;
      if (run_(less).broken_law != law_) continue;
      least_ = std::move(less);
      return true;
    }
    return false;
  }

  bool Lower(int32_t SwarmCase::*number, int32_t least) {
    const auto lower = [number](SwarmCase* less) { --(less->*number); };
    bool is_less = false;
    while (least_.*number > least && Try(lower)) is_less = true;
    return is_less;
  }

  // Tries to remove each thing once. Returns whether something was removed.
  bool Pass() {
    bool is_less = false;
    for (size_t i = least_.events.size(); i > 0; --i) {
      const auto drop = [i](SwarmCase* less) {
        less->events.erase(less->events.begin() + static_cast<ptrdiff_t>(i) - 1);
      };
      is_less |= Try(drop);
    }
    for (const SwarmRate& rate : kSwarmRates) {
      const auto drop = [&rate](SwarmCase* less) { less->faults.*rate.rate = 0; };
      is_less |= least_.faults.*rate.rate > 0 && Try(drop);
    }
    const auto at_once = [](SwarmCase* less) { less->min_ready_seconds = 0; };
    is_less |= least_.min_ready_seconds > 0 && Try(at_once);
    is_less |= Lower(&SwarmCase::size, 1);
    is_less |= Lower(&SwarmCase::replicas, 1);
    is_less |= Lower(&SwarmCase::slices, 1);
    for (size_t i = 0; i < least_.roles.size(); ++i) {
      const auto lower = [i](SwarmCase* less) { --less->roles[i].replicas; };
      while (least_.roles[i].replicas > 1 && Try(lower)) is_less = true;
    }
    return is_less;
  }

  SwarmCase least_;
  const RunCase run_;
  const std::function<bool()>& is_stopped_;
  const std::string law_;
};

}  // namespace

SwarmCase MinimizeSwarmCase(const SwarmCase& what, RolloutPolicy policy, SwarmChecks checks,
                            const std::function<bool()>& is_stopped) {
  const auto run = [policy, checks](const SwarmCase& tried) { return RunSwarmCase(tried, policy, checks); };
  return Minimizer(what, run, is_stopped).Run();
}

SwarmCase MinimizeRoleSwarmCase(const SwarmCase& what, const DisaggregatedOptions& roles, SwarmChecks checks,
                                const std::function<bool()>& is_stopped) {
  const auto run = [&roles, checks](const SwarmCase& tried) { return RunRoleSwarmCase(tried, roles, checks); };
  return Minimizer(what, run, is_stopped).Run();
}

}  // namespace lws
