#include "lws/adapters/host/controller.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lws/adapters/host/resource_version.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"

namespace lws {
namespace {

Plan PlanOf(absl::Status error) {
  Plan plan;
  plan.error = std::move(error);
  return plan;
}

}  // namespace

bool IsForeseenConflict(const Work& work, const absl::Status& status) {
  const size_t failed = static_cast<size_t>(work.actions_done);
  return absl::IsAborted(status) && failed < work.plan.actions.size() && work.plan.actions[failed].conflict_is_retry;
}

Controller::Controller(Cluster* cluster, ControllerOptions options)
    : cluster_(cluster), options_(std::move(options)), queue_(options_.first_backoff, options_.max_backoff) {}

void Controller::SetChanged(absl::string_view namespace_name, absl::string_view name) {
  Changed({WorkKey::Kind::kSet, std::string(namespace_name), std::string(name)});
}

void Controller::PodChanged(absl::string_view namespace_name, absl::string_view name) {
  Changed({WorkKey::Kind::kPod, std::string(namespace_name), std::string(name)});
}

void Controller::Changed(const WorkKey& key) {
  const bool is_own = acting_ != nullptr && *acting_ == key;
  is_own ? queue_.AddOwnWrite(key) : queue_.Add(key);
}

std::optional<absl::Time> Controller::NextDue() const {
  return under_way() < options_.most_under_way ? queue_.NextDue() : std::nullopt;
}

Plan Controller::Decide(const WorkKey& key, absl::Time now) {
  SetPolicies policies;
  const auto ask = [this, &policies](const LeaderWorkerSet* set) {
    if (set == nullptr || !options_.policies) return absl::OkStatus();
    absl::StatusOr<SetPolicies> answer = options_.policies(*set);
    if (answer.ok()) policies = *std::move(answer);
    return answer.status();
  };
  if (key.kind == WorkKey::Kind::kSet) {
    const SetObservation observation = cluster_->ObserveSet(key.namespace_name, key.name);
    absl::Status status = ask(observation.set);
    return status.ok() ? ReconcileSet(observation, now, SetOptionsOf(policies)) : PlanOf(std::move(status));
  }
  const PodObservation observation = cluster_->ObservePod(key.namespace_name, key.name);
  absl::Status status = ask(observation.set);
  return status.ok() ? ReconcilePod(observation, now, PodOptionsOf(policies)) : PlanOf(std::move(status));
}

std::optional<Work> Controller::Take(absl::Time now) {
  if (under_way() >= options_.most_under_way) return std::nullopt;
  std::optional<WorkKey> key = queue_.Take(now);
  if (!key.has_value()) return std::nullopt;
  Work work;
  work.key = *std::move(key);
  work.plan = Decide(work.key, now);
  const bool keeps = work.plan.rollout_progress != nullptr || work.plan.restart_memory != nullptr;
  if (keeps) cluster_->Keep(work.key.namespace_name, work.key.name, work.plan);
  return work;
}

void Controller::Done(const Work& work, const absl::Status& status, absl::Time now) {
  if (status.ok() && work.plan.requeue_after.has_value()) queue_.AddAt(work.key, now + *work.plan.requeue_after);
  status.ok() ? queue_.Succeed(work.key, now) : queue_.Fail(work.key, now, IsForeseenConflict(work, status));
  if (!work.plan.empty() && options_.on_plan) options_.on_plan(work, status);
}

bool Controller::RunOne(absl::Time now) {
  std::optional<Work> work = Take(now);
  if (!work.has_value()) return false;
  auto run = std::make_shared<Run>();
  run->work = *std::move(work);
  run->answered = now;
  Continue(run);
  return true;
}

int Controller::RunDue(absl::Time now) {
  int runs = 0;
  while (RunOne(now)) ++runs;
  return runs;
}

void Controller::RecordEvents(Run* run) {
  const std::vector<Event>& events = run->work.plan.events;
  for (; run->next_event < events.size(); ++run->next_event) {
    if (events[run->next_event].after_action > run->work.actions_done) return;
    cluster_->Record(events[run->next_event]);
  }
}

// Performs actions until one is not answered at once, or until the plan has ended.
void Controller::Continue(const std::shared_ptr<Run>& run) {
  while (!run->is_over) {
    if (run->answer.has_value()) TakeAnswer(run);
    if (run->is_over) break;
    RecordEvents(run.get());
    if (static_cast<size_t>(run->work.actions_done) == run->work.plan.actions.size()) {
      run->is_over = true;
      run->status = run->work.plan.error;
      break;
    }
    Start(run);
    run->waits = !run->answer.has_value();
    if (run->waits) return;
  }
  EndWhenSeen(run);
}

void Controller::Start(const std::shared_ptr<Run>& run) {
  const Action& action = run->work.plan.actions[static_cast<size_t>(run->work.actions_done)];
  writes_.emplace(action.target, Write{run, "", std::nullopt});
  acting_ = &run->work.key;
  cluster_->Perform(action, run->answered, [this, run](const absl::StatusOr<WriteAnswer>& answer, absl::Time now) {
    run->answer = answer;
    run->answered = now;
    if (std::exchange(run->waits, false)) Continue(run);
  });
  acting_ = nullptr;
}

void Controller::TakeAnswer(const std::shared_ptr<Run>& run) {
  const absl::StatusOr<WriteAnswer> answer = *std::exchange(run->answer, std::nullopt);
  const Action& action = run->work.plan.actions[static_cast<size_t>(run->work.actions_done)];
  const auto range = writes_.equal_range(action.target);
  const auto write = std::find_if(range.first, range.second, [&run](const auto& entry) {
    return entry.second.run == run && !entry.second.wanted.has_value();
  });
  if (answer.ok() && !answer->resource_version.empty()) write->second.wanted = answer->resource_version;
  if (write->second.IsSeen()) {
    writes_.erase(write);
  } else {
    ++run->unseen;
  }
  if (answer.ok()) {
    ++run->work.actions_done;
    return;
  }
  if (action.failure_event.has_value()) {
    Event event = *action.failure_event;
    absl::StrAppend(&event.note, ": ", answer.status().message());
    cluster_->Record(event);
  }
  run->is_over = true;
  run->status = answer.status();
}

bool Controller::Write::IsSeen() const {
  return !wanted.has_value() || internal::IsAsNewResourceVersion(seen, *wanted);
}

void Controller::Saw(const ObjectRef& object, absl::string_view resource_version) {
  const auto range = writes_.equal_range(object);
  SeeAt(range.first, range.second, resource_version);
}

void Controller::SawAll(absl::string_view kind, absl::string_view resource_version) {
  const ObjectRef first = {std::string(kind), "", ""};
  const auto begin = writes_.lower_bound(first);
  const auto end = std::find_if(begin, writes_.end(), [kind](const auto& entry) { return entry.first.kind != kind; });
  SeeAt(begin, end, resource_version);
}

// Runs are ended after the loop, because ending a run may change `writes_`.
void Controller::SeeAt(Writes::iterator begin, Writes::iterator end, absl::string_view resource_version) {
  std::vector<std::shared_ptr<Run>> runs;
  for (auto it = begin; it != end;) {
    Write& write = it->second;
    write.seen = internal::ResourceVersionOrNewest(resource_version);
    if (!write.wanted.has_value() || !write.IsSeen()) {
      ++it;
      continue;
    }
    --write.run->unseen;
    runs.push_back(write.run);
    it = writes_.erase(it);
  }
  for (const std::shared_ptr<Run>& run : runs) EndWhenSeen(run);
}

void Controller::EndWhenSeen(const std::shared_ptr<Run>& run) {
  if (!run->is_over || run->unseen > 0 || run->is_ended) return;
  run->is_ended = true;
  Done(run->work, run->status, run->answered);
}

}  // namespace lws
