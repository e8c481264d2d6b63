#include "lws/adapters/testing/checker/rollout_world.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "lws/adapters/testing/checker/packed_fields.h"
#include "lws/rollout/group_bits.h"

namespace lws::internal {
namespace {

enum Phase : uint32_t { kAbsent, kUnready, kReady, kLeaving };

// Four bits: the phase, and above it the revision; of a group that is leaving, what it is still seen as.
using Group = uint32_t;
constexpr Group kNoGroup = kAbsent;
constexpr Group kLeavingUnready = kLeaving;
constexpr Group kLeavingReadyOld = kLeaving | 1 << 2;
constexpr Group kLeavingReadyNew = kLeaving | 2 << 2;

constexpr Group MakeGroup(Phase phase, uint32_t revision) { return phase | revision << 2; }
constexpr Phase PhaseOf(Group group) { return static_cast<Phase>(group & 3); }
constexpr uint32_t RevisionOf(Group group) { return group >> 2; }
bool IsAlive(Group group) { return PhaseOf(group) == kUnready || PhaseOf(group) == kReady; }

// The groups of a set, four bits each.
class Groups {
 public:
  explicit Groups(uint32_t bits = 0) : bits_(bits) {}
  Group operator[](int32_t i) const { return bits_ >> (4 * i) & 15; }
  void Set(int32_t i, Group group) { bits_ = (bits_ & ~(15u << (4 * i))) | group << (4 * i); }
  uint32_t bits() const { return bits_; }

  int32_t CountReady() const {
    int32_t count = 0;
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) count += PhaseOf((*this)[i]) == kReady;
    return count;
  }

 private:
  uint32_t bits_;
};

// A state, unpacked.
struct Rollout {
  Groups groups;
  Groups seen;
  // Of the leader StatefulSet.
  int32_t partition = 0;
  int32_t replicas = 0;
  int32_t annotation = 0;
  uint32_t revision = 0;
  uint32_t current_revision = 0;
  bool on_delete = false;
  // Of the set.
  int32_t set_replicas = 0;
  int32_t set_partition = 0;
  uint32_t set_revision = 0;

  int32_t faults = 0;
  int32_t edits = 0;
  int32_t promise = 0;
};

// Calls field(value, bits) for all that is in the first word, in the order of the bits.
template <typename R, typename Field>
void ForEachField(R& rollout, const Field& field) {
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
  field(rollout.promise, 3);
}

constexpr int kGroupBits = 4 * kMostCheckedGroups;

PackedState Pack(const Rollout& rollout, bool lags) {
  return {rollout.groups.bits() | PackFields(rollout, kGroupBits), lags ? rollout.seen.bits() : 0};
}

Rollout Unpack(const PackedState& state, bool lags) {
  Rollout rollout;
  UnpackFields(state.now, kGroupBits, &rollout);
  rollout.groups = Groups(static_cast<uint32_t>(state.now & ((1u << kGroupBits) - 1)));
  rollout.seen = lags ? Groups(static_cast<uint32_t>(state.seen)) : rollout.groups;
  return rollout;
}

// All groups below the partition and all that are updated are left alone by the StatefulSet; surge groups count only
// when they are of the set's own revision, and all groups only when they are seen as they are.
int32_t Guarantee(const Rollout& r) {
  const int32_t kept = r.on_delete ? r.replicas : r.partition;
  int32_t count = 0;
  for (int32_t i = 0; i < r.replicas; ++i) {
    const Group group = r.groups[i];
    if (PhaseOf(group) != kReady || r.seen[i] != group) continue;
    const bool stays = i < kept || RevisionOf(group) == r.revision;
    count += stays && (i < r.set_replicas || RevisionOf(group) == r.set_revision);
  }
  return count;
}

// What was seen as ready and is not, or not as it was.
int32_t UnseenFailures(const Rollout& r) {
  int32_t count = 0;
  for (int32_t i = 0; i < kMostCheckedGroups; ++i) count += PhaseOf(r.seen[i]) == kReady && r.seen[i] != r.groups[i];
  return count;
}

GroupBits BitsOf(const Rollout& r) {
  GroupBits bits(kMostCheckedGroups);
  for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
    const Group group = r.seen[i];
    const bool lingers = group == kLeavingReadyOld || group == kLeavingReadyNew;
    const bool updated = IsAlive(group) ? RevisionOf(group) == r.set_revision : group == kLeavingReadyNew;
    bits.Set(i, PhaseOf(group) == kReady || lingers, updated);
    if (PhaseOf(group) == kLeaving) bits.SetLeaving(i, true);
  }
  return bits;
}

