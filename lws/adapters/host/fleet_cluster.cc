#include "lws/adapters/host/fleet_cluster.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "lws/adapters/host/kept_state.pb.h"
#include "lws/adapters/host/known_past.h"
#include "lws/adapters/host/own_writes.h"
#include "lws/adapters/host/recreations.h"
#include "lws/adapters/host/resource_version.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/host/told_object.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/api/well_known.h"
#include "lws/core/observation.h"
#include "lws/core/pod/restart_policy.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::IsFailingPod;
using internal::KnownPast;
using internal::ObjectMark;
using internal::OwnWrites;
using internal::ReadToldObject;
using internal::Recreations;
using internal::RestartCounts;
using internal::ToldObject;

namespace {

// Before an object that is gone again is looked at. A view that does not know of the owner's end learns of it sooner.
constexpr absl::Duration kLongestWait = absl::Minutes(1);

// The UID of the first owner; empty where the answer does not say it.
std::string OwnerUidOf(const WriteAnswer& answer) {
  if (answer.object == nullptr) return "";
  internal::JsonReader reader(*answer.object);
  const Json* owners = reader.Find({"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array() || owners->empty()) return "";
  return reader.TextIn(owners->front(), {"uid"});
}

// Whose write of the object is on its way: what a watch tells of it meanwhile is likely that write, before its answer.
// Null where there is none.
const WorkKey* WriterOf(const ObjectRef& object, const std::map<ObjectRef, WorkKey>& writers) {
  const auto found = writers.find(object);
  return found == writers.end() ? nullptr : &found->second;
}

bool HasRestartPolicy(const PolicySource& source, const LeaderWorkerSet* set) {
  if (set == nullptr || !source) return false;
  const absl::StatusOr<SetPolicies> policies = source(*set);
  return policies.ok() && policies->restarts != nullptr;
}

// The stores of what plans want kept: which are under way, and of which sets the last one has not succeeded.
class Stores {
 public:
  explicit Stores(FleetCluster* host) : host_(*host) {}

  void Store(const WorkKey& key, const LeaderWorkerSet& set, std::string bytes) {
    const uint64_t number = ++last_number_;
    const SetName name = {set.metadata().namespace_(), set.metadata().name()};
    under_way_[key] = {number, nullptr};
    missing_.insert(name);
    const bool is_stored =
        host_.StoreKept(set, std::move(bytes), [this, key, number, name](const absl::Status& status, absl::Time at) {
          if (status.ok()) missing_.erase(name);
          End(key, number, status, at);
        });
    if (!is_stored) return;
    under_way_.erase(key);
    missing_.erase(name);
  }

  bool IsUnderWay(const WorkKey& key) const { return under_way_.count(key) > 0; }
  // REQUIRES: the key's store is under way.
  void Then(const WorkKey& key, FleetCluster::StoreDone then) { under_way_.at(key).then = std::move(then); }

  bool AnyIsMissing() const { return !missing_.empty(); }
  bool IsMissing(const LeaderWorkerSet& set) const {
    return missing_.count({set.metadata().namespace_(), set.metadata().name()}) > 0;
  }
  void Forget(const std::string& namespace_name, const std::string& name) { missing_.erase({namespace_name, name}); }

 private:
  using SetName = std::pair<std::string, std::string>;
  struct UnderWay {
    uint64_t number = 0;
    FleetCluster::StoreDone then;  // null: no action waits
  };

  void End(const WorkKey& key, uint64_t number, const absl::Status& status, absl::Time at) {
    const auto found = under_way_.find(key);
    if (found == under_way_.end() || found->second.number != number) return;
    const FleetCluster::StoreDone then = std::move(found->second.then);
    under_way_.erase(found);
    if (then) then(status, at);
  }

  FleetCluster& host_;
  std::map<WorkKey, UnderWay> under_way_;
  std::set<SetName> missing_;
  uint64_t last_number_ = 0;
};

// Passes what a fleet says is due to the controller.
class DueKeys {
 public:
  DueKeys(Fleet* fleet, Controller* controller) : fleet_(*fleet), controller_(*controller) {}

  // A failing pod is due with each event, and not only with the first.
  void AddFailing(WorkKey pod) { failing_ = std::move(pod); }

  // `own` is the key whose write changed the view; null for news. With a wait, which is for news alone, the keys are
  // due after it.
  void Take(const WorkKey* own, absl::Time now = absl::InfinitePast(), absl::Duration wait = absl::ZeroDuration()) {
    for (const WorkKey& key : TakeKeys()) {
      wait == absl::ZeroDuration() ? Change(key, own) : controller_.ChangedLater(key, now + wait);
    }
    if (failing_.has_value()) Change(*std::exchange(failing_, std::nullopt), own);
  }

  // Nothing becomes due.
  void Drop() {
    TakeKeys();
    failing_.reset();
  }

  // Whatever may need a plan becomes due.
  void TakeAll() {
    ForEachObject(fleet_, [this](const ObservedObject& object) {
      const auto* set = std::get_if<LeaderWorkerSet>(&object);
      if (set != nullptr) controller_.SetChanged(set->metadata().namespace_(), set->metadata().name());
      const auto* pod = std::get_if<ObservedPod>(&object);
      const bool may_need_a_plan = pod != nullptr && (pod->is_leader() || IsFailingPod(*pod));
      if (may_need_a_plan) controller_.PodChanged(pod->meta.namespace_name, pod->meta.name);
    });
  }

 private:
  std::vector<WorkKey> TakeKeys() {
    std::vector<WorkKey> keys;
    for (const FleetName& set : fleet_.TakeDueSets()) {
      keys.push_back({WorkKey::Kind::kSet, set.namespace_name, set.name});
    }
    for (const FleetName& pod : fleet_.TakeDuePods()) {
      keys.push_back({WorkKey::Kind::kPod, pod.namespace_name, pod.name});
    }
    return keys;
  }

  void Change(const WorkKey& key, const WorkKey* own) {
    if (own != nullptr && key == *own) {
      controller_.OwnWrite(key);
    } else if (key.kind == WorkKey::Kind::kSet) {
      controller_.SetChanged(key.namespace_name, key.name);
    } else {
      controller_.PodChanged(key.namespace_name, key.name);
    }
  }

  Fleet& fleet_;
  Controller& controller_;
  std::optional<WorkKey> failing_;  // the last pod told, if it fails
};

}  // namespace

class FleetCluster::View final : public Cluster {
 public:
  View(FleetCluster* host, ControllerOptions options)
      : host_(*host),
        policies_(options.policies),
        made_(options.first_backoff, std::min(options.max_backoff, kLongestWait)),
        stores_(host),
        controller_(this, std::move(options)),
        due_(&fleet_, &controller_) {}

  // Cluster:
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) override {
    SetObservation observation = fleet_.ObserveSet(namespace_name, name);
    kept_.Fill(&observation, HasRestartPolicy(policies_, observation.set));
    return observation;
  }

  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) override {
    PodObservation observation = fleet_.ObservePod(namespace_name, name);
    if (observation.pod == nullptr || !HasRestartPolicy(policies_, observation.set)) return observation;
    kept_.Fill(&observation);
    members_ = counts_.MembersOf(observation);
    observation.members = &members_;
    return observation;
  }

