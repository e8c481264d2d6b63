#include "lws/adapters/simulation/numbers/leader_rollout.h"

#include <algorithm>
#include <cassert>

namespace lws::internal {

void LeaderRollout::Count(int32_t ordinal, int32_t sign) {
  const Leader& leader = leaders_[ordinal];
  there_ += sign * leader.exists;
  ready_ += sign * (leader.exists && leader.ready);
  updated_ += sign * IsUpdated(leader);
  healthy_ += sign * (ordinal < spec_.replicas && leader.healthy());
}

void LeaderRollout::Raise(int32_t ordinal) { cursor_ = std::max(cursor_, ordinal); }

void LeaderRollout::Apply(const Spec& spec) {
  is_due_ = true;
  const Spec before = spec_;
  spec_ = spec;
  if (leaders_.size() < static_cast<size_t>(spec.replicas)) leaders_.resize(static_cast<size_t>(spec.replicas));
  if (current_revision_ == 0) current_revision_ = spec.revision;
  for (int32_t i = before.replicas; i < spec.replicas; ++i) {
    missing_.push_back(i);
    healthy_ += leaders_[i].healthy();
  }
  for (int32_t i = spec.replicas; i < before.replicas; ++i) {
    condemned_.push_back(i);
    healthy_ -= leaders_[i].healthy();
  }
  if (before.replicas != spec.replicas || before.revision != spec.revision || before.on_delete != spec.on_delete) {
    cursor_ = static_cast<int32_t>(leaders_.size()) - 1;
  }
  if (before.revision == spec.revision) return;
  updated_ = static_cast<int32_t>(
      std::count_if(leaders_.begin(), leaders_.end(), [this](const Leader& leader) { return IsUpdated(leader); }));
}

void LeaderRollout::SetReady(int32_t ordinal, bool ready) {
  is_due_ = true;
  Count(ordinal, -1);
  leaders_[ordinal].ready = ready;
  Count(ordinal, 1);
  if (!ready && !max_unavailable_statefulset_) Raise(ordinal);
}

void LeaderRollout::SetStopping(int32_t ordinal) {
  is_due_ = true;
  Count(ordinal, -1);
  leaders_[ordinal].stopping = true;
  Count(ordinal, 1);
  if (!max_unavailable_statefulset_) Raise(ordinal);
}

void LeaderRollout::SetGone(int32_t ordinal) {
  is_due_ = true;
  Count(ordinal, -1);
  leaders_[ordinal] = Leader();
  missing_.push_back(ordinal);
}

void LeaderRollout::Create(int32_t ordinal, Work* work) {
  Leader& leader = leaders_[ordinal];
  if (leader.exists || ordinal >= spec_.replicas) return;
  leader.exists = true;
  leader.revision = ordinal < spec_.partition ? current_revision_ : spec_.revision;
  Count(ordinal, 1);
  if (leader.revision != spec_.revision || !max_unavailable_statefulset_) Raise(ordinal);
  work->create.emplace_back(ordinal, leader.revision);
}

void LeaderRollout::Stop(int32_t ordinal, Work* work) {
  const Leader& leader = leaders_[ordinal];
  if (!leader.exists || leader.stopping) return;
  SetStopping(ordinal);
  work->stop.push_back(ordinal);
}

// Replaces pods from the highest ordinal down.
void LeaderRollout::Roll(Work* work) {
  if (spec_.on_delete) return;
  int32_t budget = spec_.max_unavailable - (spec_.replicas - healthy_);
  cursor_ = std::min(cursor_, spec_.replicas - 1);
  for (; cursor_ >= spec_.partition; --cursor_) {
    const Leader& leader = leaders_[cursor_];
    if (max_unavailable_statefulset_) {
      if (!IsOld(leader)) continue;
      // As in Kubernetes, pods that are down use up the budget, and replacing such a pod uses up one more. So with
      // enough of them the update stops.
      if (budget-- <= 0) return;
      Stop(cursor_, work);
      continue;
    }
    if (IsOld(leader)) {
      Stop(cursor_, work);
      return;
    }
    if (leader.exists && !leader.healthy()) return;
  }
}

void LeaderRollout::Sync(Work* work) {
  work->create.clear();
  work->stop.clear();
  std::sort(missing_.begin(), missing_.end());
  for (const int32_t ordinal : missing_) Create(ordinal, work);
  missing_.clear();
  for (const int32_t ordinal : condemned_) {
    if (ordinal >= spec_.replicas) Stop(ordinal, work);
  }
  condemned_.clear();
  Roll(work);
  is_due_ = false;  // pods that this look stopped need no further look
  if (updated_ == there_ && ready_ == there_) current_revision_ = spec_.revision;
  assert(there_ >= 0 && ready_ >= 0 && updated_ >= 0 && healthy_ >= 0);
}

}  // namespace lws::internal