Group Deleted(const Rollout& r, Group group) {
  if (PhaseOf(group) != kReady) return kLeavingUnready;
  return RevisionOf(group) == r.set_revision ? kLeavingReadyNew : kLeavingReadyOld;
}

// The steps out of one state.
class Stepper {
 public:
  Stepper(const RolloutWorldOptions& options, const PackedState& state, absl::FunctionRef<void(const WorldStep&)> emit)
      : options_(options), from_(Unpack(state, options.lags)), emit_(emit) {}

  void All() {
    Pass();
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
      GroupSteps(i);
      if (options_.lags && from_.seen[i] != from_.groups[i]) See(i);
    }
    Replace();
    if (from_.faults < options_.faults) Faults();
    if (from_.edits < options_.edits) Edits();
  }

 private:
  int32_t Floor(const Rollout& r) const { return std::max(0, r.set_replicas - Unavailable(r)); }
  int32_t Surge(const Rollout& r) const { return std::min(options_.max_surge, r.set_replicas); }
  int32_t Unavailable(const Rollout&) const { return options_.max_unavailable; }

  void Emit(Rollout next, RolloutWorld::Kind kind, int32_t subject, uint8_t law = 0, bool from_outside = false) {
    if (!options_.lags) next.seen = next.groups;
    // The StatefulSet's own bookkeeping: all pods are updated and ready.
    bool complete = true;
    for (int32_t i = 0; i < kMostCheckedGroups && complete; ++i) {
      complete = i < next.replicas ? next.groups[i] == MakeGroup(kReady, next.revision) : next.groups[i] == kNoGroup;
    }
    if (complete) next.current_revision = next.revision;
    if (law == 0 && next.groups.CountReady() < next.promise) law = RolloutWorld::kBudget;
    next.promise = std::max(next.promise, std::min(Floor(next), Guarantee(next)) - UnseenFailures(next));
    if (options_.merges_symmetric && options_.edits == 0 && !options_.lags) Merge(&next);
    emit_({Pack(next, options_.lags), kind, static_cast<uint8_t>(subject), law, from_outside});
  }

  // Sorts groups that the policy and the StatefulSet do not tell apart.
  void Merge(Rollout* next) const {
    if (!next->on_delete && options_.order != ReplacementOrder::kAny) return;
    const int32_t begin = next->on_delete ? next->set_partition : std::max(next->partition, next->set_partition);
    for (int32_t i = begin + 1; i < next->set_replicas; ++i) {
      for (int32_t j = i; j > begin && next->groups[j - 1] > next->groups[j]; --j) {
        const Group group = next->groups[j];
        next->groups.Set(j, next->groups[j - 1]);
        next->groups.Set(j - 1, group);
      }
    }
  }

  void EmitGroup(int32_t i, Group group, RolloutWorld::Kind kind) {
    Rollout next = from_;
    next.groups.Set(i, group);
    Emit(next, kind, i);
  }

  void Pass() {
    const GroupBits bits = BitsOf(from_);
    RolloutInput input;
    input.replicas = from_.set_replicas;
    input.max_surge = IntOrPercent::Int(options_.max_surge);
    input.max_unavailable = IntOrPercent::Int(options_.max_unavailable);
    input.spec_partition = from_.set_partition;
    input.updated = from_.revision != from_.set_revision;
    input.current = LeaderState{from_.replicas, from_.partition, from_.annotation, &bits, from_.on_delete};
    const absl::StatusOr<RolloutStep> step = options_.policy(input);
    if (!step.ok()) return Emit(from_, RolloutWorld::kPass, 0, RolloutWorld::kPolicyError);
    Rollout next = from_;
    next.partition = step->partition;
    next.replicas = step->replicas;
    next.on_delete = step->on_delete;
    next.annotation = from_.set_replicas;
    next.revision = from_.set_revision;
    const uint8_t law = BrokenBy(*step, input.updated);
    if (law == RolloutWorld::kSurgeCap) next.replicas = from_.replicas;  // may be more than there is place for
    Emit(next, RolloutWorld::kPass, 0, law);
    // The controller may crash after any of its writes.
    for (size_t i = 0; i < step->replace.size() && law == 0; ++i) {
      const int32_t group = step->replace[i];
      if (!IsAlive(next.groups[group]) || next.groups[group] != next.seen[group]) continue;  // refused as stale
      next.groups.Set(group, Deleted(next, next.groups[group]));
      next.seen.Set(group, next.groups[group]);  // from the answer
      Emit(next, RolloutWorld::kPass, static_cast<int32_t>(i) + 1);
    }
  }

  uint8_t BrokenBy(const RolloutStep& step, bool updated) const {
    if (step.replicas > std::max(from_.replicas, from_.set_replicas + Surge(from_))) return RolloutWorld::kSurgeCap;
    for (const int32_t group : step.replace) {
      if (group < from_.set_partition) return RolloutWorld::kPartitionKept;
    }
    if (step.on_delete) return 0;
    if (step.partition < from_.set_partition) return RolloutWorld::kPartitionKept;
    const bool rises = step.partition > std::max(from_.partition, from_.set_partition);
    return rises && !updated && !from_.on_delete ? RolloutWorld::kPartitionFalls : 0;
  }

  void GroupSteps(int32_t i) {
    const Group group = from_.groups[i];
    const bool wanted = i < from_.replicas;
    switch (PhaseOf(group)) {
      case kAbsent:
        if (wanted) EmitGroup(i, MakeGroup(kUnready, RevisionToCreate(i)), RolloutWorld::kCreated);
        return;
      case kUnready: {
        if (!wanted) return EmitGroup(i, kLeavingUnready, RolloutWorld::kStopping);
        const bool heals = options_.old_groups_heal || RevisionOf(group) == from_.revision;
        if (heals) EmitGroup(i, MakeGroup(kReady, RevisionOf(group)), RolloutWorld::kBecameReady);
        return;
      }
      case kReady:
        if (!wanted) EmitGroup(i, Deleted(from_, group), RolloutWorld::kStopping);
        return;
      case kLeaving:
        if (group != kLeavingUnready) return EmitGroup(i, kLeavingUnready, RolloutWorld::kStoppedServing);
        EmitGroup(i, kAbsent, RolloutWorld::kGone);
    }
  }

  uint32_t RevisionToCreate(int32_t i) const {
    const int32_t kept = from_.on_delete ? from_.set_partition : from_.partition;
    return i < kept ? from_.current_revision : from_.revision;
  }

  bool IsOld(int32_t i) const { return IsAlive(from_.groups[i]) && RevisionOf(from_.groups[i]) != from_.revision; }

  void ReplaceOne(int32_t i) { EmitGroup(i, Deleted(from_, from_.groups[i]), RolloutWorld::kReplaced); }

  // What the StatefulSet's rolling update does to the groups that its partition releases.
  void Replace() {
    if (from_.on_delete) return;
    int32_t unhealthy = 0;
    for (int32_t i = 0; i < from_.replicas; ++i) unhealthy += PhaseOf(from_.groups[i]) != kReady;
    const int32_t most = std::max(1, Unavailable(from_) + Surge(from_));
    for (int32_t i = from_.replicas - 1; i >= from_.partition; --i) {
      switch (options_.order) {
        case ReplacementOrder::kAny:
          if (IsOld(i)) ReplaceOne(i);
          break;
        case ReplacementOrder::kHighestFirst:
          if (IsOld(i)) return ReplaceOne(i);
          if (PhaseOf(from_.groups[i]) != kReady) return;
          break;
        case ReplacementOrder::kMaxUnavailable:
          if (!IsOld(i)) break;
          if (unhealthy < most) ReplaceOne(i);
          return;
      }
    }
  }

  void See(int32_t i) {
    Rollout next = from_;
    next.seen.Set(i, next.groups[i]);
    Emit(next, RolloutWorld::kSeen, i);
  }

  void Faults() {
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
      const Group group = from_.groups[i];
      if (!IsAlive(group)) continue;
      Rollout next = from_;
      ++next.faults;
      next.groups.Set(i, Deleted(from_, group));
      if (PhaseOf(group) == kReady) next.promise = std::max(0, next.promise - 1);
      Emit(next, RolloutWorld::kDeleted, i, 0, true);
      if (PhaseOf(group) != kReady) continue;
      next.groups.Set(i, MakeGroup(kUnready, RevisionOf(group)));
      Emit(next, RolloutWorld::kNotReady, i, 0, true);
    }
  }

  template <typename Change>
  void Edit(bool possible, RolloutWorld::Kind kind, const Change& change) {
    if (!possible) return;
    Rollout next = from_;
    ++next.edits;
    change(&next);
    next.promise = std::min(next.promise, std::max(0, std::min(Floor(next), Guarantee(next)) - UnseenFailures(next)));
    Emit(next, kind, 0, 0, true);
  }

  void Edits() {
    const bool has_place =
        from_.set_replicas + 1 + std::min(options_.max_surge, from_.set_replicas + 1) <= kMostCheckedGroups;
    Edit(has_place, RolloutWorld::kScaledUp, [](Rollout* r) { ++r->set_replicas; });
    Edit(from_.set_replicas > 1, RolloutWorld::kScaledDown, [](Rollout* r) { --r->set_replicas; });
    Edit(from_.set_revision < 2, RolloutWorld::kNewTemplate, [](Rollout* r) { ++r->set_revision; });
    Edit(from_.set_revision > 0, RolloutWorld::kReverted, [](Rollout* r) { r->set_revision = 0; });
    Edit(from_.set_partition < from_.set_replicas, RolloutWorld::kPartitionUp, [](Rollout* r) { ++r->set_partition; });
    Edit(from_.set_partition > 0, RolloutWorld::kPartitionDown, [](Rollout* r) { --r->set_partition; });
  }

  const RolloutWorldOptions& options_;
  const Rollout from_;
  absl::FunctionRef<void(const WorldStep&)> emit_;
};

