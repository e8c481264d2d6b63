#include "lws/adapters/host/work_queue.h"

#include "lws/core/exponential_backoff.h"

namespace lws::internal {

void WorkQueue::Add(const WorkKey& key) {
  keys_[key].own_rounds = 0;
  AddDue(key, {absl::InfinitePast(), next_number_++});
}

void WorkQueue::AddOwnWrite(const WorkKey& key) {
  const auto found = keys_.find(key);
  if (found == keys_.end() || !found->second.is_busy) return AddDue(key, {absl::InfinitePast(), next_number_++});
  if (!found->second.wrote.has_value()) found->second.wrote = next_number_++;
}

void WorkQueue::AddDue(const WorkKey& key, Due due) {
  KeyState& state = keys_[key];
  if (state.due.has_value() && state.due->first <= due.first) return;
  if (state.due.has_value()) queue_.erase(*state.due);
  state.due = due;
  if (!state.is_busy) queue_.emplace(due, key);
}

absl::Duration WorkQueue::Backoff(int in_a_row) const {
  return ExponentialBackoff(in_a_row - 1, first_backoff_, max_backoff_);
}

std::optional<WorkKey> WorkQueue::Take(absl::Time now) {
  if (queue_.empty() || queue_.begin()->first.first > now) return std::nullopt;
  WorkKey key = queue_.begin()->second;
  queue_.erase(queue_.begin());
  KeyState& state = keys_[key];
  state.due.reset();
  state.is_busy = true;
  ++busy_;
  return key;
}

void WorkQueue::Succeed(const WorkKey& key, absl::Time now) {
  KeyState& state = keys_[key];
  state.failures = 0;
  const std::optional<uint64_t> wrote = std::exchange(state.wrote, std::nullopt);
  if (!wrote.has_value()) {
    state.own_rounds = 0;
  } else if (++state.own_rounds == 1) {
    AddDue(key, {absl::InfinitePast(), *wrote});
  } else {
    AddDue(key, {now + Backoff(state.own_rounds - 1), *wrote});
  }
  End(key);
}

void WorkQueue::Fail(const WorkKey& key, absl::Time now, bool at_once) {
  KeyState& state = keys_[key];
  state.wrote.reset();
  ++state.failures;
  const bool is_now = at_once && state.failures == 1;
  AddDue(key, {is_now ? now : now + Backoff(state.failures), next_number_++});
  End(key);
}

void WorkQueue::End(const WorkKey& key) {
  --busy_;
  const auto found = keys_.find(key);
  KeyState& state = found->second;
  state.is_busy = false;
  if (state.due.has_value()) {
    queue_.emplace(*state.due, key);
  } else if (state.failures == 0 && state.own_rounds == 0) {
    keys_.erase(found);
  }
}

std::optional<absl::Time> WorkQueue::NextDue() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first.first;
}

std::vector<PendingKey> WorkQueue::Pending() const {
  std::vector<PendingKey> pending;
  for (const auto& [key, state] : keys_) {
    if (state.is_busy) {
      pending.push_back({key, state.failures, absl::InfinitePast()});
    } else if (state.due.has_value()) {
      pending.push_back({key, state.failures, state.due->first});
    }
  }
  return pending;
}

void WorkQueue::Resume(const PendingKey& pending) {
  keys_[pending.key].failures = pending.failures;
  AddAt(pending.key, pending.due);
}

bool WorkQueue::OnlyRepeatsFailures(int times) const {
  return std::all_of(queue_.begin(), queue_.end(), [&](const auto& queued) {
    const auto state = keys_.find(queued.second);
    return state != keys_.end() && state->second.failures >= times;
  });
}

}  // namespace lws::internal
