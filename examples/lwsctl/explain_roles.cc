#include "examples/lwsctl/explain_roles.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "lws/core/plan/decision.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

bool IsOwn(const lws::ObservedChild& child, const lws::DisaggregatedSet& set) {
  return lws::IsControlledBy(child.meta, set.metadata().uid()) && child.labels.set_name == set.metadata().name();
}

void Count(const lws::ObservedChild& child, bool is_new, RoleState* role) {
  (is_new ? role->new_groups : role->old_groups) += child.replicas();
  (is_new ? role->new_ready : role->old_ready) += std::min(child.ready_replicas, child.replicas());
}

// As WantedRoleGroups says, which counts a missing scaler as 0.
std::optional<int32_t> WantedOf(const lws::DisaggregatedObservation& observation, const lws::DisaggregatedRole& role) {
  const std::string name = lws::RoleScalerName(observation.set->metadata().name(), role.name());
  const auto& scalers = observation.scalers;
  const bool has_scaler = std::any_of(scalers.begin(), scalers.end(),
                                      [&name](const auto* scaler) { return scaler->metadata().name() == name; });
  if (lws::IsExternalRole(role) && !has_scaler) return std::nullopt;
  return lws::WantedRoleGroups(observation, role);
}

std::string WordOf(const RolesState& state, const lws::DisaggregatedSet& set) {
  if (set.metadata().has_deletion_timestamp()) return "being deleted";
  const auto some = [&state](auto holds) { return std::any_of(state.roles.begin(), state.roles.end(), holds); };
  if (some([](const RoleState& role) { return role.old_groups > 0; })) return "updating";
  if (!some([](const RoleState& role) { return role.new_groups > 0; })) return "without groups";
  const auto is_scaled = [](const RoleState& role) {
    return role.is_in_spec && role.new_groups != role.wanted.value_or(role.new_groups);
  };
  if (some(is_scaled)) return "scaling";
  if (some([](const RoleState& role) { return role.new_ready < role.new_groups; })) return "not all groups are ready";
  return "at rest";
}

std::string TextOf(const RoleState& role) {
  const std::string wish = !role.is_in_spec          ? " is removed"
                           : role.wanted.has_value() ? absl::StrCat(" wants ", *role.wanted)
                                                     : " has no scaler here that says how many groups it wants";
  std::string text = absl::StrCat(role.name, wish, ": ", role.new_groups, " new (", role.new_ready, " ready)");
  if (role.old_groups > 0) absl::StrAppend(&text, ", ", role.old_groups, " old (", role.old_ready, " ready)");
  return text;
}

}  // namespace

RolesState StateOfRoles(const lws::DisaggregatedObservation& observation, const lws::Plan& plan) {
  const lws::DisaggregatedSet& set = *observation.set;
  RolesState state;
  state.revision = observation.revision;
  if (state.revision.empty()) state.revision = lws::DisaggregatedRevisionKey(lws::DisaggregatedRevisionData(set));
  for (int32_t slice = 0; slice < lws::SpecSlices(set); ++slice) {
    std::map<std::string, RoleState> removed;
    const size_t first = state.roles.size();
    for (const lws::DisaggregatedRole& role : set.spec().roles()) {
      state.roles.push_back({role.name(), slice, true, WantedOf(observation, role)});
    }
    for (const lws::ObservedChild* child : observation.children) {
      if (!IsOwn(*child, set) || lws::SliceOfLabel(child->labels.slice) != slice) continue;
      const auto named = [child](const RoleState& role) { return role.name == child->labels.role; };
      const auto found = std::find_if(state.roles.begin() + static_cast<ptrdiff_t>(first), state.roles.end(), named);
      RoleState& role = found != state.roles.end() ? *found : removed[child->labels.role];
      Count(*child, child->labels.revision == state.revision, &role);
    }
    for (auto& [name, role] : removed) {
      state.roles.push_back(
          {name, slice, false, std::nullopt, role.new_groups, role.new_ready, role.old_groups, role.old_ready});
    }
  }
  for (const lws::Decision& decision : plan.decisions) {
    const bool is_held = decision.reason == lws::DecisionReason::kRolesAreHeld ||
                         decision.reason == lws::DecisionReason::kRolesWaitForReady;
    if (is_held) state.held.push_back(decision.detail);
  }
  state.state = WordOf(state, set);
  return state;
}

lws::Json ToJson(const RolesState& state) {
  lws::Json roles = lws::Json::array();
  for (const RoleState& role : state.roles) {
    roles.push_back({{"slice", role.slice},
                     {"role", role.name},
                     {"inSpec", role.is_in_spec},
                     {"wanted", role.wanted.has_value() ? lws::Json(*role.wanted) : lws::Json()},
                     {"newGroups", role.new_groups},
                     {"newReady", role.new_ready},
                     {"oldGroups", role.old_groups},
                     {"oldReady", role.old_ready}});
  }
  return {{"revision", state.revision}, {"state", state.state}, {"roles", roles}, {"heldBy", state.held}};
}

std::string ToString(const RolesState& state) {
  std::string text = absl::StrCat("state  ", state.state, ", revision ", state.revision, "\n");
  for (size_t i = 0; i < state.roles.size(); ++i) {
    const RoleState& role = state.roles[i];
    const bool begins = i == 0 || state.roles[i - 1].slice != role.slice;
    if (begins) absl::StrAppend(&text, i == 0 ? "" : "\n", "slice ", role.slice, "  ");
    absl::StrAppend(&text, begins ? "" : "; ", TextOf(role));
  }
  for (const std::string& held : state.held) absl::StrAppend(&text, "\nheld   ", held);
  return text;
}

}  // namespace lwsctl
