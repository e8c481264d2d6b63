// The rollout policies by their names, for command lines and configuration files.
//
//   lws::FindRolloutPolicy("keep-budget")->name;            // "keep-budget"
//   lws::FindRolloutPolicy("fastest") == nullptr;           // true
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_POLICIES_H_
#define LWS_ROLLOUT_POLICIES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/rollout/planner.h"

namespace lws {

struct NamedRolloutPolicy {
  absl::string_view name;
  absl::string_view summary;  // for people
  RolloutPolicy policy;
  // Whether the policy keeps law 6 of keep_budget.h.
  bool ignores_places;
};

// All policies, the reference's first.
absl::Span<const NamedRolloutPolicy> RolloutPolicies();

// Returns null when no policy has the name.
const NamedRolloutPolicy* FindRolloutPolicy(absl::string_view name);

}  // namespace lws

#endif  // LWS_ROLLOUT_POLICIES_H_