  void Perform(const Action& action, absl::Time now, WriteDone done) override {
    const WorkKey key = *controller_.acting();
    if (stores_.AnyIsMissing() && !stores_.IsUnderWay(key)) StoreAgain(key);
    if (!stores_.IsUnderWay(key)) return Start(key, action, now, std::move(done));
    stores_.Then(key, [this, key, &action, done = std::move(done)](const absl::Status& status, absl::Time at) {
      status.ok() ? Start(key, action, at, done) : done(status, at);
    });
  }

  void Keep(absl::string_view namespace_name, absl::string_view name, const Plan& plan) override {
    const bool is_of_pod = plan.restart_memory != nullptr;
    const WorkKey key = {is_of_pod ? WorkKey::Kind::kPod : WorkKey::Kind::kSet, std::string(namespace_name),
                         std::string(name)};
    const LeaderWorkerSet* set = nullptr;
    if (is_of_pod) {
      const PodObservation observation = fleet_.ObservePod(namespace_name, name);
      set = observation.set;
      const bool is_told_by_status = kept_.KeepOfPod(observation, plan);
      if (is_told_by_status) controller_.SetChanged(set->metadata().namespace_(), set->metadata().name());
    } else {
      set = fleet_.ObserveSet(namespace_name, name).set;
      if (set != nullptr) kept_.KeepOfSet(*set, plan);
    }
    if (set != nullptr) stores_.Store(key, *set, kept_.SaveOf(*set));
  }

