#include "lws/adapters/host/controller.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {
namespace {

absl::Duration Backoff(int failures) {
  return std::min(absl::Seconds(10), absl::Milliseconds(100) * (int64_t{1} << std::min(failures - 1, 10)));
}

}  // namespace

void Controller::SetChanged(absl::string_view namespace_name, absl::string_view name) {
  Queue({Kind::kSet, std::string(namespace_name), std::string(name)}, absl::InfinitePast());
}

void Controller::PodChanged(absl::string_view namespace_name, absl::string_view name) {
  Queue({Kind::kPod, std::string(namespace_name), std::string(name)}, absl::InfinitePast());
}

void Controller::Queue(const Key& key, absl::Time when) {
  const auto found = queued_.find(key);
  if (found != queued_.end()) {
    if (found->second.first <= when) return;
    queue_.erase(found->second);
  }
  const Due due(when, next_number_++);
  queue_.emplace(due, key);
  queued_[key] = due;
}

std::optional<absl::Time> Controller::NextDue() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first.first;
}

bool Controller::OnlyRepeatsFailures(int times) const {
  return std::all_of(queued_.begin(), queued_.end(), [&](const auto& queued) {
    const auto failures = failures_.find(queued.first);
    return failures != failures_.end() && failures->second >= times;
  });
}

Plan Controller::Decide(const Key& key, absl::Time now) {
  if (key.kind == Kind::kSet) {
    return ReconcileSet(cluster_->ObserveSet(key.namespace_name, key.name), now, options_.sets);
  }
  return ReconcilePod(cluster_->ObservePod(key.namespace_name, key.name), now, options_.pods);
}

absl::Status Controller::Perform(const Plan& plan, bool* retry_at_once) {
  size_t next_event = 0;
  const auto record_events = [&](int32_t actions_done) {
    for (; next_event < plan.events.size() && plan.events[next_event].after_action <= actions_done; ++next_event) {
      cluster_->Record(plan.events[next_event]);
    }
  };
  record_events(0);
  for (size_t i = 0; i < plan.actions.size(); ++i) {
    const Action& action = plan.actions[i];
    const absl::Status status = cluster_->Perform(action);
    if (status.ok()) {
      record_events(static_cast<int32_t>(i) + 1);
      continue;
    }
    *retry_at_once = action.conflict_is_retry && absl::IsAborted(status);
    if (action.failure_event.has_value()) {
      Event event = *action.failure_event;
      absl::StrAppend(&event.note, ": ", status.message());
      cluster_->Record(event);
    }
    return status;
  }
  return plan.error;
}

void Controller::Requeue(const Key& key, const Plan& plan, const absl::Status& status, bool retry_at_once,
                         absl::Time now) {
  if (status.ok()) {
    failures_.erase(key);
    if (plan.requeue_after.has_value()) Queue(key, now + *plan.requeue_after);
    return;
  }
  const int failures = ++failures_[key];
  // What came meanwhile tells of the writes before the one that failed: they are no reason to try at once.
  const auto queued = queued_.find(key);
  if (queued != queued_.end()) {
    queue_.erase(queued->second);
    queued_.erase(queued);
  }
  Queue(key, retry_at_once ? now : now + Backoff(failures));
}

bool Controller::RunOne(absl::Time now) {
  if (queue_.empty() || queue_.begin()->first.first > now) return false;
  const Key key = queue_.begin()->second;
  queue_.erase(queue_.begin());
  queued_.erase(key);
  const Plan plan = Decide(key, now);
  const bool keeps = plan.rollout_progress != nullptr || plan.restart_memory != nullptr;
  if (keeps) cluster_->Keep(key.namespace_name, key.name, plan);
  bool retry_at_once = false;
  const absl::Status status = Perform(plan, &retry_at_once);
  Requeue(key, plan, status, retry_at_once, now);
  if (!plan.empty() && options_.on_plan) options_.on_plan(plan, status);
  return true;
}

int Controller::RunDue(absl::Time now) {
  int runs = 0;
  while (RunOne(now)) ++runs;
  return runs;
}

}  // namespace lws
