#include "lws/adapters/kubernetes/kube_cluster.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/event_sink.h"
#include "lws/adapters/kubernetes/kept_store.h"
#include "lws/adapters/kubernetes/kind_watch.h"
#include "lws/adapters/kubernetes/kube_writer.h"
#include "lws/adapters/kubernetes/past_lists.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/kubernetes/send_events.h"
#include "lws/adapters/kubernetes/set_arrivals.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/observation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// An operator with more work than this has no time to tell it all, and its successor looks at everything.
constexpr size_t kMostPending = 100;

EventObject ReferTo(const ObjectRef& ref, const char* api_version, const ObservedMeta& meta) {
  return {ref, api_version, meta.uid, meta.resource_version};
}

// Completes an object, which an event is about or related to, with what the fleet knows. The event is about `set`.
EventObject Refer(const ObjectRef& ref, const ObjectRef& set, Fleet* fleet) {
  if (ref.kind == kKind) {
    const SetObservation observation = fleet->ObserveSet(ref.namespace_name, ref.name);
    if (observation.set == nullptr) return {ref, kApiVersion, "", ""};
    return {ref, kApiVersion, observation.set->metadata().uid(), observation.set->metadata().resource_version()};
  }
  if (ref.kind == "ControllerRevision") {
    const SetObservation observation = fleet->ObserveSet(set.namespace_name, set.name);
    for (const ObservedRevision* revision : observation.revisions) {
      if (revision->meta.name == ref.name) return ReferTo(ref, "apps/v1", revision->meta);
    }
    return {ref, "apps/v1", "", ""};
  }
  if (ref.kind == "Pod") {
    const PodObservation observation = fleet->ObservePod(ref.namespace_name, ref.name);
    return observation.pod == nullptr ? EventObject{ref, "v1", "", ""} : ReferTo(ref, "v1", observation.pod->meta);
  }
  if (ref.kind == "StatefulSet") {
    const SetObservation of_set = fleet->ObserveSet(ref.namespace_name, ref.name);
    if (of_set.leader_statefulset != nullptr) return ReferTo(ref, "apps/v1", of_set.leader_statefulset->meta);
    const PodObservation of_leader = fleet->ObservePod(ref.namespace_name, ref.name);
    if (of_leader.worker_statefulset != nullptr) return ReferTo(ref, "apps/v1", of_leader.worker_statefulset->meta);
    return {ref, "apps/v1", "", ""};
  }
  const bool is_service = ref.kind == "Service";
  return {ref, is_service ? "v1" : "", "", ""};
}

bool AsksForTopology(absl::string_view set) {
  return absl::StrContains(set, kExclusiveTopologyAnnotation) ||
         absl::StrContains(set, kSubGroupExclusiveTopologyAnnotation);
}

GroupPlacingView ViewOfPlacing(KubeCluster* host, std::function<void(const absl::Status&)> on_problem) {
  GroupPlacingView view;
  view.observe_set = [host](const std::string& namespace_name, const std::string& name) {
    return host->fleet().ObserveSet(namespace_name, name);
  };
  view.record = [host](const Event& event) { host->Record(event); };
  view.on_problem = std::move(on_problem);
  return view;
}

}  // namespace

class KubeCluster::Client {
 public:
  Client(KubeCluster* host, HttpClient* http, KubeClusterOptions options)
      : host_(*host),
        http_(*http),
        options_(std::move(options)),
        writer_(http, ViewOfWriter(), options_.clock),
        arrivals_(http, ViewOfArrivals(), options_.clock),
        kept_(http, ViewOfKept(), options_.clock),
        past_(
            http,
            [this](const Resource& resource, absl::string_view text) {
              wants_nodes_ = wants_nodes_ || AsksForTopology(text);
              return host_.Tell(resource.object_kind, text).status();
            },
            [this](const absl::Status& status) {
              status.ok() ? host_.EndPast(pending_) : host_.AbandonPast();
              if (!status.ok() && options_.on_problem) options_.on_problem(status);
            }),
        events_({options_.reporting_controller, options_.reporting_instance}) {
    for (const Resource& resource : ApiResources()) {
      const bool is_read = resource.object_kind != ObjectKind::kNode && resource.object_kind != ObjectKind::kOther &&
                           (resource.object_kind != ObjectKind::kPodGroup || options_.reads_pod_groups);
      if (is_read) Read(resource);
    }
    if (options_.placing.has_value()) {
      placing_ = std::make_unique<GroupPlacing>(http, *options_.placing, ViewOfPlacing(host, options_.on_problem),
                                                options_.clock);
    }
  }

