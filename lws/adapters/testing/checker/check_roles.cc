#include "lws/adapters/testing/checker/check_roles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lws/adapters/testing/checker/role_laws.h"
#include "lws/adapters/testing/checker/role_world.h"

namespace lws {
namespace {

std::string RoleText(const CheckedRole& role) {
  return absl::StrCat(role.name, " ", role.initial, " to ", role.target, ", maxSurge ", role.budget.surge,
                      ", maxUnavailable ", role.budget.unavailable);
}

absl::Status ValidateRole(const CheckedRole& role) {
  const auto has_room = [](int32_t groups) { return groups >= 0 && groups <= kMostCheckedRoleGroups; };
  if (!has_room(role.initial) || !has_room(role.target)) {
    return absl::InvalidArgumentError(
        absl::StrCat("from 0 to ", kMostCheckedRoleGroups, " groups of a role can be checked: ", RoleText(role)));
  }
  const RoleBudget& budget = role.budget;
  if (budget.surge < 0 || budget.unavailable < 0 || (budget.surge == 0 && budget.unavailable == 0)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot be checked: ", RoleText(role)));
  }
  return absl::OkStatus();
}

// Every role of at most this number of groups.
std::vector<CheckedRole> AllRoles(int32_t groups) {
  std::vector<CheckedRole> all;
  for (int32_t initial = 0; initial <= groups; ++initial) {
    for (int32_t target = 0; target <= groups; ++target) {
      for (int32_t surge = 0; surge <= 2; ++surge) {
        for (int32_t unavailable = surge == 0 ? 1 : 0; unavailable <= 2; ++unavailable) {
          all.push_back({"", initial, target, {surge, unavailable}});
        }
      }
    }
  }
  return all;
}

}  // namespace

absl::Status ValidateCheckedRoles(const RoleWorldOptions& options) {
  if (options.roles.empty() || options.roles.size() > kMostCheckedRoles) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.roles.size(), " roles: from 1 to ", kMostCheckedRoles, " can be checked"));
  }
  for (const CheckedRole& role : options.roles) {
    absl::Status status = ValidateRole(role);
    if (!status.ok()) return status;
  }
  if (options.faults < 0 || options.faults > 3 || options.edits < 0 || options.edits > 2) {
    return absl::InvalidArgumentError("at most 3 faults and 2 edits can be checked");
  }
  return absl::OkStatus();
}

RoleCheck CheckRoles(const RoleWorldOptions& options, CheckFrom from, const internal::ExploreLimits& limits) {
  const internal::RoleWorld world(options);
  const auto starts = from == CheckFrom::kEveryState ? world.AllBeginnings() : std::vector{world.Beginning()};
  const auto exploration = internal::ExploreStates(world, starts, limits);
  RoleCheck check;
  check.options = options;
  check.states = exploration.states;
  check.transitions = exploration.transitions;
  check.complete = exploration.complete;
  check.broken_law = std::string(internal::RoleLawText(exploration.broken_law));
  check.trace = world.Draw(exploration.counterexample);
  check.moments = world.Moments(exploration.counterexample);
  return check;
}

std::vector<RoleWorldOptions> AllCheckedRoles(int32_t groups, size_t roles, const RoleWorldOptions& like) {
  const std::vector<CheckedRole> of_one = AllRoles(groups);
  RoleWorldOptions empty = like;
  empty.roles.clear();
  std::vector<RoleWorldOptions> all = {empty};
  for (size_t role = 0; role < roles; ++role) {
    std::vector<RoleWorldOptions> next;
    next.reserve(all.size() * of_one.size());
    for (const RoleWorldOptions& before : all) {
      for (const CheckedRole& of_role : of_one) {
        next.push_back(before);
        next.back().roles.push_back(of_role);
        next.back().roles.back().name = std::string(1, static_cast<char>('a' + role));
      }
    }
    all = std::move(next);
  }
  return all;
}

std::string CheckedRolesText(const RoleWorldOptions& options) {
  std::string text;
  for (const CheckedRole& role : options.roles) absl::StrAppend(&text, text.empty() ? "" : "; ", RoleText(role));
  return text;
}

}  // namespace lws
