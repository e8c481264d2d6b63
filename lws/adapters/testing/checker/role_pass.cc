#include "lws/adapters/testing/checker/role_pass.h"

#include <algorithm>
#include <cstddef>

#include "lws/rollout/role_planner.h"
#include "lws/rollout/role_rollout.h"

namespace lws::internal {
namespace {

using Kind = RoleWrite::Kind;

class Pass {
 public:
  Pass(const RoleWorldOptions& options, const CheckedRoles& roles) : options_(options), roles_(roles) {}

  RoleWrites Plan() {
    if (options_.mends) Remember();
    DeleteDrained();
    if (options_.mends) {
      RollOut();
    } else if (!roles_.has_old_groups()) {
      ReachTargets();
    } else if (!roles_.has_children(roles_.revision)) {
      Begin();
    } else {
      FollowStep();
    }
    return std::move(writes_);
  }

 private:
  size_t count() const { return options_.roles.size(); }
  bool IsOld(size_t rev) const { return rev != roles_.revision && roles_.has_children(rev); }
  void Write(Kind kind, size_t rev, size_t role, int32_t replicas) {
    writes_.push_back({kind, static_cast<uint8_t>(rev), static_cast<uint8_t>(role), replicas});
  }

  void RememberReplicas(size_t rev, size_t role) {
    CheckedChild& child = roles_.child(rev, role);
    child.remembered = child.replicas;
    Write(Kind::kRemember, rev, role, child.replicas);
  }

  void Remember() {
    for (size_t role = 0; role < count(); ++role) {
      CheckedChild& child = roles_.child(roles_.revision, role);
      if (child.remembered < 0) continue;
      child.remembered = -1;
      Write(Kind::kForget, roles_.revision, role, 0);
    }
    for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
      bool remembers_all = true;
      for (size_t role = 0; role < count(); ++role) {
        const CheckedChild& child = roles_.child(rev, role);
        remembers_all = remembers_all && (!child.exists || child.remembered >= 0);
      }
      if (IsOld(rev) && !remembers_all) RememberAnew(rev);
    }
  }

  // Those that have a record first, so that none of these stays wrong when the pass ends early.
  void RememberAnew(size_t rev) {
    for (const bool has_record : {true, false}) {
      for (size_t role = 0; role < count(); ++role) {
        const CheckedChild& child = roles_.child(rev, role);
        if (!child.exists || (child.remembered >= 0) != has_record) continue;
        if (child.remembered != child.replicas) RememberReplicas(rev, role);
      }
    }
  }

  void DeleteDrained() {
    for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
      if (!IsOld(rev) || !roles_.is_gone(rev)) continue;
      for (size_t role = 0; role < count(); ++role) {
        if (roles_.child(rev, role).exists) Write(Kind::kDelete, rev, role, 0);
        roles_.child(rev, role) = CheckedChild();
      }
    }
  }

  void Scale(size_t rev, size_t role, int32_t replicas) {
    if (roles_.child(rev, role).replicas != replicas) Write(Kind::kScale, rev, role, replicas);
  }

  void CreateOrScale(size_t role, int32_t replicas) {
    if (!roles_.child(roles_.revision, role).exists) return Write(Kind::kCreate, roles_.revision, role, replicas);
    Scale(roles_.revision, role, replicas);
  }

  void ReachTargets() {
    for (size_t role = 0; role < count(); ++role) CreateOrScale(role, roles_.targets[role]);
  }

  // The reference remembers the replicas of all old children, and creates the new ones without groups.
  void Begin() {
    for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
      for (size_t role = 0; role < count() && IsOld(rev); ++role) {
        const CheckedChild& child = roles_.child(rev, role);
        if (child.exists && child.remembered != child.replicas) RememberReplicas(rev, role);
      }
    }
    for (size_t role = 0; role < count(); ++role) Write(Kind::kCreate, roles_.revision, role, 0);
  }

  static RoleGroups GroupsOf(const CheckedChild& child) {
    if (!child.exists) return RoleGroups();
    const int32_t initial = child.remembered >= 0 ? child.remembered : child.replicas;
    return {true, child.replicas, child.seen_ready, initial, std::max(0, child.seen_replicas - child.replicas)};
  }

  RoleRolloutStep Step() {
    absl::InlinedVector<RoleGoal, kMostCheckedRoles> goals;
    absl::InlinedVector<RoleGroups, kMostCheckedRoles> new_groups;
    absl::InlinedVector<RoleGroups, kCheckedRoleRevisions * kMostCheckedRoles> old_groups;
    for (size_t role = 0; role < count(); ++role) {
      const CheckedRole& of_set = options_.roles[role];
      goals.push_back({roles_.targets[role], of_set.budget, of_set.is_external});
      new_groups.push_back(GroupsOf(roles_.child(roles_.revision, role)));
    }
    for (const uint8_t rev : roles_.order) {
      if (!IsOld(rev)) continue;
      old_.push_back(rev);
      for (size_t role = 0; role < count(); ++role) old_groups.push_back(GroupsOf(roles_.child(rev, role)));
    }
    return options_.policy({goals, count(), new_groups, old_groups});
  }

  // Writes the step. Only a mending pass lets new groups shrink and creates missing children.
  void RollOut() {
    const RoleRolloutStep step = Step();
    for (size_t role = 0; role < count(); ++role) CreateOrScale(role, step.new_groups[role]);
    ScaleOld(step);
  }

  void FollowStep() {
    const RoleRolloutStep step = Step();
    if (step.reason == RoleStepReason::kWaitsForReady || step.reason == RoleStepReason::kNothing) return;
    for (size_t role = 0; role < count(); ++role) {
      const CheckedChild& child = roles_.child(roles_.revision, role);
      if (child.exists) Scale(roles_.revision, role, std::max(child.replicas, step.new_groups[role]));
    }
    ScaleOld(step);
  }

  void ScaleOld(const RoleRolloutStep& step) {
    for (size_t i = 0; i < step.old_groups.size(); ++i) {
      const size_t rev = old_[i / count()], role = i % count();
      const CheckedChild& child = roles_.child(rev, role);
      // Only the mending pass would let an old child grow, if the policy asked for it.
      const int32_t replicas = options_.mends ? step.old_groups[i] : std::min(child.replicas, step.old_groups[i]);
      if (child.exists) Scale(rev, role, replicas);
    }
  }

  const RoleWorldOptions& options_;
  CheckedRoles roles_;
  absl::InlinedVector<uint8_t, kCheckedRoleRevisions> old_;  // in the order of the policy's input
  RoleWrites writes_;
};

}  // namespace

RoleWrites PlanCheckedRolePass(const RoleWorldOptions& options, const CheckedRoles& roles) {
  return Pass(options, roles).Plan();
}

}  // namespace lws::internal
