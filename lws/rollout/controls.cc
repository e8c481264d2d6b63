#include "lws/rollout/controls.h"

#include <algorithm>

#include "absl/status/status.h"
#include "lws/rollout/check_replicas.h"
#include "lws/rollout/group_bits.h"

namespace lws {
namespace {

// One look at the rollout. It changes the progress in place.
class Look {
 public:
  Look(const RolloutInput& input, const RolloutControls& controls, const RolloutProgress& progress, absl::Time now)
      : controls_(controls), now_(now), input_(input) {
    result_.progress = progress;
  }

  absl::StatusOr<ControlledStep> Plan(RolloutPolicy policy, absl::string_view revision_key) {
    const bool is_new = input_.updated || result_.progress.revision_key != revision_key;
    if (is_new) BeginAnew(revision_key);
    AskForMinReady();
    absl::Status status = HoldCanary();
    if (!status.ok()) return status;
    absl::StatusOr<RolloutStep> step = policy(input_);
    if (!step.ok()) return step.status();
    result_.step = *std::move(step);
    if (result_.step.look_again_in.has_value()) LookAgainIn(*result_.step.look_again_in);
    if (controls_.paused && input_.current.has_value()) Pause();
    WatchDeadline();
    return std::move(result_);
  }

 private:
  // Starts the progress of a new revision. It keeps which groups have been ready, so that they need not prove it
  // again.
  void BeginAnew(absl::string_view revision_key) {
    RolloutProgress next;
    next.revision_key = std::string(revision_key);
    next.ready_since = std::move(result_.progress.ready_since);
    next.were_ready = std::move(result_.progress.were_ready);
    next.last_progress = now_;
    // The first creation skips the canary: there are no serving groups to protect.
    if (!input_.current.has_value()) next.step = static_cast<int32_t>(controls_.steps.size());
    result_.progress = std::move(next);
  }

  void LookAgainIn(absl::Duration duration) {
    result_.look_again_in = std::min(result_.look_again_in.value_or(duration), duration);
  }

  // Marks the groups that have not been ready for long enough as settling.
  void AskForMinReady() {
    RolloutProgress& progress = result_.progress;
    if (!input_.current.has_value() || input_.current->groups == nullptr) return;
    if (controls_.min_ready <= absl::ZeroDuration()) return;
    bits_ = *input_.current->groups;
    std::vector<std::pair<int32_t, absl::Time>> since;
    std::vector<int32_t> were_ready;
    for (int32_t i = 0; i < bits_.End(); ++i) {
      if (!bits_.IsReady(i)) continue;
      if (std::binary_search(progress.were_ready.begin(), progress.were_ready.end(), i)) {
        were_ready.push_back(i);
        continue;
      }
      const auto known = std::lower_bound(progress.ready_since.begin(), progress.ready_since.end(),
                                          std::make_pair(i, absl::InfinitePast()));
      const bool is_known = known != progress.ready_since.end() && known->first == i;
      const absl::Time begin = is_known ? known->second : now_;
      const absl::Duration left = begin + controls_.min_ready - now_;
      if (left <= absl::ZeroDuration()) {
        were_ready.push_back(i);
        continue;
      }
      since.emplace_back(i, begin);
      bits_.SetSettling(i, bits_.IsUpdated(i));
      LookAgainIn(left);
    }
    progress.ready_since = std::move(since);
    progress.were_ready = std::move(were_ready);
    input_.current->groups = &bits_;
  }

  bool IsDoneFrom(int32_t begin) const {
    if (!input_.current.has_value() || input_.current->groups == nullptr) return false;
    return input_.current->groups->CountSteadyDone(begin, input_.replicas) == input_.replicas - begin;
  }