  void Advance(absl::Time now) {
    if (past_.is_reading()) {
      kept_.Advance(now);
      return;
    }
    if (wants_nodes_) ReadNodes();
    for (const auto& store : stores_) store->watch->Advance(now);
    arrivals_.Advance(now);
    writer_.Advance(now);
    kept_.Advance(now);
    if (MayDecide()) host_.RunDue(now);
    if (placing_ != nullptr) placing_->Advance(now, MayDecide());
    SendEvents(options_.clock, now, &http_, &events_);
  }

  std::optional<absl::Time> NextDue() const {
    if (past_.is_reading()) return kept_.NextDue();
    std::optional<absl::Time> next = MayDecide() ? host_.NextDueOfPlans() : std::nullopt;
    for (const auto& store : stores_) next = EarlierDue(next, store->watch->NextDue());
    for (const std::optional<absl::Time>& due :
         {arrivals_.NextDue(), writer_.NextDue(), kept_.NextDue(), events_.NextDue()}) {
      next = EarlierDue(next, due);
    }
    if (placing_ != nullptr) next = EarlierDue(next, placing_->NextDue());
    return next;
  }

  // Who led before may have written something until now.
  void Lead(bool leads) {
    if (leads && !leads_) kept_.Read();
    leads_ = leads;
  }

  bool HasSynced() const {
    return std::all_of(stores_.begin(), stores_.end(),
                       [](const auto& store) { return store->watch->reflector().has_synced(); });
  }

  void TakeOver(const Handover& handover) {
    std::vector<std::pair<const Resource*, std::string>> versions;
    for (const auto& store : stores_) {
      const auto version = handover.versions.find(std::string(store->resource.kind));
      if (version == handover.versions.end()) return;
      versions.emplace_back(&store->resource, version->second);
    }
    pending_ = handover.pending;
    host_.BeginPast();
    past_.Read(versions);
  }

  std::optional<Handover> HandOver() const {
    if (!MayDecide() || arrivals_.holds_back()) return std::nullopt;
    Handover handover;
    for (const auto& store : stores_) {
      handover.versions[std::string(store->resource.kind)] = store->watch->reflector().resource_version();
    }
    handover.pending = host_.Pending();
    if (handover.pending.size() > kMostPending) return std::nullopt;
    return handover;
  }

  KubeClusterCounts Counts() const {
    KubeClusterCounts counts;
    for (const auto& store : stores_) counts.relists += store->watch->reflector().relists();
    counts.skipped_applies = writer_.skipped();
    counts.dropped_events = events_.dropped();
    counts.news = news_;
    return counts;
  }

  int64_t& news() { return news_; }
  KubeWriter& writer() { return writer_; }
  KeptStore& kept() { return kept_; }
  int32_t placements_under_way() const { return placing_ == nullptr ? 0 : placing_->under_way(); }

  void Record(const Event& event) {
    const EventObject regarding = Refer(event.regarding, event.regarding, &host_.fleet());
    std::optional<EventObject> related;
    if (event.related.has_value()) related = Refer(*event.related, event.regarding, &host_.fleet());
    events_.Record(event, regarding, related, options_.clock());
  }

 private:
  // Passes the objects of one kind from the reflector to the fleet.
  struct Store final : public ReflectorStore {
    Store(Client* client, const Resource& resource) : client(*client), resource(resource) {}

    void BeginRelist() override { client.BeginRelist(resource); }
    absl::StatusOr<std::string> Tell(absl::string_view text) override { return client.Tell(resource, text); }
    absl::StatusOr<std::string> TellGone(absl::string_view text) override { return client.TellGone(resource, text); }
    void EndRelist(absl::string_view version) override { client.EndRelist(resource, version); }

