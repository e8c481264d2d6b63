// The state of a rollout in a small world: each group as it is and as it is seen, the leader StatefulSet, and the set.
//
//   lws::internal::CheckedRollout rollout;
//   rollout.groups.Set(0, lws::internal::MakeCheckedGroup(lws::internal::CheckedPhase::kReady, /*revision=*/1));
//   lws::internal::PackedState state = lws::internal::PackCheckedRollout(rollout, /*lags=*/false);
//   lws::internal::UnpackCheckedRollout(state, false).groups.CountReady();    // 1
//
// The functions are inline, because a world calls them at every step.
//
// Thread-safety: values; const methods and all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECKED_ROLLOUT_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECKED_ROLLOUT_H_

#include <cstdint>

#include "lws/adapters/testing/checker/packed_fields.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/adapters/testing/checker/state_table.h"
#include "lws/rollout/group_bits.h"

namespace lws::internal {

enum class CheckedPhase : uint32_t { kAbsent, kUnready, kReady, kLeaving };

// Four bits: the phase, and above it the revision. For a group that is leaving, the upper bits say how it is still
// seen.
using CheckedGroupBits = uint32_t;

constexpr CheckedGroupBits MakeCheckedGroup(CheckedPhase phase, uint32_t revision) {
  return static_cast<uint32_t>(phase) | revision << 2;
}
constexpr CheckedPhase CheckedPhaseOf(CheckedGroupBits group) { return static_cast<CheckedPhase>(group & 3); }
constexpr uint32_t CheckedRevisionOf(CheckedGroupBits group) { return group >> 2; }
inline bool IsCheckedAlive(CheckedGroupBits group) {
  return CheckedPhaseOf(group) == CheckedPhase::kUnready || CheckedPhaseOf(group) == CheckedPhase::kReady;
}

inline constexpr CheckedGroupBits kNoGroup = MakeCheckedGroup(CheckedPhase::kAbsent, 0);
inline constexpr CheckedGroupBits kLeavingUnready = MakeCheckedGroup(CheckedPhase::kLeaving, 0);
inline constexpr CheckedGroupBits kLeavingReadyOld = MakeCheckedGroup(CheckedPhase::kLeaving, 1);
inline constexpr CheckedGroupBits kLeavingReadyNew = MakeCheckedGroup(CheckedPhase::kLeaving, 2);

// The groups of a set, four bits each.
class CheckedGroups {
 public:
  explicit CheckedGroups(uint32_t bits = 0) : bits_(bits) {}
  CheckedGroupBits operator[](int32_t i) const { return bits_ >> (4 * i) & 15; }
  void Set(int32_t i, CheckedGroupBits group) { bits_ = (bits_ & ~(15u << (4 * i))) | group << (4 * i); }
  uint32_t bits() const { return bits_; }

  int32_t CountReady() const {
    int32_t count = 0;
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) count += CheckedPhaseOf((*this)[i]) == CheckedPhase::kReady;
    return count;
  }

 private:
  uint32_t bits_;
};

// A state, unpacked.
struct CheckedRollout {
  CheckedGroups groups;
  CheckedGroups seen;
  // The leader StatefulSet.
  int32_t partition = 0;
  int32_t replicas = 0;
  int32_t annotation = 0;
  uint32_t revision = 0;
  uint32_t current_revision = 0;
  bool on_delete = false;
  // The set.
  int32_t set_replicas = 0;
  int32_t set_partition = 0;
  uint32_t set_revision = 0;

  int32_t faults = 0;
  int32_t edits = 0;
  int32_t promised = 0;  // Promise::groups

  // As packed_fields.h asks for it, for the numbers of the first word.
  template <typename Rollout, typename Field>
  static void ForEachField(Rollout& rollout, const Field& field);
};

template <typename Rollout, typename Field>
void CheckedRollout::ForEachField(Rollout& rollout, const Field& field) {
  field(rollout.partition, 3);
  field(rollout.replicas, 3);
  field(rollout.annotation, 3);
  field(rollout.revision, 2);
  field(rollout.current_revision, 2);
  field(rollout.on_delete, 1);
  field(rollout.set_replicas, 3);
  field(rollout.set_partition, 3);
  field(rollout.set_revision, 2);
  field(rollout.faults, 2);
  field(rollout.edits, 2);
  field(rollout.promised, 3);
}

inline constexpr int kGroupBits = 4 * kMostCheckedGroups;

inline PackedState PackCheckedRollout(const CheckedRollout& rollout, bool lags) {
  return {rollout.groups.bits() | PackCheckedFields(rollout, kGroupBits), lags ? rollout.seen.bits() : 0};
}

inline CheckedRollout UnpackCheckedRollout(const PackedState& state, bool lags) {
  CheckedRollout rollout;
  UnpackCheckedFields(state.now, kGroupBits, &rollout);
  rollout.groups = CheckedGroups(static_cast<uint32_t>(state.now & ((1u << kGroupBits) - 1)));
  rollout.seen = lags ? CheckedGroups(static_cast<uint32_t>(state.seen)) : rollout.groups;
  return rollout;
}

// The ready groups that stay. The StatefulSet leaves alone all groups below the partition and all updated ones. Surge
// groups count only with the set's own revision, and any group counts only if it is seen as it is.
inline int32_t CheckedGuarantee(const CheckedRollout& r) {
  const int32_t kept = r.on_delete ? r.replicas : r.partition;
  int32_t count = 0;
  for (int32_t i = 0; i < r.replicas; ++i) {
    const CheckedGroupBits group = r.groups[i];
    if (CheckedPhaseOf(group) != CheckedPhase::kReady || r.seen[i] != group) continue;
    const bool stays = i < kept || CheckedRevisionOf(group) == r.revision;
    count += stays && (i < r.set_replicas || CheckedRevisionOf(group) == r.set_revision);
  }
  return count;
}

// The number of groups that are seen as ready but have changed since.
inline int32_t UnseenCheckedFailures(const CheckedRollout& r) {
  int32_t count = 0;
  for (int32_t i = 0; i < kMostCheckedGroups; ++i)
    count += CheckedPhaseOf(r.seen[i]) == CheckedPhase::kReady && r.seen[i] != r.groups[i];
  return count;
}

inline GroupBits GroupBitsOfCheck(const CheckedRollout& r) {
  GroupBits bits(kMostCheckedGroups);
  for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
    const CheckedGroupBits group = r.seen[i];
    const bool lingers = group == kLeavingReadyOld || group == kLeavingReadyNew;
    const bool updated = IsCheckedAlive(group) ? CheckedRevisionOf(group) == r.set_revision : group == kLeavingReadyNew;
    bits.Set(i, CheckedPhaseOf(group) == CheckedPhase::kReady || lingers, updated);
    if (CheckedPhaseOf(group) == CheckedPhase::kLeaving) bits.SetLeaving(i, true);
  }
  return bits;
}

inline CheckedGroupBits DeletedCheckedGroup(const CheckedRollout& r, CheckedGroupBits group) {
  if (CheckedPhaseOf(group) != CheckedPhase::kReady) return kLeavingUnready;
  return CheckedRevisionOf(group) == r.set_revision ? kLeavingReadyNew : kLeavingReadyOld;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECKED_ROLLOUT_H_
