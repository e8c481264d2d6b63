#include "lws/rollout/keep_role_budgets.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lws/rollout/scaled_share.h"

namespace lws {

using internal::ShareDown;
using internal::ShareUp;

namespace {

// The numbers of a role over the new revision and all old revisions that have groups.
struct RoleLedger {
  RoleCounts counts;
  int64_t new_ready = 0;
  int64_t room = 0;      // groups that may be added
  int64_t slack = 0;     // ready groups that may go
  int64_t takeable = 0;  // old groups that may go while all old revisions stay whole
  int64_t paced = 0;     // old groups that may go with this batch
  bool shrinks = false;  // some of the new groups leave

  bool wants_groups() const { return !shrinks && counts.new_replicas < counts.target; }
};

// Whether the old revision served the role: it has groups for it, or had some.
bool Serves(const RoleGroups& groups) { return std::max(groups.initial, groups.replicas) > 0; }

// The groups that may be ready, and those that are ready whichever groups leave.
int32_t MostReady(const RoleGroups& groups) { return std::min(groups.ready, groups.replicas); }
int32_t SurelyReady(const RoleGroups& groups) {
  return std::max(0, std::min(groups.ready - groups.leaving, groups.replicas));
}

struct RevisionState {
  bool is_gone = true;     // no groups are left
  bool is_half = false;    // some of its roles are at 0, others are not
  bool is_broken = false;  // a role that it served has no ready group
};

RevisionState StateOf(absl::Span<const RoleGroups> groups) {
  RevisionState state;
  for (const RoleGroups& role : groups) {
    if (role.replicas > 0) state.is_gone = false;
    if (!Serves(role)) continue;
    if (role.replicas == 0) state.is_half = true;
    if (role.ready == 0) state.is_broken = true;
  }
  return state;
}

// The number of the `wanted` groups that may go. Any of the groups that go may be a ready one.
int64_t MostThatMayGo(int64_t wanted, int64_t ready, int64_t slack) {
  return ready <= slack ? wanted : std::min(wanted, slack);
}

class Step {
 public:
  explicit Step(const RoleRolloutInput& input)
      : input_(input), step_(UnchangedRoleStep(input, RoleStepReason::kNothing)) {
    for (size_t revision = 0; revision < input.revisions(); ++revision) {
      states_.push_back(StateOf(input.old_revision(revision)));
    }
    for (size_t role = 0; role < input.roles.size(); ++role) AddLedger(role);
    for (const RoleLedger& role : roles_) counts_.push_back(role.counts);
    batches_ = RoleBatches(counts_);
  }

  RoleRolloutStep Decide() {
    if (!HasOld()) return ReachTargets();
    if (Add([](const RoleLedger& role) { return role.wants_groups(); })) return Done(RoleStepReason::kAdd);
    if (Take()) return Done(RoleStepReason::kDrain);
    if (Add([](const RoleLedger& role) { return role.wants_groups() && role.room > 0; })) {
      return Done(RoleStepReason::kAddAhead);
    }
    return Hold();
  }

 private:
  void AddLedger(size_t index) {
    const RoleGoal& goal = input_.roles[index];
    const RoleGroups& new_groups = input_.new_groups[index];
    RoleLedger ledger;
    RoleCounts& counts = ledger.counts;
    counts.new_replicas = new_groups.replicas;
    counts.target = goal.target;
    counts.unavailable = std::max(goal.budget.unavailable, 0);
    counts.surge = std::max(goal.budget.surge, counts.unavailable == 0 ? 1 : 0);
    ledger.new_ready = SurelyReady(new_groups);
    ledger.shrinks = new_groups.leaving > 0;
    int64_t ready = ledger.new_ready;
    for (size_t revision = 0; revision < states_.size(); ++revision) {
      const RoleGroups& groups = input_.old_revision(revision)[index];
      if (states_[revision].is_gone) continue;
      counts.initial += std::max(groups.initial, groups.replicas);
      counts.old_replicas += groups.replicas;
      ready += SurelyReady(groups);
      ledger.takeable += std::max(0, groups.replicas - (states_[revision].is_half ? 0 : 1));
    }
    const int64_t present = counts.old_replicas + counts.new_replicas;
    ledger.room = std::max(counts.initial, counts.target) + counts.surge - present;
    ledger.slack = std::max<int64_t>(0, ready - (std::min(counts.initial, counts.target) - counts.unavailable));
    roles_.push_back(ledger);
  }

