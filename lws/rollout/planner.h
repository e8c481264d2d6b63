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
//   step.replicas;     // 4: the surge groups go at once
//
// The groups with an index >= partition are released to the new revision; a surge group is one with an index >=
// replicas of the set. Integers in, integers and a reason out: no objects, no names.
//
// Laws:
//   1. partition >= spec_partition.
//   2. At rest (current partition 0, current replicas == replicas) the answer is (spec_partition, replicas).
//   3. While an update goes on and spec_partition <= current partition, the partition does not rise.
//   4. replicas <= answer.replicas <= replicas + surge.
//   5. Scaling up goes first: with current replicas < replicas the partition stays, but for an update that begins.
//   6. A pure function: equal input, equal answer.
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
  // spec.replicas of the set when the StatefulSet was last applied; nullopt when the annotation is no integer.
  std::optional<int64_t> replicas_annotation;
  // Borrowed; states of groups 0..replicas-1. Null counts as no group ready or updated.
  const GroupBits* groups = nullptr;
  // Its update strategy is OnDelete: it replaces no group by itself.
  bool on_delete = false;
};

struct RolloutInput {
  int32_t replicas = 0;
  IntOrPercent max_surge;
  IntOrPercent max_unavailable;
  int32_t spec_partition = 0;
  // The template changed with this very pass.
  bool updated = false;
  // nullopt when the leader StatefulSet does not exist.
  std::optional<LeaderState> current;
  // For policies of a host, such as maintenance windows and quotas; the library's own policies read neither. Borrowed.
  absl::string_view namespace_name;
  absl::string_view set_name;
  absl::Time now = absl::InfinitePast();
};

enum class RolloutReason {
  kCreate,           // no leader StatefulSet yet
  kUpdateBegins,     // the template changed
  kAtRest,           // nothing to roll out
  kScaleUpFirst,     // missing groups come before any update
  kReplicasChanged,  // spec.replicas changed since the last apply
  kRolling,          // one rolling step
  kHeldByBudget,     // no ready group may go now
  kReplacing,        // the groups that the step names
  kPaused,           // the set is not to be rolled on
};

struct RolloutStep {
  int32_t partition = 0;
  int32_t replicas = 0;
  RolloutReason reason = RolloutReason::kAtRest;
  // Groups [replicas, current replicas) are taken away, and an event tells so.
  bool removes_groups = false;
  // The leader StatefulSet is to run OnDelete: the partition holds nothing, and `replace` is what goes.
  bool on_delete = false;
  // Groups to delete after the StatefulSet is written, in this order, each as it was seen or not at all. One whose
  // leader is not there, or of the new revision, is being made anew already.
  std::vector<int32_t> replace;
  // The policy answers differently after this time, although nothing changes; nullopt: it does not.
  std::optional<absl::Duration> look_again_in;
};

// What people are told about a step that takes groups [replicas, current_replicas) away; groups are named SET-INDEX.
// REQUIRES: replicas < current_replicas.
std::string RemovedGroupsNote(absl::string_view set_name, int64_t replicas, int64_t current_replicas);

// What people are told about a partition that moved.
std::string PartitionNote(int64_t before, int64_t after);

// How a set is rolled out: a pure function from what there is to what the leader StatefulSet should have next. It may
// carry a context of the host's, which is borrowed.
//
//   lws::RolloutPolicy plain = lws::PlanRollout;
//   lws::RolloutPolicy nightly(&PlanAtNight, &calendar);    // PlanAtNight(const void* context, const RolloutInput&)
class RolloutPolicy {
 public:
  using Function = absl::StatusOr<RolloutStep> (*)(const RolloutInput& input);
  using FunctionOfContext = absl::StatusOr<RolloutStep> (*)(const void* context, const RolloutInput& input);

  // No policy; it must not be called.
  constexpr RolloutPolicy() = default;
  // From a function, or a lambda without captures.
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

// The reference's policy. Errors: InvalidArgument for negative replicas, numbers that int32 cannot hold, a maxSurge or
// maxUnavailable that is no percentage, or a replicas annotation that is no integer, where the decision needs them.
// Complexity: O(groups / 64), whatever the replicas say.
absl::StatusOr<RolloutStep> PlanRollout(const RolloutInput& input);

}  // namespace lws

#endif  // LWS_ROLLOUT_PLANNER_H_
