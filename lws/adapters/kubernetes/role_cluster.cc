#include "lws/adapters/kubernetes/role_cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/action_request.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/adapters/kubernetes/kind_watch.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/send_events.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/object_kind.h"
#include "lws/core/disaggregated/role_fleet.h"

namespace lws::internal {

// Passes the objects of one kind from the reflector to the view.
struct RoleCluster::Store final : public ReflectorStore {
  Store(RoleCluster* cluster, const Resource& resource) : cluster(*cluster), resource(resource) {}

  void BeginRelist() override { cluster.view_.BeginRelist(resource.kind); }
  absl::StatusOr<std::string> Tell(absl::string_view text) override {
    absl::StatusOr<std::string> version = cluster.view_.Tell(resource, text);
    cluster.MakeDue(nullptr);
    return version;
  }
  absl::StatusOr<std::string> TellGone(absl::string_view text) override {
    absl::StatusOr<std::string> version = cluster.view_.TellGone(resource, text);
    cluster.MakeDue(nullptr);
    return version;
  }
  void EndRelist(absl::string_view version) override {
    cluster.view_.EndRelist(resource.kind, version);
    cluster.MakeDue(nullptr);
  }

  RoleCluster& cluster;
  const Resource resource;
  std::unique_ptr<KindWatch> watch;
};

RoleCluster::RoleCluster(HttpClient* client, RoleClusterOptions options)
    : client_(*client),
      options_(std::move(options)),
      view_(options_.roles),
      queue_(options_.first_backoff, options_.max_backoff),
      events_({options_.reporting_controller, options_.reporting_instance}) {
  Read(*FindApiResource(kDisaggregatedSetApiVersion, kDisaggregatedSetKind));
  Read(*FindApiResource(kDisaggregatedSetApiVersion, kRoleScalerKind));
}

RoleCluster::~RoleCluster() = default;

void RoleCluster::Read(const Resource& resource) {
  auto store = std::make_unique<Store>(this, resource);
  ReflectorOptions options;
  options.resource = resource;
  options.on_problem = [this, plural = resource.plural](const absl::Status& status) {
    if (!options_.on_problem) return;
    options_.on_problem(absl::Status(status.code(), absl::StrCat("reading ", plural, ": ", status.message())));
  };
  const uint64_t seed = options_.seed + stores_.size();
  store->watch = std::make_unique<KindWatch>(std::move(options), &client_, store.get(), seed, options_.clock);
  stores_.push_back(std::move(store));
}

bool RoleCluster::HasSynced() const {
  return std::all_of(stores_.begin(), stores_.end(),
                     [](const auto& store) { return store->watch->reflector().has_synced(); });
}

void RoleCluster::Advance(absl::Time now) {
  if (view_.has_sets() && !reads_children_) {
    reads_children_ = true;
    Read(*FindApiResource(ObjectKind::kLeaderWorkerSet));
    Read(*FindApiResource(ObjectKind::kService));
  }
  for (const auto& store : stores_) store->watch->Advance(now);
  while (MayDecide(now) && plans_under_way() < options_.most_under_way) {
    const std::optional<WorkKey> key = queue_.Take(now);
    if (!key.has_value()) break;
    runs_[*key].plan = view_.fleet().Decide(key->namespace_name, key->name, now);
    Continue(*key, now);
  }
  SendEvents(options_.clock, now, &client_, &events_);
}

std::optional<absl::Time> RoleCluster::NextDue() const {
  std::optional<absl::Time> next = events_.NextDue();
  for (const auto& store : stores_) next = EarlierDue(next, store->watch->NextDue());
  if (view_.has_sets() && !reads_children_) next = absl::InfinitePast();
  const std::optional<absl::Time> due = queue_.NextDue();
  const bool may_begin = leads_ && HasSynced() && plans_under_way() < options_.most_under_way;
  if (may_begin && due.has_value()) next = EarlierDue(next, std::max(*due, not_before_));
  return next;
}

void RoleCluster::MakeDue(const WorkKey* own) {
  for (const RoleSetName& set : view_.fleet().TakeDueSets()) {
    const WorkKey key = {WorkKey::Kind::kSet, set.namespace_name, set.name};
    own != nullptr&&* own == key ? queue_.AddOwnWrite(key) : queue_.Add(key);
  }
}

// Sends the next action of the plan, or ends it.
void RoleCluster::Continue(const WorkKey& key, absl::Time now) {
  Run& run = runs_.at(key);
  RecordEvents(&run, now);
  if (run.done == run.plan.actions.size()) return End(key, run.plan.error, now);
  if (!leads_) return End(key, absl::CancelledError("this process does not lead any more"), now);
  Send(key, run.plan.actions[run.done], now);
}

void RoleCluster::Send(const WorkKey& key, const Action& action, absl::Time now) {
  absl::StatusOr<HttpRequest> request = HttpRequestOf(action);
  if (!request.ok()) return End(key, request.status(), now);
  view_.Starts(action);
  FetchHttpAnswer(&client_, *std::move(request),
                  [this, key](const absl::StatusOr<HttpAnswer>& answer) { Answered(key, answer); });
}

void RoleCluster::Answered(const WorkKey& key, const absl::StatusOr<HttpAnswer>& answer) {
  const absl::Time now = options_.clock();
  Run& run = runs_.at(key);
  const Action& action = run.plan.actions[run.done];
  if (answer.ok() && IsHttpRefusedForNow(answer->head.code)) {
    not_before_ = std::max(not_before_, now + answer->head.retry_after.value_or(absl::ZeroDuration()));
  }
  const absl::StatusOr<WriteAnswer> written =
      answer.ok() ? WriteAnswerOf(action, *answer) : absl::StatusOr<WriteAnswer>(answer.status());
  const absl::Status status = view_.TakeIn(action, written);
  MakeDue(&key);
  if (!status.ok()) return End(key, status, now);
  ++run.done;
  Continue(key, now);
}

void RoleCluster::End(const WorkKey& key, absl::Status status, absl::Time now) {
  const auto found = runs_.find(key);
  const WorkKey set = found->first;  // `key` may belong to what is erased
  const Run run = std::move(found->second);
  runs_.erase(found);
  if (status.ok() && run.plan.requeue_after.has_value()) queue_.AddAt(set, now + *run.plan.requeue_after);
  status.ok() ? queue_.Succeed(set, now) : queue_.Fail(set, now, /*at_once=*/false);
  if (!run.plan.empty() && options_.on_plan) options_.on_plan(set, run.plan, status);
}

void RoleCluster::RecordEvents(Run* run, absl::Time now) {
  const std::vector<Event>& events = run->plan.events;
  for (; run->next_event < events.size(); ++run->next_event) {
    const Event& event = events[run->next_event];
    if (event.after_action > static_cast<int32_t>(run->done)) return;
    std::optional<EventObject> related;
    if (event.related.has_value()) related = view_.Refer(*event.related);
    events_.Record(event, view_.Refer(event.regarding), related, now);
  }
}

}  // namespace lws::internal
