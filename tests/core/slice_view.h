// A slice of an observed DisaggregatedSet in the terms of the laws of role_laws.h: its roles, and the groups of the new
// revision and of the old ones, before and after a plan.
#ifndef LWS_TESTS_CORE_SLICE_VIEW_H_
#define LWS_TESTS_CORE_SLICE_VIEW_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/rollout/small_slice.h"

namespace lws {

struct SliceView {
  SmallSlice world;
  std::map<std::string, RoleGroups*> by_name;  // children
};

inline RoleGroups Groups(const ObservedChild& child) {
  int32_t initial = 0;
  if (!absl::SimpleAtoi(child.initial_replicas.value_or(""), &initial)) initial = child.replicas();
  return {true, child.replicas(), std::min(child.ready_replicas, child.replicas()), initial};
}

inline SliceView View(const DisaggregatedObservation& observation, int32_t slice) {
  const DisaggregatedSet& set = *observation.set;
  const std::string label = absl::StrCat(slice);
  std::vector<std::string> names;
  SliceView view;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    const RollingUpdateConfiguration& update = role.spec().rollout_strategy().rolling_update_configuration();
    names.push_back(role.name());
    view.world.goals.push_back(
        {role.spec().replicas(), {update.max_surge().number(), update.max_unavailable().number()}});
  }
  std::set<std::string> removed, revisions;
  for (const ObservedChild* child : observation.children) {
    if (child->labels.slice != label || child->labels.revision == observation.revision) continue;
    revisions.insert(child->labels.revision);
    if (std::find(names.begin(), names.end(), child->labels.role) == names.end()) removed.insert(child->labels.role);
  }
  for (const std::string& name : removed) {
    names.push_back(name);
    view.world.goals.push_back({0, {1, 0}});
  }
  view.world.new_groups.resize(names.size());
  view.world.old_groups.resize(names.size() * revisions.size());
  for (const ObservedChild* child : observation.children) {
    if (child->labels.slice != label) continue;
    const auto role = std::find(names.begin(), names.end(), child->labels.role) - names.begin();
    const auto revision = std::distance(revisions.begin(), revisions.find(child->labels.revision));
    RoleGroups& groups = child->labels.revision == observation.revision
                             ? view.world.new_groups[role]
                             : view.world.old_groups[revision * names.size() + role];
    groups = Groups(*child);
    view.by_name[child->meta.name] = &groups;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    view.by_name.emplace(ChildName(set.metadata().name(), slice, observation.revision, names[i]),
                         &view.world.new_groups[i]);
  }
  return view;
}

// The state after the plan. Groups that go may be ready ones.
inline SmallSlice After(SliceView view, const Plan& plan, const SmallSlice& before) {
  SmallSlice after = before;
  const auto groups_of = [&](const std::string& name) -> RoleGroups* {
    const auto found = view.by_name.find(name);
    if (found == view.by_name.end()) return nullptr;
    for (size_t i = 0; i < before.new_groups.size(); ++i) {
      if (found->second == &view.world.new_groups[i]) return &after.new_groups[i];
    }
    for (size_t i = 0; i < before.old_groups.size(); ++i) {
      if (found->second == &view.world.old_groups[i]) return &after.old_groups[i];
    }
    return nullptr;
  };
  for (const Action& action : plan.actions) {
    RoleGroups* groups = action.target.kind == "LeaderWorkerSet" ? groups_of(action.target.name) : nullptr;
    if (groups == nullptr) continue;
    const Json document = action.object.Document();
    if (action.verb == Verb::kDelete) SmallSlice::SetReplicas(0, true, groups);
    if (action.verb == Verb::kDelete || !document.contains("spec") || !document["spec"].contains("replicas")) continue;
    SmallSlice::SetReplicas(document["spec"]["replicas"].get<int32_t>(), true, groups);
  }
  return after;
}

}  // namespace lws

#endif  // LWS_TESTS_CORE_SLICE_VIEW_H_