  bool HasOld() const {
    return std::any_of(states_.begin(), states_.end(), [](const RevisionState& state) { return !state.is_gone; });
  }

  RoleRolloutStep Done(RoleStepReason reason) {
    step_.reason = reason;
    return step_;
  }

  RoleRolloutStep ReachTargets() {
    for (size_t i = 0; i < roles_.size(); ++i) {
      const int32_t target = input_.roles[i].target;
      if (step_.new_groups[i] < target && roles_[i].shrinks) continue;
      if (step_.new_groups[i] < target) step_.reason = RoleStepReason::kAdd;
      if (step_.new_groups[i] > target && step_.reason == RoleStepReason::kNothing) {
        step_.reason = RoleStepReason::kDrain;
      }
      step_.new_groups[i] = target;
    }
    return step_;
  }

  // Adds a batch to all roles for which `takes_part` is true. It follows the batch that the slowest of them has
  // completed.
  template <typename TakesPart>
  bool Add(const TakesPart& takes_part) {
    int64_t completed = batches_;
    for (const RoleLedger& role : roles_) {
      if (!takes_part(role)) continue;
      completed = std::min(completed, ShareDown(role.counts.new_replicas, batches_, role.counts.target));
    }
    bool adds = false;
    for (size_t i = 0; i < roles_.size(); ++i) {
      const RoleCounts& counts = roles_[i].counts;
      if (!takes_part(roles_[i])) continue;
      const int64_t wanted = std::min(counts.target, ShareUp(completed + 1, counts.target, batches_));
      const int64_t added = std::min(wanted - counts.new_replicas, roles_[i].room);
      if (added <= 0) continue;
      step_.new_groups[i] += static_cast<int32_t>(added);
      adds = true;
    }
    return adds;
  }

  bool Take() {
    const RoleRolloutStep before = step_;
    TakeAboveTarget();
    SetPaces();
    const bool new_serves = NewServes(/*is_last=*/false);
    const bool may_take_last = NewServes(/*is_last=*/true);
    for (const bool broken : {true, false}) {
      for (size_t revision = 0; revision < states_.size(); ++revision) {
        if (states_[revision].is_gone || states_[revision].is_broken != broken) continue;
        if (broken || new_serves) TakeFrom(revision);
        if (broken || may_take_last) TakeLast(revision);
      }
    }
    return step_.new_groups != before.new_groups || step_.old_groups != before.old_groups;
  }

  void TakeAboveTarget() {
    for (size_t i = 0; i < roles_.size(); ++i) {
      RoleLedger& role = roles_[i];
      const int64_t surplus = std::max<int64_t>(0, role.counts.new_replicas - role.counts.target);
      const int64_t ready = MostReady(input_.new_groups[i]);
      const int64_t taken = MostThatMayGo(surplus, ready, role.slack);
      step_.new_groups[i] -= static_cast<int32_t>(taken);
      role.slack -= std::min(taken, ready);
    }
  }

  // Allows the batch of old groups after the one that the slowest role has completed; roles without groups to give do
  // not count. When all new groups are ready, all old groups may go at once.
  void SetPaces() {
    const bool new_is_there = std::all_of(roles_.begin(), roles_.end(),
                                          [](const RoleLedger& role) { return role.new_ready >= role.counts.target; });
    int64_t completed = batches_;
    for (const RoleLedger& role : roles_) {
      if (role.takeable > 0 && !new_is_there) completed = std::min(completed, TakenBatches(role.counts));
    }
    for (RoleLedger& role : roles_) {
      const int64_t taken = role.counts.initial - role.counts.old_replicas;
      role.paced = std::max<int64_t>(0, ShareUp(completed + 1, role.counts.initial, batches_) - taken);
    }
  }