std::string GroupText(Group group, uint32_t revision) {
  switch (PhaseOf(group)) {
    case kAbsent:
      return ". ";
    case kLeaving:
      return "x ";
    case kUnready:
    case kReady:
      return absl::StrCat(RevisionOf(group) == revision ? "N" : "o", PhaseOf(group) == kReady ? "+" : "-");
  }
  return "";
}

std::string KindText(const WorldStep& step) {
  const std::string group = absl::StrCat("group ", step.subject);
  switch (static_cast<RolloutWorld::Kind>(step.kind)) {
    case RolloutWorld::kStart:
      return "so it begins";
    case RolloutWorld::kPass:
      return step.subject == 0 ? "the controller writes" : "the controller writes and deletes";
    case RolloutWorld::kCreated:
      return absl::StrCat(group, " is created");
    case RolloutWorld::kBecameReady:
      return absl::StrCat(group, " becomes ready");
    case RolloutWorld::kStopping:
      return absl::StrCat(group, " is not wanted any more");
    case RolloutWorld::kReplaced:
      return absl::StrCat(group, " is being replaced");
    case RolloutWorld::kStoppedServing:
      return absl::StrCat(group, " serves no more");
    case RolloutWorld::kGone:
      return absl::StrCat(group, " is gone");
    case RolloutWorld::kNotReady:
      return absl::StrCat("FAULT: ", group, " is not ready");
    case RolloutWorld::kDeleted:
      return absl::StrCat("FAULT: ", group, " is deleted");
    case RolloutWorld::kSeen:
      return absl::StrCat(group, " is seen as it is");
    case RolloutWorld::kScaledUp:
      return "EDIT: one replica more";
    case RolloutWorld::kScaledDown:
      return "EDIT: one replica less";
    case RolloutWorld::kNewTemplate:
      return "EDIT: a new template";
    case RolloutWorld::kReverted:
      return "EDIT: back to the first template";
    case RolloutWorld::kPartitionUp:
      return "EDIT: the partition up by one";
    case RolloutWorld::kPartitionDown:
      return "EDIT: the partition down by one";
  }
  return "";
}

}  // namespace