  void Record(const Event& event) override { host_.Record(event); }

  // Takes what a list or a watch tells in, if it is news.
  void Tell(ToldObject told) {
    if (past_.is_open()) {
      past_.Keep(told);
      Add(std::move(told));
      return due_.Drop();
    }
    const ObjectMark mark = told.mark;
    if (own_writes_.IsNews(mark.ref, mark.uid, mark.resource_version)) {
      const bool is_known = past_.Has(mark);
      is_known ? fleet_.relist().Keep(mark.ref.kind, mark.ref.namespace_name, mark.ref.name) : Add(std::move(told));
      const bool is_listed = mark.ref.kind == kKind && is_listing_sets_;
      if (is_listed && !is_known) controller_.SetChanged(mark.ref.namespace_name, mark.ref.name);
      due_.Take(WriterOf(mark.ref, writers_));
    } else {
      fleet_.relist().Keep(mark.ref.kind, mark.ref.namespace_name, mark.ref.name);
    }
    controller_.Saw(mark.ref, mark.resource_version);
  }

  void TellGone(const ObjectMark& mark) {
    if (own_writes_.IsNews(mark.ref, mark.uid, mark.resource_version, /*is_gone=*/true)) {
      Remove(mark.ref);
      // The reference does not watch revisions: one that somebody deleted is missed with the next look.
      const bool drops = mark.ref.kind == "ControllerRevision";
      const absl::Duration wait = made_.Gone(mark.ref, mark.uid, last_run_);
      drops ? due_.Drop() : due_.Take(WriterOf(mark.ref, writers_), last_run_, wait);
    }
    controller_.Saw(mark.ref, mark.resource_version);
  }

  int RunDue(absl::Time now) {
    last_run_ = now;
    return controller_.RunDue(now);
  }

  std::optional<absl::Time> NextDue() const { return controller_.NextDue(); }

  void BeginRelist(absl::string_view kind) {
    fleet_.relist().Begin(kind);
    if (kind == kKind) is_listing_sets_ = true;
  }

  void EndRelist(absl::string_view kind, absl::string_view resource_version) {
    for (const ObjectRef& missing : own_writes_.Listed(kind, resource_version)) Remove(missing);
    for (const FleetName& gone : fleet_.relist().End(kind)) {
      ForgetWith({std::string(kind), gone.namespace_name, gone.name});
    }
    if (kind == kKind) {
      is_listing_sets_ = false;
      // Loaded state may belong to sets that this process never saw.
      kept_.ForgetAllBut([this](absl::string_view namespace_name, absl::string_view name) {
        return fleet_.ObserveSet(namespace_name, name).set != nullptr;
      });
    }
    past_.Forget(kind);
    due_.Take(nullptr);
    controller_.SawAll(kind, resource_version);
  }

  void BeginPast() { past_.Open(); }

  void EndPast(const std::vector<PendingKey>& left) {
    past_.Close();
    for (const PendingKey& pending : left) controller_.Resume(pending);
  }

  void AbandonPast() {
    past_ = KnownPast();
    due_.TakeAll();
  }