  // Skips the finished canary steps, and holds the rollout at the first unfinished one by raising the partition.
  absl::Status HoldCanary() {
    RolloutProgress& progress = result_.progress;
    progress.step = std::max(0, progress.step);
    for (; progress.step < static_cast<int32_t>(controls_.steps.size()); ++progress.step) {
      const CanaryStep& step = controls_.steps[static_cast<size_t>(progress.step)];
      const absl::StatusOr<int32_t> groups = step.groups.Scale(input_.replicas, Rounding::kUp);
      if (!groups.ok()) return groups.status();
      const int32_t partition = std::max(input_.spec_partition, std::max(0, input_.replicas - std::max(0, *groups)));
      const RolloutHold hold = HoldOf(step, std::min(partition, input_.replicas));
      if (hold == RolloutHold::kNone) {
        progress.step_done = absl::InfiniteFuture();
        continue;
      }
      result_.hold = hold;
      input_.spec_partition = partition;
      return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  RolloutHold HoldOf(const CanaryStep& step, int32_t partition) {
    absl::Time& done = result_.progress.step_done;
    if (input_.updated || !IsDoneFrom(partition)) {
      done = absl::InfiniteFuture();
      return RolloutHold::kCanaryGroups;
    }
    done = std::min(done, now_);
    const absl::Duration left = done + step.wait - now_;
    if (left > absl::ZeroDuration()) {
      LookAgainIn(left);
      return RolloutHold::kCanaryWait;
    }
    const bool is_approved = !step.needs_approval || result_.progress.step < controls_.approved_steps;
    return is_approved ? RolloutHold::kNone : RolloutHold::kCanaryApproval;
  }

  void Pause() {
    const LeaderState& leader = *input_.current;
    RolloutStep& step = result_.step;
    result_.hold = RolloutHold::kPaused;
    // The policy writes a new template behind a partition that covers all groups, so that partition stays.
    if (!input_.updated) step.partition = std::max(step.partition, leader.partition);
    step.replicas = std::max(leader.replicas, input_.replicas);
    step.removes_groups = false;
    step.replace.clear();
    step.reason = RolloutReason::kPaused;
  }

  void WatchDeadline() {
    RolloutProgress& progress = result_.progress;
    if (!input_.current.has_value() || input_.current->groups == nullptr) return;
    const int32_t first = std::clamp(input_.spec_partition, 0, std::max(0, input_.replicas));
    const int32_t done = input_.current->groups->CountDone(first, input_.replicas);
    const bool is_held =
        controls_.paused || result_.hold == RolloutHold::kCanaryWait || result_.hold == RolloutHold::kCanaryApproval;
    if (done > progress.most_done || is_held || done == input_.replicas - first) progress.last_progress = now_;
    progress.most_done = std::max(progress.most_done, done);
    progress.deadline_exceeded = false;
    if (!controls_.progress_deadline.has_value() || is_held || done == input_.replicas - first) return;
    const absl::Duration left = progress.last_progress + *controls_.progress_deadline - now_;
    progress.deadline_exceeded = left <= absl::ZeroDuration();
    if (!progress.deadline_exceeded) LookAgainIn(left);
  }

  const RolloutControls& controls_;
  const absl::Time now_;
  RolloutInput input_;
  GroupBits bits_;
  ControlledStep result_;
};

}  // namespace

bool operator==(const RolloutProgress& a, const RolloutProgress& b) {
  return a.revision_key == b.revision_key && a.step == b.step && a.step_done == b.step_done &&
         a.ready_since == b.ready_since && a.were_ready == b.were_ready && a.most_done == b.most_done &&
         a.last_progress == b.last_progress && a.deadline_exceeded == b.deadline_exceeded;
}

absl::StatusOr<ControlledStep> PlanControlledRollout(RolloutPolicy policy, const RolloutInput& input,
                                                     absl::string_view revision_key, const RolloutControls& controls,
                                                     const RolloutProgress& progress, absl::Time now) {
  if (absl::Status status = internal::CheckRolloutReplicas(input.replicas); !status.ok()) return status;
  return Look(input, controls, progress, now).Plan(policy, revision_key);
}

}  // namespace lws
