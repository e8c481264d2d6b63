// The state of a rollout of roles in a small world: the children of one slice by revision and role, as they are and as
// their status shows them, and the set.
//
//   lws::internal::CheckedRoles roles;
//   roles.child(/*revision=*/0, /*role=*/1).replicas = 2;
//   lws::internal::PackedRoles state = lws::internal::PackCheckedRoles(roles, /*lags=*/false);
//   lws::internal::UnpackCheckedRoles(state, false).child(0, 1).replicas;    // 2
//
// The functions are inline, because a world calls them at every step.
//
// Thread-safety: values; const methods and all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECKED_ROLES_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECKED_ROLES_H_

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lws/adapters/testing/checker/role_world_options.h"

namespace lws::internal {

inline constexpr size_t kCheckedRoleRevisions = 3;

struct CheckedChild {
  bool exists = false;
  int32_t replicas = 0;
  int32_t ready = 0;
  int32_t remembered = -1;  // the replicas in its annotation; -1 without one
  int32_t was = 0;          // its replicas when a pass first saw its revision as old; only the world knows them
  // What its status shows.
  int32_t seen_replicas = 0;
  int32_t seen_ready = 0;
  int32_t unseen_failures = 0;

  // How many of its groups the status proves to be ready, whichever of the groups that the status still counts leave.
  int32_t proven_ready() const {
    return std::max(0, std::min(seen_ready - std::max(0, seen_replicas - replicas), replicas));
  }
  // Makes the status show the child as it is.
  void See() {
    seen_replicas = replicas;
    seen_ready = ready;
    unseen_failures = 0;
  }
  bool is_seen() const { return seen_replicas == replicas && seen_ready == ready; }
};

struct CheckedRoles {
  std::array<CheckedChild, kCheckedRoleRevisions * kMostCheckedRoles> children;
  std::array<int32_t, kMostCheckedRoles> targets = {};
  // The revisions by the creation time of their youngest child, the youngest first.
  std::array<uint8_t, kCheckedRoleRevisions> order = {0, 1, 2};
  uint8_t revision = 1;       // of the set
  uint8_t seen_revision = 0;  // of the set at the last pass
  int32_t faults = 0;
  int32_t edits = 0;

  CheckedChild& child(size_t rev, size_t role) { return children[rev * kMostCheckedRoles + role]; }
  const CheckedChild& child(size_t rev, size_t role) const { return children[rev * kMostCheckedRoles + role]; }

  bool has_children(size_t rev) const {
    for (size_t role = 0; role < kMostCheckedRoles; ++role) {
      if (child(rev, role).exists) return true;
    }
    return false;
  }
  // Whether no child of the revision has groups.
  bool is_gone(size_t rev) const {
    for (size_t role = 0; role < kMostCheckedRoles; ++role) {
      if (child(rev, role).replicas > 0) return false;
    }
    return true;
  }
  // Whether a revision other than the set's has groups.
  bool has_old_groups() const {
    for (size_t rev = 0; rev < kCheckedRoleRevisions; ++rev) {
      if (rev != revision && !is_gone(rev)) return true;
    }
    return false;
  }
};

struct PackedRoles {
  std::array<uint64_t, 4> words = {};

  friend bool operator==(const PackedRoles& a, const PackedRoles& b) { return a.words == b.words; }
};

inline uint64_t HashOfState(const PackedRoles& state) {
  uint64_t hash = 0x7f4a7c15ULL;
  for (const uint64_t word : state.words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

// Calls field(number, bits, least) with every number of the state, in a fixed order. `least` is the smallest value, and
// left out where it is 0.
template <typename Roles, typename Field>
void ForEachCheckedField(Roles& roles, bool lags, const Field& field) {
  for (auto& child : roles.children) {
    field(child.exists, 1);
    field(child.replicas, 3);
    field(child.ready, 3);
    field(child.remembered, 4, /*least=*/-1);
    field(child.was, 3);
    if (!lags) continue;
    field(child.seen_replicas, 3);
    field(child.seen_ready, 3);
    field(child.unseen_failures, 2);
  }
  for (auto& target : roles.targets) field(target, 3);
  for (auto& revision : roles.order) field(revision, 2);
  field(roles.revision, 2);
  field(roles.seen_revision, 2);
  field(roles.faults, 2);
  field(roles.edits, 2);
}

// Equal states for rollouts that continue in the same way: the order of revisions without children does not matter.
inline PackedRoles PackCheckedRoles(CheckedRoles roles, bool lags) {
  const auto begin = std::stable_partition(roles.order.begin(), roles.order.end(),
                                           [&roles](uint8_t rev) { return roles.has_children(rev); });
  std::sort(begin, roles.order.end());
  PackedRoles state;
  int at = 0;
  ForEachCheckedField(roles, lags, [&](const auto& value, int bits, int least = 0) {
    const uint64_t number = static_cast<uint64_t>(static_cast<int64_t>(value) - least);
    assert(number < uint64_t{1} << bits && at + bits <= 256);
    const int shift = at % 64;
    state.words[at / 64] |= number << shift;
    if (shift + bits > 64) state.words[at / 64 + 1] |= number >> (64 - shift);
    at += bits;
  });
  return state;
}

inline CheckedRoles UnpackCheckedRoles(const PackedRoles& state, bool lags) {
  CheckedRoles roles;
  int at = 0;
  ForEachCheckedField(roles, lags, [&](auto& value, int bits, int least = 0) {
    const int shift = at % 64;
    uint64_t number = state.words[at / 64] >> shift;
    if (shift + bits > 64) number |= state.words[at / 64 + 1] << (64 - shift);
    number &= (uint64_t{1} << bits) - 1;
    value = static_cast<std::decay_t<decltype(value)>>(static_cast<int64_t>(number) + least);
    at += bits;
  });
  if (lags) return roles;
  for (CheckedChild& child : roles.children) child.See();
  return roles;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECKED_ROLES_H_