  std::vector<PendingKey> Pending() const { return controller_.Pending(); }

  // Another process may have ended between storing what it remembers of a group and telling it in the set's status.
  absl::Status AddKept(absl::string_view bytes) {
    KeptStateProto proto;
    if (!proto.ParseFromString(std::string(bytes))) return kept_.Add(bytes);  // it says what is wrong
    kept_.Add(proto);
    for (const KeptStateProto::Set& set : proto.sets()) {
      if (set.groups_size() > 0) controller_.SetChanged(set.namespace_(), set.name());
    }
    return absl::OkStatus();
  }

  Fleet& fleet() { return fleet_; }
  KeptState& kept() { return kept_; }

 private:
  // A fleet keeps whether a pod fails; how often, and that it is looked at each time, is kept here.
  void Add(ToldObject told) {
    const auto* pod = std::get_if<ObservedPod>(&told.observed);
    if (pod != nullptr && IsFailingPod(*pod)) {
      if (told.member.has_value()) counts_.Tell(pod->meta.namespace_name, pod->meta.name, *told.member);
      due_.AddFailing({WorkKey::Kind::kPod, pod->meta.namespace_name, pod->meta.name});
    } else if (pod != nullptr) {
      counts_.Forget(pod->meta.namespace_name, pod->meta.name);
    }
    fleet_.Add(std::move(told.observed));
  }

  void Remove(const ObjectRef& ref) {
    fleet_.Remove(ref.kind, ref.namespace_name, ref.name);
    ForgetWith(ref);
  }

  // Forgets what is kept about the object outside of the fleet.
  void ForgetWith(const ObjectRef& gone) {
    if (gone.kind == "Pod") counts_.Forget(gone.namespace_name, gone.name);
    if (gone.kind != kKind) return;
    kept_.Forget(gone.namespace_name, gone.name);
    stores_.Forget(gone.namespace_name, gone.name);
  }

  // An earlier plan's store may have failed, after which the state is kept here alone and no plan asks for it again.
  void StoreAgain(const WorkKey& key) {
    const LeaderWorkerSet* set = key.kind == WorkKey::Kind::kSet ? fleet_.ObserveSet(key.namespace_name, key.name).set
                                                                 : fleet_.ObservePod(key.namespace_name, key.name).set;
    if (set != nullptr && stores_.IsMissing(*set)) stores_.Store(key, *set, kept_.SaveOf(*set));
  }

  void Start(const WorkKey& key, const Action& action, absl::Time now, WriteDone done) {
    own_writes_.Starts(action.target);
    writers_.emplace(action.target, key);
    host_.Start(action, now,
                [this, key, &action, done = std::move(done)](const absl::StatusOr<WriteAnswer>& answer, absl::Time at) {
                  const bool makes = action.verb == Verb::kCreate || action.verb == Verb::kApply;
                  if (makes && answer.ok()) made_.Wrote(action.target, answer->uid, OwnerUidOf(*answer), at);
                  done(TakeIn(key, action, answer), at);
                });
  }

  // Takes an answer into the view; what is left to wait for goes on to the controller.
  absl::StatusOr<WriteAnswer> TakeIn(const WorkKey& key, const Action& action,
                                     const absl::StatusOr<WriteAnswer>& answer) {
    writers_.erase(action.target);
    if (!answer.ok()) {
      own_writes_.Failed(action.target);
      return answer;
    }
    if (answer->gone) {
      const std::string& uid = answer->uid.empty() ? action.uid : answer->uid;
      if (!own_writes_.WroteGone(action.target, uid)) return WriteAnswer();
      Remove(action.target);
      due_.Take(&key);
      return WriteAnswer();
    }
    if (answer->object == nullptr) {
      own_writes_.Failed(action.target);
      return answer;
    }
    absl::StatusOr<ToldObject> told = ReadToldObject(*answer->object);
    if (!told.ok()) {
      own_writes_.Failed(action.target);
      return told.status();
    }
    if (!own_writes_.Wrote(action.target, told->mark.uid, told->mark.resource_version)) return WriteAnswer();
    Add(*std::move(told));
    due_.Take(&key);
    return WriteAnswer();
  }