    Client& client;
    const Resource& resource;
    std::unique_ptr<KindWatch> watch;
  };

  bool MayDecide() const { return leads_ && is_open_ && kept_.has_read() && !arrivals_.is_looking() && HasSynced(); }

  void Read(const Resource& resource) {
    auto store = std::make_unique<Store>(this, resource);
    ReflectorOptions options;
    options.resource = resource;
    options.on_problem = [this, &resource](const absl::Status& status) {
      if (options_.on_problem) {
        options_.on_problem(
            absl::Status(status.code(), absl::StrCat("reading ", resource.plural, ": ", status.message())));
      }
    };
    const uint64_t seed = options_.seed + stores_.size();
    store->watch = std::make_unique<KindWatch>(std::move(options), &http_, store.get(), seed, options_.clock);
    stores_.push_back(std::move(store));
  }

  void ReadNodes() {
    wants_nodes_ = false;
    reads_nodes_ = true;
    Read(*FindApiResource(ObjectKind::kNode));
  }

  void BeginRelist(const Resource& resource) {
    host_.BeginRelist(resource.kind);
    if (resource.object_kind == ObjectKind::kLeaderWorkerSet) arrivals_.BeginRelist();
  }

  absl::StatusOr<std::string> Tell(const Resource& resource, absl::string_view text) {
    ++news_;
    if (resource.object_kind != ObjectKind::kLeaderWorkerSet) return host_.Tell(resource.object_kind, text);
    wants_nodes_ = wants_nodes_ || (!reads_nodes_ && AsksForTopology(text));
    return arrivals_.Tell(text);
  }

  absl::StatusOr<std::string> TellGone(const Resource& resource, absl::string_view text) {
    ++news_;
    if (resource.object_kind == ObjectKind::kLeaderWorkerSet) return arrivals_.TellGone(text);
    return host_.TellGone(resource.object_kind, text);
  }

  void EndRelist(const Resource& resource, absl::string_view version) {
    if (resource.object_kind == ObjectKind::kStatefulSet) arrivals_.TellFoundAgain();
    host_.EndRelist(resource.kind, version);
    if (resource.object_kind == ObjectKind::kLeaderWorkerSet) {
      arrivals_.EndRelist();
      writer_.memo().ForgetAllBut(
          [this](const ObjectRef& object) { return HasSet(object.namespace_name, object.name); });
      kept_.ForgetAllBut(
          [this](absl::string_view namespace_name, absl::string_view name) { return HasSet(namespace_name, name); });
    }
    if (!is_open_ && HasSynced()) {
      is_open_ = true;
      arrivals_.Open();
    }
  }

  bool HasSet(absl::string_view namespace_name, absl::string_view name) {
    return host_.fleet().ObserveSet(namespace_name, name).set != nullptr;
  }

  ArrivalsView ViewOfArrivals() {
    ArrivalsView view;
    view.has_set = [this](absl::string_view namespace_name, absl::string_view name) {
      return HasSet(namespace_name, name);
    };
    view.has_leader_statefulset = [this](absl::string_view namespace_name, absl::string_view name) {
      return host_.fleet().ObserveSet(namespace_name, name).leader_statefulset != nullptr;
    };
    view.tell_set = [this](absl::string_view text) { return host_.Tell(ObjectKind::kLeaderWorkerSet, text); };
    view.tell_set_gone = [this](absl::string_view text) { return TellSetGone(text); };
    view.tell_statefulset = [this](absl::string_view text) {
      host_.Tell(ObjectKind::kStatefulSet, text).IgnoreError();
    };
    return view;
  }

  absl::StatusOr<std::string> TellSetGone(absl::string_view text) {
    const absl::StatusOr<Json> set = ParseJson(text, "LeaderWorkerSet");
    if (set.ok()) {
      JsonReader reader(*set);
      const std::string namespace_name = reader.Text({"metadata", "namespace"});
      const std::string name = reader.Text({"metadata", "name"});
      writer_.memo().Forget({"StatefulSet", namespace_name, name});
      kept_.Forget(namespace_name, name);
    }
    return host_.TellGone(ObjectKind::kLeaderWorkerSet, text);
  }

