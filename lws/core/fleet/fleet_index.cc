#include "lws/core/fleet/fleet_index.h"

#include <cstddef>
#include <optional>

#include "absl/types/span.h"
#include "lws/api/pod_name.h"
#include "lws/core/fleet/packed_group.h"

namespace lws::internal {

namespace {

// No object of Kubernetes has a longer name, so no set with one shares names with another. The bound keeps a name like
// s-1-1-1-... from making a set for each of its prefixes without end.
constexpr size_t kMaxNameLength = 253;

}  // namespace

FleetNamespace& FleetIndex::In(absl::string_view name) {
  std::unique_ptr<FleetNamespace>& found = namespaces_[name];
  if (found == nullptr) found = std::make_unique<FleetNamespace>();
  return *found;
}

FleetNamespace* FleetIndex::FindNamespace(absl::string_view name) {
  const auto found = namespaces_.find(name);
  return found == namespaces_.end() ? nullptr : found->second.get();
}

FleetSet& FleetIndex::SetOf(absl::string_view namespace_name, absl::string_view name) {
  FleetNamespace& space = In(namespace_name);
  if (const auto found = space.sets.find(name); found != space.sets.end()) return *found->second;
  FleetSet* set = Make(namespace_name, name);
  space.sets.emplace(name, set);
  set->space = &space;
  const std::optional<PodName> parsed = name.size() > kMaxNameLength ? std::nullopt : ParsePodName(name);
  if (parsed.has_value()) {
    set->parent = &SetOf(namespace_name, parsed->parent);
    ++set->parent->namesakes[parsed->ordinal];
  }
  MayBeUnused(set);
  return *set;
}

// Gives the set a free number, which is its index in sets().
FleetSet* FleetIndex::Make(absl::string_view namespace_name, absl::string_view name) {
  if (free_numbers_.empty()) {
    free_numbers_.push_back(static_cast<uint32_t>(sets_.size()));
    sets_.push_back(nullptr);
  }
  const uint32_t number = free_numbers_.back();
  free_numbers_.pop_back();
  if (number / Block::kSets >= blocks_.size()) blocks_.emplace_back();
  std::unique_ptr<Block>& block = blocks_[number / Block::kSets];
  if (block == nullptr) block = std::make_unique<Block>();
  ++block->used;
  FleetSet& set = block->sets[number % Block::kSets].emplace(std::string(namespace_name), std::string(name));
  set.use.number = number;
  sets_[number] = &set;
  return &set;
}

void FleetIndex::HoldNumber(FleetSet* set, bool holds) {
  set->use.number_is_held = holds;
  set->use.objects_to_go = 0;
  MayBeUnused(set);
}

void FleetIndex::MayBeUnused(FleetSet* set) {
  SetUse& use = set->use;
  if (set->exists || use.number_is_held || use.may_be_unused) return;
  if (use.objects_to_go > 0 && --use.objects_to_go > 0) return;
  use.may_be_unused = true;
  maybe_unused_.push_back(set);
}

void FleetIndex::ForgetUnused() {
  // Forgetting a set may leave its parent unused. The parent is then appended to this list while we walk it.
  for (size_t i = 0; i < maybe_unused_.size(); ++i) {
    FleetSet* set = maybe_unused_[i];
    set->use.may_be_unused = false;
    if (set->exists || set->use.number_is_held) continue;
    const bool is_named = !set->namesakes.empty() || set->irregular != 0 || !set->whole_pods.empty();
    int64_t objects = 0;
    set->groups.ForEach([&objects](int32_t, const PackedGroup& group, absl::Span<const PackedWorker> workers) {
      objects += group.leader.exists + group.workers.exists;
      for (const PackedWorker& worker : workers) objects += worker.exists;
    });
    set->use.objects_to_go = objects;
    if (!is_named && objects == 0) Forget(set);
  }
  maybe_unused_.clear();
}

void FleetIndex::Forget(FleetSet* set) {
  if (FleetSet* parent = set->parent; parent != nullptr) {
    const auto group = parent->namesakes.find(ParsePodName(set->name)->ordinal);  // found when the parent was set
    if (--group->second == 0) parent->namesakes.erase(group);
    MayBeUnused(parent);
  }
  const uint32_t number = set->use.number;
  sets_[number] = nullptr;
  free_numbers_.push_back(number);
  FleetNamespace& space = *set->space;
  const std::string namespace_name = set->namespace_name;
  space.sets.erase(set->name);
  std::unique_ptr<Block>& block = blocks_[number / Block::kSets];
  block->sets[number % Block::kSets].reset();
  if (--block->used == 0) block = nullptr;
  const bool is_empty = space.sets.empty() && space.statefulsets.empty() && space.pods.empty() &&
                        space.revisions.empty() && space.services.empty() && space.pod_groups.empty();
  if (is_empty) namespaces_.erase(namespace_name);
}

FleetSet* FleetIndex::FindSet(absl::string_view namespace_name, absl::string_view name) {
  FleetNamespace* space = FindNamespace(namespace_name);
  if (space == nullptr) return nullptr;
  const auto found = space->sets.find(name);
  return found == space->sets.end() || !found->second->exists ? nullptr : found->second;
}

Slot FleetIndex::NamedSlotOf(const ObservedPod& pod) {
  const ObservedMeta& meta = pod.meta;
  if (meta.set_name.empty()) return Slot();
  if (pod.is_leader()) {
    if (!HasFleetSlot(meta)) return Slot();
    return {&SetOf(meta.namespace_name, meta.set_name), meta.group_in_name, 0};
  }
  const int32_t group = ParseIndex(meta.group_index.value_or(""));
  const int32_t worker = ParseIndex(pod.worker_index.value_or(""));
  if (group < 0 || group >= kMaxGroups || worker < 1) return Slot();
  FleetSet& set = SetOf(meta.namespace_name, meta.set_name);
  return meta.name == FleetMemberName(set, group, worker) ? Slot{&set, group, worker} : Slot();
}

Slot FleetIndex::SlotOf(const ObservedPod& pod) {
  const Slot slot = NamedSlotOf(pod);
  return slot.set == nullptr || SlotHasRoom(slot) ? slot : Slot();
}

Slot FleetIndex::FindPackedPod(FleetNamespace* space, absl::string_view name) {
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value() || parsed->ordinal >= kMaxGroups) return Slot();
  if (const auto found = space->sets.find(parsed->parent); found != space->sets.end()) {
    FleetSet* set = found->second;
    const PackedGroup* group = set->groups.Find(parsed->ordinal);
    const bool is_leader = group != nullptr && group->leader.exists && !group->leader.is_whole;
    if (is_leader && FleetMemberName(*set, parsed->ordinal, 0) == name) return {set, parsed->ordinal, 0};
  }
  const std::optional<PodName> parent = ParsePodName(parsed->parent);
  if (!parent.has_value() || parent->ordinal >= kMaxGroups) return Slot();
  const auto found = space->sets.find(parent->parent);
  if (found == space->sets.end()) return Slot();
  FleetSet* set = found->second;
  const PackedWorker* worker = set->groups.FindWorker(parent->ordinal, parsed->ordinal);
  const bool is_worker = worker != nullptr && worker->exists;
  if (!is_worker || FleetMemberName(*set, parent->ordinal, parsed->ordinal) != name) return Slot();
  return {set, parent->ordinal, parsed->ordinal};
}

Slot FleetIndex::FindPackedStatefulSet(FleetNamespace* space, absl::string_view name) {
  const std::optional<PodName> parsed = ParsePodName(name);
  if (!parsed.has_value() || parsed->ordinal >= kMaxGroups) return Slot();
  const auto found = space->sets.find(parsed->parent);
  if (found == space->sets.end()) return Slot();
  FleetSet* set = found->second;
  const PackedGroup* group = set->groups.Find(parsed->ordinal);
  const bool is_there = group != nullptr && group->workers.exists && !group->workers.is_whole;
  if (!is_there || FleetMemberName(*set, parsed->ordinal, 0) != name) return Slot();
  return {set, parsed->ordinal, 0};
}

}  // namespace lws::internal