  FleetCluster& host_;
  const PolicySource policies_;
  Fleet fleet_;
  KeptState kept_;
  RestartCounts counts_;
  OwnWrites own_writes_;
  std::map<ObjectRef, WorkKey> writers_;
  Recreations made_;
  absl::Time last_run_ = absl::InfinitePast();
  Stores stores_;
  GroupMembers members_;  // of the present observation
  bool is_listing_sets_ = false;
  KnownPast past_;
  Controller controller_;
  DueKeys due_;
};

FleetCluster::FleetCluster(ControllerOptions options)
    : reader_(std::make_unique<internal::ToldReader>()), view_(std::make_unique<View>(this, std::move(options))) {}
FleetCluster::~FleetCluster() = default;

absl::StatusOr<WriteAnswer> FleetCluster::Perform(const Action& action) {
  return absl::UnimplementedError(absl::StrCat("the host does not perform ", VerbName(action.verb)));
}

bool FleetCluster::StoreKept(const LeaderWorkerSet& set, std::string bytes, StoreDone done) { return true; }

void FleetCluster::Start(const Action& action, absl::Time now, WriteDone done) { done(Perform(action), now); }

absl::Status FleetCluster::Tell(const Json& object) {
  absl::StatusOr<ToldObject> told = internal::ReadToldObject(object);
  if (told.ok()) view_->Tell(*std::move(told));
  return told.status();
}

absl::Status FleetCluster::TellGone(const Json& object) {
  const absl::StatusOr<ObjectMark> mark = internal::ReadToldMark(object);
  if (mark.ok()) view_->TellGone(*mark);
  return mark.status();
}

absl::StatusOr<std::string> FleetCluster::Tell(ObjectKind kind, absl::string_view text) {
  absl::StatusOr<ToldObject> told = reader_->Read(kind, text);
  if (!told.ok()) return told.status();
  std::string version = told->mark.resource_version;
  view_->Tell(*std::move(told));
  return version;
}

absl::StatusOr<std::string> FleetCluster::TellGone(ObjectKind kind, absl::string_view text) {
  const absl::StatusOr<Json> object = internal::ReadToldDocument(kind, text);
  if (!object.ok()) return object.status();
  const absl::StatusOr<ObjectMark> mark = internal::ReadToldMark(*object);
  if (!mark.ok()) return mark.status();
  view_->TellGone(*mark);
  return mark->resource_version;
}

void FleetCluster::BeginRelist(absl::string_view kind) { view_->BeginRelist(kind); }
void FleetCluster::EndRelist(absl::string_view kind, absl::string_view resource_version) {
  view_->EndRelist(kind, resource_version);
}

int FleetCluster::RunDue(absl::Time now) { return view_->RunDue(now); }
std::optional<absl::Time> FleetCluster::NextDue() const { return view_->NextDue(); }

void FleetCluster::BeginPast() { view_->BeginPast(); }
void FleetCluster::EndPast(const std::vector<PendingKey>& left) { view_->EndPast(left); }
void FleetCluster::AbandonPast() { view_->AbandonPast(); }
std::vector<PendingKey> FleetCluster::Pending() const { return view_->Pending(); }

std::string FleetCluster::SaveKept() const { return view_->kept().Save(); }
absl::Status FleetCluster::LoadKept(absl::string_view bytes) {
  absl::StatusOr<KeptState> kept = KeptState::Load(bytes);
  if (kept.ok()) view_->kept() = *std::move(kept);
  return kept.status();
}

absl::Status FleetCluster::AddKept(absl::string_view bytes) { return view_->AddKept(bytes); }

Fleet& FleetCluster::fleet() { return view_->fleet(); }
const KeptState& FleetCluster::kept() const { return view_->kept(); }

}  // namespace lws
