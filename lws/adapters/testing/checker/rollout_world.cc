#include "lws/adapters/testing/checker/rollout_world.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "lws/adapters/testing/checker/checked_rollout.h"
#include "lws/adapters/testing/promise.h"

namespace lws::internal {
namespace {

std::string GroupText(CheckedGroupBits group, uint32_t revision) {
  switch (CheckedPhaseOf(group)) {
    case CheckedPhase::kAbsent:
      return ". ";
    case CheckedPhase::kLeaving:
      return "x ";
    case CheckedPhase::kUnready:
    case CheckedPhase::kReady:
      return absl::StrCat(CheckedRevisionOf(group) == revision ? "N" : "o",
                          CheckedPhaseOf(group) == CheckedPhase::kReady ? "+" : "-");
  }
  return "";
}

// The letter of a lane.
char GroupLetter(CheckedGroupBits group, uint32_t revision) {
  const bool is_new = CheckedRevisionOf(group) == revision;
  switch (CheckedPhaseOf(group)) {
    case CheckedPhase::kAbsent:
      return '.';
    case CheckedPhase::kLeaving:
      return 'x';
    case CheckedPhase::kUnready:
      return is_new ? 'n' : 'o';
    case CheckedPhase::kReady:
      return is_new ? 'N' : 'O';
  }
  return '.';
}

// "partition 3, replicas 5 of 4".
std::string LeaderText(const CheckedRollout& r) {
  const std::string partition = r.on_delete ? "on delete" : absl::StrCat("partition ", r.partition);
  return absl::StrCat(partition, ", replicas ", r.replicas, " of ", r.set_replicas);
}

}  // namespace

RolloutWorld::State RolloutWorld::Beginning() const {
  CheckedRollout r;
  r.set_replicas = r.replicas = r.annotation = options_.replicas;
  r.set_partition = options_.partition;
  r.set_revision = 1;
  for (int32_t i = 0; i < r.replicas; ++i) r.groups.Set(i, MakeCheckedGroup(CheckedPhase::kReady, 0));
  r.seen = r.groups;
  r.promised = PromiseFloor(r.replicas, options_.max_unavailable);
  return PackCheckedRollout(r, options_.lags);
}

RolloutWorld::State RolloutWorld::Parse(absl::string_view groups, int32_t partition) const {
  CheckedRollout r;
  r.set_replicas = r.annotation = options_.replicas;
  r.set_partition = options_.partition;
  r.set_revision = r.revision = 1;
  r.partition = partition;
  for (const absl::string_view text : absl::StrSplit(groups, ' ', absl::SkipEmpty())) {
    assert(r.replicas < kMostCheckedGroups);
    CheckedGroupBits group = text == "x" ? kLeavingUnready : kNoGroup;
    if (text.size() == 2)
      group = MakeCheckedGroup(text[1] == '+' ? CheckedPhase::kReady : CheckedPhase::kUnready, text[0] == 'N' ? 1 : 0);
    r.groups.Set(r.replicas++, group);
  }
  r.seen = r.groups;
  r.promised = Promise::Grounded(PromiseFloor(r.set_replicas, options_.max_unavailable), CheckedGuarantee(r));
  return PackCheckedRollout(r, options_.lags);
}

std::vector<RolloutWorld::State> RolloutWorld::AllBeginnings() const {
  constexpr std::array<absl::string_view, 6> kKinds = {".", "o-", "o+", "N-", "N+", "x"};
  std::vector<State> states;
  const int32_t most = options_.replicas + std::min(options_.max_surge, options_.replicas);
  for (int32_t replicas = options_.replicas; replicas <= most; ++replicas) {
    int32_t count = 1;
    for (int32_t i = 0; i < replicas; ++i) count *= static_cast<int32_t>(kKinds.size());
    for (int32_t number = 0; number < count; ++number) {
      std::string text;
      int32_t rest = number;
      for (int32_t i = 0; i < replicas; ++i, rest /= static_cast<int32_t>(kKinds.size())) {
        absl::StrAppend(&text, " ", kKinds[static_cast<size_t>(rest) % kKinds.size()]);
      }
      for (int32_t partition = options_.partition; partition <= replicas; ++partition) {
        states.push_back(Parse(text, partition));
      }
    }
  }
  return states;
}

void RolloutWorld::Steps(const State& state, absl::FunctionRef<void(const WorldStep&)> emit) const {
  EmitRolloutSteps(options_, state, emit);
}

bool RolloutWorld::IsSettled(const State& state) const {
  const CheckedRollout r = UnpackCheckedRollout(state, options_.lags);
  if (r.revision != r.set_revision || r.replicas != r.set_replicas) return false;
  for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
    const CheckedGroupBits group = r.groups[i];
    const bool is_old = IsCheckedAlive(group) && CheckedRevisionOf(group) != r.revision;
    const bool never_heals = !options_.old_groups_heal && is_old && i < r.set_partition;
    if (i >= r.replicas ? group != kNoGroup : CheckedPhaseOf(group) != CheckedPhase::kReady && !never_heals)
      return false;
    if (i < r.replicas && i >= r.set_partition && is_old) return false;
  }
  return true;
}

std::string RolloutWorld::Draw(const std::vector<WorldStep>& steps) const {
  std::string text;
  for (size_t number = 0; number < steps.size(); ++number) {
    const CheckedRollout r = UnpackCheckedRollout(steps[number].next, options_.lags);
    std::string groups;
    std::string seen;
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
      if (i >= r.replicas && r.groups[i] == kNoGroup && (!options_.lags || r.seen[i] == kNoGroup)) continue;
      absl::StrAppend(&groups, i == 0 ? "" : " ", GroupText(r.groups[i], r.set_revision));
      absl::StrAppend(&seen, i == 0 ? "" : " ", GroupText(r.seen[i], r.set_revision));
    }
    absl::StrAppendFormat(&text, "%3d  %-34s [%s]", number, RolloutStepText(steps[number]), groups);
    if (options_.lags) absl::StrAppend(&text, " seen [", seen, "]");
    absl::StrAppendFormat(&text, "  partition %s replicas %d of %d  ready %d promised %d\n",
                          r.on_delete ? "-" : absl::StrCat(r.partition), r.replicas, r.set_replicas,
                          r.groups.CountReady(), r.promised);
  }
  return text;
}

std::vector<CheckedMoment> RolloutWorld::Moments(const std::vector<WorldStep>& steps) const {
  std::vector<CheckedMoment> moments;
  for (const WorldStep& step : steps) {
    const CheckedRollout r = UnpackCheckedRollout(step.next, options_.lags);
    CheckedLane lane{"", "", r.groups.CountReady(), r.promised};
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) lane.groups += GroupLetter(r.groups[i], r.set_revision);
    lane.groups.erase(lane.groups.find_last_not_of('.') + 1);
    moments.push_back({RolloutStepText(step), IsRolloutStepFromOutside(step), LeaderText(r), {std::move(lane)}});
  }
  return moments;
}

absl::string_view RolloutWorld::LawText(uint8_t law) {
  switch (law) {
    case kBudget:
      return kTooFewReady;
    case kSurgeCap:
      return kTooManySurgeGroups;
    case kPartitionFalls:
      return "the partition rises";
    case kPartitionKept:
      return "a group below the partition is released";
    case kPolicyError:
      return "the policy refuses";
    case kStuck:
      return "nothing happens any more, but the update is not done";
    case kForEver:
      return "it may never finish";
  }
  return "";
}

}  // namespace lws::internal
