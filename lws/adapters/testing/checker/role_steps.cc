#include "lws/adapters/testing/checker/role_steps.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "lws/adapters/testing/checker/role_laws.h"

namespace lws::internal {
namespace {

// The most failures that a status is remembered not to have shown.
constexpr int32_t kMostUnseen = 3;

void MakeYoungest(uint8_t rev, CheckedRoles* roles) {
  const auto place = std::find(roles->order.begin(), roles->order.end(), rev);
  std::rotate(roles->order.begin(), place, place + 1);
}

// Emits the steps from one state.
class Stepper {
 public:
  Stepper(const RoleWorldOptions& options, const CheckedRoles& from,
          absl::FunctionRef<void(const WorldStepOf<PackedRoles>&)> emit)
      : options_(options), from_(from), emit_(emit) {}

  void All() {
    Pass();
    for (size_t i = 0; i < from_.children.size(); ++i) ChildSteps(i);
    if (from_.edits < options_.edits) Edits();
  }

 private:
  void Emit(const CheckedRoles& next, RoleStepKind kind, size_t subject, uint8_t law = 0, bool from_outside = false) {
    emit_({PackCheckedRoles(next, options_.lags), static_cast<uint8_t>(kind), static_cast<uint8_t>(subject), law,
           from_outside});
  }

  void Pass() {
    const CheckedRoles before = NoticeCheckedRevision(from_);
    CarryOut(PlanCheckedRolePass(options_, before), 0, before, before);
  }

  // Carries out the writes from `index` on.
  void CarryOut(const RoleWrites& writes, size_t index, const CheckedRoles& before, const CheckedRoles& state) {
    if (index == writes.size()) return Emit(state, RoleStepKind::kPass, 0, BrokenRoleLaw(options_, before, state));
    if (index > 0 && options_.crashes) Emit(state, RoleStepKind::kPass, index);
    ForEachOutcome(writes[index], state, options_.lags,
                   [&](const CheckedRoles& next) { CarryOut(writes, index + 1, before, next); });
  }

  void ChildSteps(size_t index) {
    const CheckedChild& child = from_.children[index];
    if (!child.exists) return;
    const auto change = [&](RoleStepKind kind, bool from_outside, const auto& apply) {
      CheckedRoles next = from_;
      if (from_outside) ++next.faults;
      apply(&next.children[index]);
      if (!options_.lags) next.children[index].See();
      Emit(next, kind, index, 0, from_outside);
    };
    if (child.ready < child.replicas) {
      change(RoleStepKind::kBecameReady, false, [](CheckedChild* it) { ++it->ready; });
    }
    if (options_.lags && !child.is_seen()) {
      change(RoleStepKind::kSeen, false, [](CheckedChild* it) { it->See(); });
    }
    if (from_.faults >= options_.faults) return;
    if (child.ready > 0) {
      change(RoleStepKind::kNotReady, true, [](CheckedChild* it) {
        --it->ready;
        it->unseen_failures = std::min(kMostUnseen, it->unseen_failures + 1);
      });
    }
    change(RoleStepKind::kDeleted, true, [](CheckedChild* it) { *it = CheckedChild(); });
  }

  void Edits() {
    for (size_t role = 0; role < options_.roles.size(); ++role) {
      const int32_t target = from_.targets[role];
      // Roles that are not External have groups or not for good, as admission asks for all of them together.
      const bool is_external = options_.roles[role].is_external;
      const bool can_grow = target < kMostCheckedRoleGroups && (target > 0 || is_external);
      if (can_grow) Edit(RoleStepKind::kScaledUp, role, [&](CheckedRoles* next) { ++next->targets[role]; });
      if (target > (is_external ? 0 : 1)) {
        Edit(RoleStepKind::kScaledDown, role, [&](CheckedRoles* next) { --next->targets[role]; });
      }
    }
    if (from_.revision + 1U < kCheckedRoleRevisions) {
      Edit(RoleStepKind::kNewTemplate, 0, [](CheckedRoles* next) { ++next->revision; });
    }
    if (from_.revision > 0) {
      Edit(RoleStepKind::kReverted, 0, [](CheckedRoles* next) { next->revision = 0; });
    }
  }

