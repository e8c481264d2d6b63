#include "lws/adapters/testing/scenario/role_watch.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "lws/rollout/role_budget.h"

namespace lws::internal {
namespace {

// At most what an int32 holds, as the surge may be as large as that.
int32_t AllowedGroups(int32_t groups, int32_t surge) {
  return static_cast<int32_t>(std::min<int64_t>(int64_t{groups} + surge, std::numeric_limits<int32_t>::max()));
}

std::string LettersOf(int32_t old_groups, int32_t old_ready, int32_t new_groups, int32_t new_ready) {
  const auto repeat = [](int32_t count, char letter) {
    return std::string(static_cast<size_t>(std::max(0, count)), letter);
  };
  return repeat(old_ready, 'O') + repeat(old_groups - old_ready, 'o') + repeat(new_ready, 'N') +
         repeat(new_groups - new_ready, 'n');
}

bool SameLanes(const std::vector<RoleLane>& a, const std::vector<RoleLane>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const RoleLane& x, const RoleLane& y) {
    return x.role == y.role && x.groups == y.groups && x.ready == y.ready && x.wanted == y.wanted;
  });
}

}  // namespace

std::vector<RoleTimelineEntry> RoleWatch::Look(absl::Duration time) {
  std::vector<RoleTimelineEntry> entries;
  const DisaggregatedObservation observation = simulation_->Observe(namespace_, report_->set_name);
  if (observation.set == nullptr) return entries;
  is_done_ = true;
  for (int32_t slice = 0; slice < Slices(*observation.set); ++slice) {
    const std::vector<RoleView> roles = ReadSlice(observation, slice, time);
    std::vector<RoleLane> lanes;
    for (const RoleView& role : roles) {
      lanes.push_back(
          {slice, role.name,
           LettersOf(role.old_groups.replicas, role.old_groups.ready, role.new_groups.replicas, role.new_groups.ready),
           role.ready(), role.wanted});
      is_done_ = is_done_ && role.old_groups.replicas == 0 && role.new_groups.replicas == role.wanted &&
                 role.new_groups.ready == role.wanted;
    }
    NoteCourse(slice, roles);
    std::vector<RoleLane>& before = lanes_[slice];
    if (SameLanes(before, lanes)) continue;
    before = lanes;
    RoleTimelineEntry entry;
    entry.time = time;
    entry.lanes = std::move(lanes);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<RoleWatch::RoleView> RoleWatch::ReadSlice(const DisaggregatedObservation& observation, int32_t slice,
                                                      absl::Duration time) {
  const DisaggregatedSet& set = *observation.set;
  std::vector<RoleView> roles;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    const int32_t wanted = WantedRoleGroups(observation, role);
    const RoleBudget budget = RoleBudgetOf(role, wanted);
    roles.push_back({role.name(), wanted, budget.surge, budget.unavailable, {}, {}, 0});
  }
  std::map<std::string, OldRevision> old_revisions;
  for (const ObservedChild* child : observation.children) {
    const bool is_own = IsControlledBy(child->meta, set.metadata().uid());
    if (!is_own || SliceOfLabel(child->labels.slice) != slice) continue;
    const Groups groups{child->replicas(), child->meta.terminating ? 0 : child->ready_replicas};
    if (child->labels.revision != observation.revision) {
      old_revisions[child->labels.revision][child->labels.role] = groups;
      continue;
    }
    for (RoleView& role : roles) {
      if (role.name == child->labels.role) role.new_groups = groups;
    }
  }
  for (auto known = initial_.begin(); known != initial_.end();) {
    const bool is_left = known->first.first != slice || old_revisions.count(known->first.second) > 0;
    known = is_left ? std::next(known) : initial_.erase(known);
  }
  for (const auto& [revision, children] : old_revisions) ReadOldRevision(slice, revision, children, time, &roles);
  for (RoleView& role : roles) {
    role.old_groups.ready = std::min(role.old_groups.ready, role.old_groups.replicas);
    role.new_groups.ready = std::min(role.new_groups.ready, role.new_groups.replicas);
  }
  return roles;
}

// Adds the groups of an old revision to the roles, and notes it if only some of its roles have groups.
void RoleWatch::ReadOldRevision(int32_t slice, const std::string& revision, const OldRevision& children,
                                absl::Duration time, std::vector<RoleView>* roles) {
  std::map<std::string, int32_t>& initial = initial_[{slice, revision}];
  if (initial.empty()) {
    updates_.erase(slice);  // another update begins
    for (const auto& [name, groups] : children) initial[name] = groups.replicas;
  }
  bool has_groups = false;
  for (const auto& [name, groups] : children) has_groups = has_groups || groups.replicas > 0;
  if (!has_groups) return;
  for (const auto& [name, at_the_edit] : initial) {
    const auto child = children.find(name);
    const Groups groups = child == children.end() ? Groups() : child->second;
    if (at_the_edit > 0 && groups.replicas == 0 && !report_->half_revision.has_value()) {
      report_->half_revision = HalfRevision{time, slice, revision, name};
    }
    auto role = std::find_if(roles->begin(), roles->end(),
                             [&role_name = name](const RoleView& view) { return view.name == role_name; });
    if (role == roles->end()) {
      roles->push_back({name, 0, RoleBudget().surge, RoleBudget().unavailable, {}, {}, 0});
      role = roles->end() - 1;
    }
    role->old_groups.replicas += groups.replicas;
    role->old_groups.ready += std::min(groups.ready, groups.replicas);
    role->initial += std::max(at_the_edit, groups.replicas);
  }
}

RoleCourse& RoleWatch::CourseOf(int32_t slice, const std::string& role) {
  for (RoleCourse& course : report_->courses) {
    if (course.slice == slice && course.role == role) return course;
  }
  report_->courses.push_back({slice, role});
  return report_->courses.back();
}

void RoleWatch::NoteCourse(int32_t slice, const std::vector<RoleView>& roles) {
  const bool has_old =
      std::any_of(roles.begin(), roles.end(), [](const RoleView& role) { return role.old_groups.replicas > 0; });
  const bool is_at_rest = !has_old && std::all_of(roles.begin(), roles.end(), [](const RoleView& role) {
    return role.new_groups.replicas == role.wanted && role.new_groups.ready == role.wanted;
  });
  if (is_at_rest) updates_.erase(slice);
  if (has_old) updates_.try_emplace(slice);
  const auto update = updates_.find(slice);
  if (update == updates_.end()) return;
  int32_t least = 100, most = 0;
  for (const RoleView& role : roles) {
    RoleUpdate& of_role = update->second.try_emplace(role.name, RoleUpdate{0, role.groups(), 0}).first->second;
    of_role.most_ready = std::max(of_role.most_ready, role.ready());
    if (has_old) of_role.initial = role.initial;
    const int32_t initial = of_role.initial;
    RoleCourse& course = CourseOf(slice, role.name);
    const int32_t promised = std::max(0, std::min(initial, role.wanted) - role.unavailable);
    const int32_t grounded = std::min(promised, of_role.most_ready);
    const bool is_lowest =
        course.lowest_ready < 0 || role.ready() - grounded < course.lowest_ready - course.promised_ready ||
        (role.ready() - grounded == course.lowest_ready - course.promised_ready && role.ready() < course.lowest_ready);
    if (is_lowest) {
      course.lowest_ready = role.ready();
      course.promised_ready = grounded;
    }
    const int32_t allowed = AllowedGroups(std::max(initial, role.wanted), role.surge);
    // A target that was lowered may leave more groups than are allowed; only adding counts.
    const bool is_added = role.groups() > of_role.groups;
    of_role.groups = role.groups();
    const bool is_worst = role.groups() - allowed > course.most_groups - course.allowed_groups;
    if (course.allowed_groups == 0 || (is_added && is_worst)) {
      course.most_groups = role.groups();
      course.allowed_groups = allowed;
    }
    if (role.wanted == 0) continue;
    const int32_t percent = std::min(100, role.new_groups.replicas * 100 / role.wanted);
    least = std::min(least, percent);
    most = std::max(most, percent);
  }
  report_->skew_percent = std::max(report_->skew_percent, most - least);
}

void RoleWatch::Finish(absl::Duration time) {
  report_->duration = time;
  report_->finished = is_done_;
  for (const auto& [slice, lanes] : lanes_) report_->last.insert(report_->last.end(), lanes.begin(), lanes.end());
  if (is_done_) return;
  for (const auto& [key, refusal] : simulation_->cluster().server().refusals()) {
    const bool is_told = std::find(report_->refused.begin(), report_->refused.end(), refusal) != report_->refused.end();
    if (key.namespace_name == namespace_ && !is_told) report_->refused.push_back(refusal);
  }
}

}  // namespace lws::internal
