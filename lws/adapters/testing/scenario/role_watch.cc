#include "lws/adapters/testing/scenario/role_watch.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "lws/adapters/testing/scenario/waiting_groups.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json_reader.h"
#include "lws/api/observed_roles.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "lws/rollout/role_budget.h"
#include "lws/rollout/scaled_share.h"

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

int32_t PercentOfTarget(int32_t groups, int32_t target) {
  return static_cast<int32_t>(std::min<int64_t>(100, ShareDown(groups, 100, target)));
}

RoleWatch::Groups RoleWatch::GroupsOf(const ObservedChild& child) {
  Groups groups;
  groups.replicas = child.replicas();
  groups.ready = child.meta.terminating ? 0 : std::min(child.ready_replicas, groups.replicas);
  groups.leaving = std::max(0, child.status_replicas - groups.replicas);
  groups.steady = child.meta.terminating ? 0 : std::clamp(child.ready_replicas - groups.leaving, 0, groups.replicas);
  return groups;
}

std::vector<RoleTimelineEntry> RoleWatch::Look(absl::Duration time) {
  std::vector<RoleTimelineEntry> entries;
  const DisaggregatedObservation observation = simulation_->Observe(namespace_, report_->set_name);
  if (observation.set == nullptr) return entries;
  is_done_ = true;
  const int32_t slices = SpecSlices(*observation.set);
  ForgetSlicesFrom(slices, time, &entries);
  for (int32_t slice = 0; slice < slices; ++slice) {
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

// A slice that is made again later begins like a new one: nothing of the removed one is promised.
void RoleWatch::ForgetSlicesFrom(int32_t slices, absl::Duration time, std::vector<RoleTimelineEntry>* entries) {
  for (auto lanes = lanes_.lower_bound(slices); lanes != lanes_.end(); lanes = lanes_.erase(lanes)) {
    RoleTimelineEntry gone;
    gone.time = time;
    for (const RoleLane& lane : lanes->second) gone.lanes.push_back({lane.slice, lane.role, "", 0, 0});
    entries->push_back(std::move(gone));
  }
  updates_.erase(updates_.lower_bound(slices), updates_.end());
  initial_.erase(initial_.lower_bound({slices, ""}), initial_.end());
  interrupted_.erase(interrupted_.lower_bound({slices, ""}), interrupted_.end());
}

RoleWatch::RoleView* RoleWatch::FindRole(const std::string& name, std::vector<RoleView>* roles) {
  const auto found =
      std::find_if(roles->begin(), roles->end(), [&name](const RoleView& role) { return role.name == name; });
  return found == roles->end() ? nullptr : &*found;
}

std::vector<RoleWatch::RoleView> RoleWatch::ReadSlice(const DisaggregatedObservation& observation, int32_t slice,
                                                      absl::Duration time) {
  const DisaggregatedSet& set = *observation.set;
  std::vector<RoleView> roles;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    const int32_t wanted = WantedRoleGroups(observation, role);
    const RoleBudget budget = RoleBudgetOf(role, wanted);
    RoleView& view = roles.emplace_back();
    view.name = role.name();
    view.wanted = wanted;
    view.surge = budget.surge;
    view.unavailable = budget.unavailable;
  }
  std::map<std::string, OldRevision> old_revisions;
  for (const ObservedChild* child : observation.children) {
    const bool is_own = IsControlledBy(child->meta, set.metadata().uid());
    if (!is_own || SliceOfLabel(child->labels.slice) != slice) continue;
    const Groups groups = GroupsOf(*child);
    const bool is_old = child->labels.revision != observation.revision;
    if (is_old) old_revisions[child->labels.revision][child->labels.role] = groups;
    RoleView* const role = FindRole(child->labels.role, &roles);
    if (role == nullptr) continue;
    role->revisions[child->labels.revision] = groups;
    if (!is_old) role->new_groups = groups;
  }
  for (auto known = initial_.begin(); known != initial_.end();) {
    const bool is_left = known->first.first != slice || old_revisions.count(known->first.second) > 0;
    if (!is_left) interrupted_.erase(known->first);
    known = is_left ? std::next(known) : initial_.erase(known);
  }
  if (failures_ == RoleFailures::kExcused) ReadUnseen(observation, slice, &roles);
  for (const auto& [revision, children] : old_revisions) ReadOldRevision(slice, revision, children, time, &roles);
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
    if (at_the_edit > 0 && groups.replicas == 0) NoteHalf(slice, revision, name, time);
    RoleView* role = FindRole(name, roles);
    if (role == nullptr) {
      role = &roles->emplace_back();
      role->name = name;
      role->surge = RoleBudget().surge;
      role->unavailable = RoleBudget().unavailable;
    }
    role->old_groups.replicas += groups.replicas;
    role->old_groups.ready += groups.ready;
    role->old_groups.steady += groups.steady;
    role->initial += std::max(at_the_edit, groups.replicas);
  }
}

void RoleWatch::NoteHalf(int32_t slice, const std::string& revision, const std::string& role, absl::Duration time) {
  const bool is_interrupted = simulation_->IsInterrupted(namespace_, report_->set_name);
  if (failures_ == RoleFailures::kExcused && is_interrupted) interrupted_.emplace(slice, revision);
  if (report_->half_revision.has_value() || interrupted_.count({slice, revision}) > 0) return;
  report_->half_revision = HalfRevision{time, slice, revision, role};
}