  template <typename Change>
  void Edit(RoleStepKind kind, size_t subject, const Change& change) {
    CheckedRoles next = from_;
    ++next.edits;
    change(&next);
    Emit(next, kind, subject, 0, true);
  }

  const RoleWorldOptions& options_;
  const CheckedRoles& from_;
  absl::FunctionRef<void(const WorldStepOf<PackedRoles>&)> emit_;
};

}  // namespace

void EmitRoleSteps(const RoleWorldOptions& options, const CheckedRoles& from,
                   absl::FunctionRef<void(const WorldStepOf<PackedRoles>&)> emit) {
  Stepper(options, from, emit).All();
}

void ForEachOutcome(const RoleWrite& write, const CheckedRoles& roles, bool lags,
                    absl::FunctionRef<void(const CheckedRoles&)> outcome) {
  CheckedRoles next = roles;
  CheckedChild& child = next.child(write.revision, write.role);
  int32_t least = 0;
  switch (write.kind) {
    case RoleWrite::Kind::kRemember:
      child.remembered = write.replicas;
      return outcome(next);
    case RoleWrite::Kind::kForget:
      child.remembered = -1;
      return outcome(next);
    case RoleWrite::Kind::kDelete:
      child = CheckedChild();
      return outcome(next);
    case RoleWrite::Kind::kCreate:
      child.exists = true;
      child.replicas = write.replicas;
      MakeYoungest(write.revision, &next);
      if (!lags) child.See();
      return outcome(next);
    case RoleWrite::Kind::kScale:
      least = std::max(0, child.ready - std::max(0, child.replicas - write.replicas));
      child.ready = std::min(child.ready, write.replicas);
      child.replicas = write.replicas;
      // The newest groups go first, so that those that the status proves to be ready stay unless they failed since.
      least = std::max(least, std::min(child.ready, child.proven_ready() - child.unseen_failures));
  }
  for (; child.ready >= least; --child.ready) {
    if (!lags) child.See();
    outcome(next);
  }
}

CheckedRoles NoticeCheckedRevision(CheckedRoles roles) {
  if (roles.seen_revision == roles.revision) return roles;
  for (size_t role = 0; role < kMostCheckedRoles; ++role) {
    CheckedChild& old_child = roles.child(roles.seen_revision, role);
    old_child.was = old_child.replicas;
    roles.child(roles.revision, role).was = 0;
  }
  roles.seen_revision = roles.revision;
  return roles;
}

std::string RoleStepText(const RoleWorldOptions& options, uint8_t kind, uint8_t subject) {
  const auto step = static_cast<RoleStepKind>(kind);
  const std::string& role = options.roles[subject % kMostCheckedRoles % options.roles.size()].name;
  const std::string which = absl::StrCat(role, " of template ", subject / kMostCheckedRoles);
  switch (step) {
    case RoleStepKind::kStart:
      return "initial state";
    case RoleStepKind::kPass:
      if (subject == 0) return "the controller writes";
      return absl::StrCat("the controller crashes after ", subject, subject == 1 ? " write" : " writes");
    case RoleStepKind::kBecameReady:
      return absl::StrCat(which, ": one becomes ready");
    case RoleStepKind::kSeen:
      return absl::StrCat(which, " is seen as it is");
    case RoleStepKind::kNotReady:
      return absl::StrCat("FAULT: ", which, ": one is not ready");
    case RoleStepKind::kDeleted:
      return absl::StrCat("FAULT: ", which, " is deleted");
    case RoleStepKind::kScaledUp:
      return absl::StrCat("EDIT: one replica more of ", role);
    case RoleStepKind::kScaledDown:
      return absl::StrCat("EDIT: one replica less of ", role);
    case RoleStepKind::kNewTemplate:
      return "EDIT: a new template";
    case RoleStepKind::kReverted:
      return "EDIT: back to the first template";
  }
  return "";
}

bool IsRoleStepFromOutside(uint8_t kind) { return kind >= static_cast<uint8_t>(RoleStepKind::kNotReady); }

}  // namespace lws::internal
