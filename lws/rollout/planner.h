// One step of a rolling update: the partition and replicas that the leader StatefulSet should have next.
//
//   lws::RolloutInput input;
//   input.replicas = 4;
//   input.max_surge = lws::IntOrPercent::Int(2);
//   input.max_unavailable = lws::IntOrPercent::Int(2);
//   lws::GroupBits groups = lws::GroupBits::Parse("RRBBBB");
//   input.current = lws::LeaderState{/*replicas=*/6, /*partition=*/2, /*replicas_annotation=*/4, &groups};
//   lws::RolloutStep step = *lws::PlanRollout(input);
//   step.partition;    // 0
//   step.replicas;     // 4: the surge groups are removed at once
//
// Groups with an index >= partition are released to the new revision. A surge group is one with an index >= the set's
// replicas. The planner sees integers and returns integers and a reason: no objects, no names.
//
// Laws:
//   1. partition >= spec_partition.
//   2. At rest (current partition 0 and current replicas == replicas) the answer is (spec_partition, replicas).
//   3. While an update runs and spec_partition <= current partition, the partition does not rise.
//   4. replicas <= answer.replicas <= replicas + surge.
//   5. Scaling up goes first: with current replicas < replicas the partition stays, unless an update begins.
//   6. It is a pure function: equal input gives an equal answer.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ROLLOUT_PLANNER_H_
#define LWS_ROLLOUT_PLANNER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/int_or_percent.h"
#include "lws/rollout/group_bits.h"

namespace lws {

// The leader StatefulSet as it is.
struct LeaderState {
  int32_t replicas = 0;
  int32_t partition = 0;
  // spec.replicas of the set when the StatefulSet was last applied; nullopt when the annotation is not an integer.
  std::optional<int64_t> replicas_annotation;
  // Borrowed; states of groups 0..replicas-1. Null counts as no group ready or updated.
  const GroupBits* groups = nullptr;
  // Whether its update strategy is OnDelete, with which it replaces no group by itself.
  bool on_delete = false;
};

struct RolloutInput {
  int32_t replicas = 0;
  IntOrPercent max_surge;
  IntOrPercent max_unavailable;
  int32_t spec_partition = 0;
  // Whether this pass changes the template.
  bool updated = false;
  // nullopt when the leader StatefulSet does not exist.
  std::optional<LeaderState> current;
  // For policies of a host, such as maintenance windows and quotas. The library's own policies do not read it.
  // Borrowed.
  absl::string_view namespace_name;
  absl::string_view set_name;
  absl::Time now = absl::InfinitePast();
};

enum class RolloutReason {
  kCreate,           // no leader StatefulSet yet
  kUpdateBegins,     // the template changed
  kAtRest,           // nothing to roll out
  kScaleUpFirst,     // missing groups are made before any update
  kReplicasChanged,  // spec.replicas changed since the last apply
  kRolling,          // one rolling step
  kHeldByBudget,     // no ready group may be released now
  kReplacing,        // the step names groups to replace
  kPaused,           // the rollout is paused
};

struct RolloutStep {
  int32_t partition = 0;
  int32_t replicas = 0;
  RolloutReason reason = RolloutReason::kAtRest;
  // Whether the step removes groups [replicas, current replicas). An event then reports it.
  bool removes_groups = false;
  // Whether the leader StatefulSet should use OnDelete. The partition then holds no group: only those in `replace` go.
  bool on_delete = false;
  // Groups to delete, in this order, after the StatefulSet is written. Each is deleted only in the state in which it
  // was seen. Groups whose leader is missing or of the new revision are being replaced already.
  std::vector<int32_t> replace;
  // The policy answers differently after this time even if nothing changes. Without a value, it does not.
  std::optional<absl::Duration> look_again_in;
};

// The text of the event for a step that removes groups [replicas, current_replicas). It names groups SET-INDEX.
// REQUIRES: replicas < current_replicas.
std::string RolloutNoteOfRemovedGroups(absl::string_view set_name, int64_t replicas, int64_t current_replicas);

// The text of the event for a changed partition.
std::string RolloutNoteOfPartition(int64_t before, int64_t after);

// How a set is rolled out: a pure function from the present state to the next partition and replicas of the leader
// StatefulSet. It may carry a context of the host's, which is borrowed.
//
//   lws::RolloutPolicy plain = lws::PlanRollout;
//   lws::RolloutPolicy nightly(&PlanAtNight, &calendar);    // PlanAtNight(const void* context, const RolloutInput&)
class RolloutPolicy {
 public:
  using Function = absl::StatusOr<RolloutStep> (*)(const RolloutInput& input);
  using FunctionOfContext = absl::StatusOr<RolloutStep> (*)(const void* context, const RolloutInput& input);

  // No policy. It must not be called.
  constexpr RolloutPolicy() = default;
  // Makes a policy from a function, or from a lambda without captures.
  template <typename F, typename = std::enable_if_t<std::is_convertible_v<F, Function>>>
  constexpr RolloutPolicy(F function) : function_(function) {}
  constexpr RolloutPolicy(FunctionOfContext function, const void* context)
      : function_of_context_(function), context_(context) {}

  absl::StatusOr<RolloutStep> operator()(const RolloutInput& input) const {
    return function_of_context_ == nullptr ? function_(input) : function_of_context_(context_, input);
  }

  friend bool operator==(const RolloutPolicy& a, const RolloutPolicy& b) {
    return a.function_ == b.function_ && a.function_of_context_ == b.function_of_context_ && a.context_ == b.context_;
  }

 private:
  Function function_ = nullptr;
  FunctionOfContext function_of_context_ = nullptr;
  const void* context_ = nullptr;
};

// The reference's policy. Errors: InvalidArgument for negative replicas, numbers that an int32 cannot hold, a maxSurge
// or maxUnavailable that is not a percentage, or a replicas annotation that is not an integer, if the decision needs
// them. Complexity: O(groups / 64), however large the replicas are.
absl::StatusOr<RolloutStep> PlanRollout(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_PLANNER_H_