RolloutWorld::State RolloutWorld::Beginning() const {
  Rollout r;
  r.set_replicas = r.replicas = r.annotation = options_.replicas;
  r.set_partition = options_.partition;
  r.set_revision = 1;
  for (int32_t i = 0; i < r.replicas; ++i) r.groups.Set(i, MakeGroup(kReady, 0));
  r.seen = r.groups;
  r.promise = std::max(0, r.replicas - options_.max_unavailable);
  return Pack(r, options_.lags);
}

RolloutWorld::State RolloutWorld::Parse(absl::string_view groups, int32_t partition) const {
  Rollout r;
  r.set_replicas = r.annotation = options_.replicas;
  r.set_partition = options_.partition;
  r.set_revision = r.revision = 1;
  r.partition = partition;
  for (const absl::string_view text : absl::StrSplit(groups, ' ', absl::SkipEmpty())) {
    assert(r.replicas < kMostCheckedGroups);
    Group group = text == "x" ? kLeavingUnready : kNoGroup;
    if (text.size() == 2) group = MakeGroup(text[1] == '+' ? kReady : kUnready, text[0] == 'N' ? 1 : 0);
    r.groups.Set(r.replicas++, group);
  }
  r.seen = r.groups;
  r.promise = std::min(std::max(0, r.set_replicas - options_.max_unavailable), Guarantee(r));
  return Pack(r, options_.lags);
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
  Stepper(options_, state, emit).All();
}