  KeptStoreView ViewOfKept() {
    KeptStoreView view;
    view.add = [this](absl::string_view bytes) { return host_.AddKept(bytes); };
    view.on_problem = [this](const absl::Status& status) {
      if (options_.on_problem) options_.on_problem(status);
    };
    return view;
  }

  WriterView ViewOfWriter() {
    WriterView view;
    view.applied = [this](const ObjectRef& object) -> std::optional<WriterView::Applied> {
      const ObservedStatefulSet* leader =
          host_.fleet().ObserveSet(object.namespace_name, object.name).leader_statefulset;
      if (object.kind != "StatefulSet" || leader == nullptr || leader->applied == nullptr) return std::nullopt;
      return WriterView::Applied{leader->meta.uid,
                                 leader->applied->dump(-1, ' ', false, Json::error_handler_t::replace)};
    };
    view.tell = [this](const Action& action, absl::string_view text) {
      const Resource* resource = FindApiResource(action.api_version, action.target.kind);
      if (resource->object_kind == ObjectKind::kStatefulSet) {
        // A StatefulSet with the label is watched, and the watch may have told a newer one.
        if (absl::StrContains(text, kNameLabel)) return;
        arrivals_.Found(action.target.namespace_name, action.target.name, std::string(text));
      }
      host_.Tell(resource->object_kind, text).IgnoreError();
    };
    view.tell_gone = [this](const Action& action) {
      if (action.target.kind == "StatefulSet") {
        arrivals_.Found(action.target.namespace_name, action.target.name, std::nullopt);
      }
      const Json object = {{"apiVersion", action.api_version},
                           {"kind", action.target.kind},
                           {"metadata", {{"namespace", action.target.namespace_name}, {"name", action.target.name}}}};
      host_.TellGone(object).IgnoreError();
    };
    return view;
  }

  KubeCluster& host_;
  HttpClient& http_;
  const KubeClusterOptions options_;
  KubeWriter writer_;
  SetArrivals arrivals_;
  KeptStore kept_;
  PastLists past_;
  EventSink events_;
  std::unique_ptr<GroupPlacing> placing_;  // null: the scheduler alone places pods
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<PendingKey> pending_;  // of the process before
  int64_t news_ = 0;
  bool leads_ = false;
  bool is_open_ = false;
  bool wants_nodes_ = false;
  bool reads_nodes_ = false;
};

KubeCluster::KubeCluster(HttpClient* client, KubeClusterOptions options, ControllerOptions controller_options)
    : FleetCluster(std::move(controller_options)),
      client_(std::make_unique<Client>(this, client, std::move(options))) {}
KubeCluster::~KubeCluster() = default;

void KubeCluster::Advance(absl::Time now) { client_->Advance(now); }
std::optional<absl::Time> KubeCluster::NextDue() const { return client_->NextDue(); }
std::optional<absl::Time> KubeCluster::NextDueOfPlans() const { return FleetCluster::NextDue(); }
void KubeCluster::Lead(bool leads) { client_->Lead(leads); }
bool KubeCluster::HasSynced() const { return client_->HasSynced(); }
int32_t KubeCluster::writes_under_way() const {
  return client_->writer().under_way() + client_->kept().under_way() + client_->placements_under_way();
}
void KubeCluster::TakeOver(const Handover& handover) { client_->TakeOver(handover); }
std::optional<Handover> KubeCluster::HandOver() const { return client_->HandOver(); }
KubeClusterCounts KubeCluster::Counts() const { return client_->Counts(); }

void KubeCluster::Start(const Action& action, absl::Time now, WriteDone done) {
  ++client_->news();
  client_->writer().Send(action, now,
                         [this, done = std::move(done)](const absl::StatusOr<WriteAnswer>& answer, absl::Time at) {
                           done(answer, at);
                           ++client_->news();
                         });
}

bool KubeCluster::StoreKept(const LeaderWorkerSet& set, std::string bytes, StoreDone done) {
  const ObjectMeta& meta = set.metadata();
  return client_->kept().Keep({meta.namespace_(), meta.name(), meta.uid()}, std::move(bytes), std::move(done));
}

void KubeCluster::Record(const Event& event) { client_->Record(event); }

}  // namespace lws::internal