  int64_t TakenBatches(const RoleCounts& counts) const {
    return ShareDown(counts.initial - counts.old_replicas, batches_, counts.initial);
  }

  // Whether every role has a ready new group. A role without room for a new group does not block this. When the last
  // groups of an old revision are to go (`is_last`), it does block it while its old groups could make room.
  bool NewServes(bool is_last) const {
    return std::all_of(roles_.begin(), roles_.end(), [is_last](const RoleLedger& role) {
      if (role.counts.target == 0 || role.new_ready > 0) return true;
      return role.counts.new_replicas == 0 && role.room <= 0 && (!is_last || role.takeable == 0);
    });
  }

  int32_t& Left(size_t revision, size_t role) { return step_.old_groups[revision * roles_.size() + role]; }

  void TakeGroups(size_t revision, size_t index, int64_t taken) {
    RoleLedger& role = roles_[index];
    const RoleGroups& groups = input_.old_revision(revision)[index];
    int32_t& left = Left(revision, index);
    // The groups that this step took already may have been ready ones.
    const int64_t ready = std::max(0, MostReady(groups) - (groups.replicas - left));
    role.slack -= std::min(taken, ready);
    role.paced -= taken;
    left -= static_cast<int32_t>(taken);
  }

  // Takes what the pace allows, but keeps one group of every role unless the revision is half gone. A broken revision
  // serves nobody, so it needs no pace.
  void TakeFrom(size_t revision) {
    const RevisionState& state = states_[revision];
    for (size_t i = 0; i < roles_.size(); ++i) {
      const RoleGroups& groups = input_.old_revision(revision)[i];
      const int64_t most = std::max(0, groups.replicas - (state.is_half ? 0 : 1));
      const int64_t wanted = state.is_broken ? most : std::min(most, std::max<int64_t>(0, roles_[i].paced));
      TakeGroups(revision, i, MostThatMayGo(wanted, MostReady(groups), roles_[i].slack));
    }
  }

  // Takes the last groups of all roles, if none of them is needed.
  void TakeLast(size_t revision) {
    for (size_t i = 0; i < roles_.size(); ++i) {
      const RoleGroups& groups = input_.old_revision(revision)[i];
      const int64_t left = Left(revision, i);
      const int64_t ready = std::max(0, MostReady(groups) - static_cast<int32_t>(groups.replicas - left));
      if (std::min(left, ready) > roles_[i].slack) return;
      if (left > roles_[i].paced && groups.replicas > 1 && !states_[revision].is_broken) return;
    }
    for (size_t i = 0; i < roles_.size(); ++i) TakeGroups(revision, i, Left(revision, i));
  }

  // Blames the first role whose new groups are not ready, or else the first role that has no group to spare.
  RoleRolloutStep Hold() {
    for (size_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i].new_ready < roles_[i].counts.new_replicas) {
        return UnchangedRoleStep(input_, RoleStepReason::kHeld, static_cast<int32_t>(i));
      }
    }
    for (size_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i].counts.old_replicas > 0 && roles_[i].slack == 0) {
        return UnchangedRoleStep(input_, RoleStepReason::kHeld, static_cast<int32_t>(i));
      }
    }
    return UnchangedRoleStep(input_, RoleStepReason::kHeld);
  }

  const RoleRolloutInput& input_;
  RoleRolloutStep step_;
  absl::InlinedVector<RevisionState, 2> states_;
  absl::InlinedVector<RoleLedger, 10> roles_;
  absl::InlinedVector<RoleCounts, 10> counts_;
  int64_t batches_ = 0;
};

}  // namespace

RoleRolloutStep KeepRoleBudgets(const RoleRolloutInput& input) { return Step(input).Decide(); }

}  // namespace lws