bool RolloutWorld::IsSettled(const State& state) const {
  const Rollout r = Unpack(state, options_.lags);
  if (r.revision != r.set_revision || r.replicas != r.set_replicas) return false;
  for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
    const Group group = r.groups[i];
    const bool is_old = IsAlive(group) && RevisionOf(group) != r.revision;
    const bool never_heals = !options_.old_groups_heal && is_old && i < r.set_partition;
    if (i >= r.replicas ? group != kNoGroup : PhaseOf(group) != kReady && !never_heals) return false;
    if (i < r.replicas && i >= r.set_partition && is_old) return false;
  }
  return true;
}

int32_t RolloutWorld::PromisedGroups(const State& state) const { return Unpack(state, options_.lags).promise; }

std::string RolloutWorld::Draw(const std::vector<WorldStep>& steps) const {
  std::string text;
  for (size_t number = 0; number < steps.size(); ++number) {
    const Rollout r = Unpack(steps[number].next, options_.lags);
    std::string groups;
    std::string seen;
    for (int32_t i = 0; i < kMostCheckedGroups; ++i) {
      if (i >= r.replicas && r.groups[i] == kNoGroup && (!options_.lags || r.seen[i] == kNoGroup)) continue;
      absl::StrAppend(&groups, i == 0 ? "" : " ", GroupText(r.groups[i], r.set_revision));
      absl::StrAppend(&seen, i == 0 ? "" : " ", GroupText(r.seen[i], r.set_revision));
    }
    absl::StrAppendFormat(&text, "%3d  %-34s [%s]", number, KindText(steps[number]), groups);
    if (options_.lags) absl::StrAppend(&text, " seen [", seen, "]");
    absl::StrAppendFormat(&text, "  partition %s replicas %d of %d  ready %d promised %d\n",
                          r.on_delete ? "-" : absl::StrCat(r.partition), r.replicas, r.set_replicas,
                          r.groups.CountReady(), r.promise);
  }
  return text;
}

absl::string_view RolloutWorld::LawText(uint8_t law) {
  switch (law) {
    case kBudget:
      return "fewer groups are ready than promised";
    case kSurgeCap:
      return "more surge groups than maxSurge";
    case kPartitionFalls:
      return "the partition rises";
    case kPartitionKept:
      return "a group below the partition is released";
    case kPolicyError:
      return "the policy refuses";
    case kStuck:
      return "nothing goes on, and the update is not done";
    case kForEver:
      return "it may go on for ever";
  }
  return "";
}

}  // namespace lws::internal