// Compares the children as the controller sees them with the children as they are. Groups that became ready unseen are
// not counted on, because the controller may take them for broken ones.
void RoleWatch::ReadUnseen(const DisaggregatedObservation& observation, int32_t slice,
                           std::vector<RoleView>* roles) const {
  std::map<std::string, Groups> present;  // by child
  for (const ObservedChild* child : observation.children) present[child->meta.name] = GroupsOf(*child);
  for (const ObservedChild* child : simulation_->ObserveAsSeen(namespace_, report_->set_name).children) {
    if (SliceOfLabel(child->labels.slice) != slice) continue;
    const Groups seen = GroupsOf(*child);
    const Groups& groups = present[child->meta.name];
    RoleView* const role = FindRole(child->labels.role, roles);
    if (role == nullptr) continue;
    role->unseen += std::max(0, seen.ready - groups.ready);
    role->proven += std::min(seen.steady, groups.steady);
  }
}

RoleCourse& RoleWatch::CourseOf(int32_t slice, const std::string& role) {
  for (RoleCourse& course : report_->courses) {
    if (course.slice == slice && course.role == role) return course;
  }
  report_->courses.push_back({slice, role});
  return report_->courses.back();
}

// How many ready groups were lost since the last look that the controller did not take from their child. A group that
// it took may be one that was not ready, and then its loss never shows.
int32_t RoleWatch::Failures(const RoleView& role, RoleUpdate* update) {
  int32_t failures = 0;
  for (const auto& [revision, before] : update->last.revisions) {
    const auto child = role.revisions.find(revision);
    const Groups now = child == role.revisions.end() ? Groups() : child->second;
    int32_t& taken = update->taken[revision];
    taken += std::max(0, before.replicas - now.replicas);
    const int32_t lost = std::max(0, before.ready - now.ready);
    const int32_t explained = std::min(lost, taken);
    taken = std::min(taken - explained, now.leaving);
    failures += lost - explained;
  }
  return failures;
}

void RoleWatch::NoteRole(int32_t slice, const RoleView& role, RoleUpdate* update) {
  Promise& promise = update->promise;
  const int32_t floor = PromiseFloor(std::min(update->initial, role.wanted), role.unavailable);
  promise.Edit(floor);
  if (failures_ == RoleFailures::kExcused) {
    promise.Excuse(std::max(Failures(role, update), role.unseen - update->last.unseen));
  }
  const int32_t counted_on = failures_ == RoleFailures::kExcused ? role.proven : role.steady();
  promise.Raise(Promise::Grounded(floor, counted_on) - role.unseen);
  RoleCourse& course = CourseOf(slice, role.name);
  const bool is_worse = MissesPromiseByMore(role.ready(), promise.groups(), course.lowest_ready, course.counted_on);
  const bool is_alike = !MissesPromiseByMore(course.lowest_ready, course.counted_on, role.ready(), promise.groups());
  if (course.lowest_ready < 0 || is_worse || (is_alike && role.ready() < course.lowest_ready)) {
    course.lowest_ready = role.ready();
    course.promised_ready = floor;
    course.counted_on = promise.groups();
  }
  const int32_t allowed = AllowedGroups(std::max(update->initial, role.wanted), role.surge);
  // A target that was lowered may leave more groups than are allowed; only adding counts.
  const bool is_added = role.groups() > update->last.groups();
  const bool is_worst = role.groups() - allowed > course.most_groups - course.allowed_groups;
  if (course.allowed_groups == 0 || (is_added && is_worst)) {
    course.most_groups = role.groups();
    course.allowed_groups = allowed;
  }
  update->last = role;
}

void RoleWatch::NoteSkew(int32_t slice, const std::vector<RoleView>& roles) {
  int32_t least = 100;
  for (const RoleView& role : roles) {
    if (role.wanted > 0) least = std::min(least, PercentOfTarget(role.new_groups.replicas, role.wanted));
  }
  for (const RoleView& role : roles) {
    if (role.wanted == 0) continue;
    const int32_t ahead = std::max(0, PercentOfTarget(role.new_groups.replicas, role.wanted) - least);
    RoleCourse& course = CourseOf(slice, role.name);
    course.ahead_percent = std::max(course.ahead_percent, ahead);
    report_->skew_percent = std::max(report_->skew_percent, ahead);
  }
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
  for (const RoleView& role : roles) {
    const auto [of_role, is_first] = update->second.try_emplace(role.name);
    if (is_first) of_role->second.last = role;
    if (has_old) of_role->second.initial = role.initial;
    NoteRole(slice, role, &of_role->second);
  }
  NoteSkew(slice, roles);
}

// Children are in the order of their names: slice, revision, role.
void RoleWatch::NoteWaitingPods() {
  Simulation* cluster = &simulation_->cluster();
  for (const ObservedChild* child : simulation_->Observe(namespace_, report_->set_name).children) {
    const SharedJson set = cluster->server().Get({kKind, namespace_, child->meta.name});
    if (set == nullptr) continue;
    const int32_t size = JsonReader(*set).Count({"spec", "leaderWorkerTemplate", "size"}, 1);
    for (WaitingPod& pod : ScenarioWaitingPods(cluster, namespace_, child->meta.name, child->replicas(), size)) {
      report_->waiting.push_back(std::move(pod));
    }
  }
}

void RoleWatch::Finish(absl::Duration time) {
  report_->duration = time;
  report_->finished = is_done_;
  for (const auto& [slice, lanes] : lanes_) report_->last.insert(report_->last.end(), lanes.begin(), lanes.end());
  if (is_done_) return;
  NoteWaitingPods();
  for (const auto& [key, refusal] : simulation_->cluster().server().refusals()) {
    const bool is_told = std::find(report_->refused.begin(), report_->refused.end(), refusal) != report_->refused.end();
    if (key.namespace_name == namespace_ && !is_told) report_->refused.push_back(refusal);
  }
}

}  // namespace lws::internal
