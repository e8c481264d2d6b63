// A slow and obvious PlanRoles, written from the description of the behaviour. It must never leave tests/.
#ifndef LWS_TESTS_ROLLOUT_ROLE_PLANNER_ORACLE_H_
#define LWS_TESTS_ROLLOUT_ROLE_PLANNER_ORACLE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "lws/rollout/role_planner.h"

namespace lws {

// Empty for no step.
using OracleStep = std::vector<RoleReplicas>;

inline OracleStep KeepWholeByTheBook(const std::vector<RoleCounts>& roles, OracleStep step) {
  size_t served = 0, at_zero = 0;
  bool bears = true;
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i].initial != 0) ++served;
    if (roles[i].initial != 0 && step[i].old_replicas == 0) ++at_zero;
    if (roles[i].initial >= roles[i].target && step[i].new_replicas < roles[i].target - roles[i].unavailable) {
      bears = false;
    }
  }
  if (at_zero == 0 || at_zero == served) return step;
  for (size_t i = 0; i < roles.size(); ++i) {
    if (bears) step[i].old_replicas = 0;
    if (!bears && step[i].old_replicas == 0 && roles[i].initial > 0) step[i].old_replicas = 1;
  }
  return step;
}

inline OracleStep PlanRolesByTheBook(const std::vector<RoleCounts>& roles) {
  const auto all = [&](auto holds) { return std::all_of(roles.begin(), roles.end(), holds); };
  const auto floor_of = [](const RoleCounts& r, double fresh) {
    return r.initial >= r.target ? std::max<double>(r.target - r.unavailable - fresh, 0) : 0.0;
  };
  double batches = 0;
  for (const RoleCounts& r : roles) {
    const double batch = r.surge > 0 ? r.surge : std::max<double>(1, r.unavailable);
    batches = std::max(batches, std::ceil(std::max<double>({double(r.initial), double(r.target), 0}) / batch));
  }
  OracleStep step;
  for (const RoleCounts& r : roles) step.push_back({r.old_replicas, r.new_replicas});
  if (all([](auto& r) { return r.old_replicas == 0 && r.new_replicas >= r.target; }) || batches == 0) return {};
  if (!all([](auto& r) { return r.old_replicas <= r.initial; })) {
    for (size_t i = 0; i < roles.size(); ++i) {
      step[i].old_replicas = std::min(roles[i].initial, roles[i].old_replicas);
    }
    return step;
  }
  if (all([](auto& r) { return r.new_replicas >= r.target; })) {
    for (RoleReplicas& r : step) r.old_replicas = 0;
    return step;
  }
  double done = batches;
  for (const RoleCounts& r : roles) {
    if (r.target > 0) done = std::min(done, std::floor(r.new_replicas * batches / r.target));
  }
  std::vector<int64_t> fresh;
  bool adds = false, fits = true;
  for (const RoleCounts& r : roles) {
    const double next = std::min<double>(r.target, std::ceil((done + 1) * r.target / batches));
    fresh.push_back(std::max<int64_t>(r.new_replicas, static_cast<int64_t>(next)));
    adds = adds || fresh.back() > r.new_replicas;
    fits = fits && (r.target == 0 || r.old_replicas + fresh.back() <= r.target + r.surge);
  }
  if (adds && fits) {
    for (size_t i = 0; i < roles.size(); ++i) step[i].new_replicas = fresh[i];
    return step;
  }
  const auto drains = [&](const OracleStep& s) {
    for (size_t i = 0; i < roles.size(); ++i) {
      if (s[i].old_replicas < roles[i].old_replicas) return true;
    }
    return false;
  };
  double gone = 0;
  for (const RoleCounts& r : roles) {
    if (r.initial != 0) gone = std::max(gone, std::floor((r.initial - r.old_replicas) * batches / r.initial));
  }
  OracleStep drain = step;
  for (size_t i = 0; i < roles.size(); ++i) {
    const RoleCounts& r = roles[i];
    const double left = std::max(0.0, r.initial - std::floor((gone + 1) * r.initial / batches));
    const double kept = std::min<double>(r.old_replicas, left);
    drain[i].old_replicas = static_cast<int64_t>(std::max(kept, floor_of(r, r.new_replicas)));
  }
  drain = KeepWholeByTheBook(roles, drain);
  if (drains(drain)) return drain;
  OracleStep force = step;
  for (size_t i = 0; i < roles.size(); ++i) {
    const RoleCounts& r = roles[i];
    const double room = std::min<double>(r.old_replicas, r.target + r.surge - fresh[i]);
    force[i] = {static_cast<int64_t>(std::max({0.0, room, floor_of(r, fresh[i])})), fresh[i]};
  }
  return drains(force) ? KeepWholeByTheBook(roles, force) : OracleStep();
}

}  // namespace lws

#endif  // LWS_TESTS_ROLLOUT_ROLE_PLANNER_ORACLE_H_
