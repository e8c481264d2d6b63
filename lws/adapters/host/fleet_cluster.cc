#include "lws/adapters/host/fleet_cluster.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/adapters/host/own_writes.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/api/well_known.h"
#include "lws/core/observation.h"
#include "lws/core/pod/restart_policy.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::OwnWrites;
using internal::RestartCounts;

namespace {

// What tells an object and its age.
struct ObjectMark {
  ObjectRef ref;
  std::string uid;
  std::string resource_version;
};

// Empty where the object has no such text.
std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

absl::StatusOr<ObjectMark> MarkOf(const Json& object) {
  const bool has_metadata = object.is_object() && object.contains("metadata") && object["metadata"].is_object();
  if (!has_metadata) return absl::InvalidArgumentError("the object has no metadata");
  const Json& metadata = object["metadata"];
  ObjectMark mark;
  mark.ref = {TextOf(object, "kind"), TextOf(metadata, "namespace"), TextOf(metadata, "name")};
  mark.uid = TextOf(metadata, "uid");
  mark.resource_version = TextOf(metadata, "resourceVersion");
  if (mark.ref.kind.empty() || mark.ref.name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("an object has no kind or no metadata.name: kind \"", mark.ref.kind,
                                                   "\", namespace \"", mark.ref.namespace_name, "\", name \"",
                                                   mark.ref.name, "\""));
  }
  return mark;
}

}  // namespace

class FleetCluster::View final : public Cluster {
 public:
  View(FleetCluster* host, ControllerOptions options)
      : host_(*host), policies_(options.policies), controller_(this, std::move(options)) {}

  // Cluster:
  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) override {
    SetObservation observation = fleet_.ObserveSet(namespace_name, name);
    kept_.Fill(&observation, HasRestartPolicy(observation.set));
    return observation;
  }

  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) override {
    PodObservation observation = fleet_.ObservePod(namespace_name, name);
    if (observation.pod == nullptr || !HasRestartPolicy(observation.set)) return observation;
    kept_.Fill(&observation);
    members_ = counts_.MembersOf(observation);
    observation.members = &members_;
    return observation;
  }

  void Perform(const Action& action, absl::Time now, WriteDone done) override {
    own_writes_.Starts(action.target);
    host_.Start(
        action, now,
        [this, key = *controller_.acting(), &action, done = std::move(done)](
            const absl::StatusOr<WriteAnswer>& answer, absl::Time at) { done(TakeIn(key, action, answer), at); });
  }

  void Keep(absl::string_view namespace_name, absl::string_view name, const Plan& plan) override {
    if (plan.restart_memory != nullptr) return kept_.KeepOfPod(fleet_.ObservePod(namespace_name, name), plan);
    const SetObservation observation = fleet_.ObserveSet(namespace_name, name);
    if (observation.set != nullptr) kept_.KeepOfSet(*observation.set, plan);
  }

  void Record(const Event& event) override { host_.Record(event); }

  absl::Status Tell(const Json& object) {
    const absl::StatusOr<ObjectMark> mark = MarkOf(object);
    if (!mark.ok()) return mark.status();
    if (own_writes_.IsNews(mark->ref, mark->uid, mark->resource_version)) {
      absl::Status status = Add(object);
      if (!status.ok()) return status;
      const bool is_listed = mark->ref.kind == kKind && is_listing_sets_;
      if (is_listed) controller_.SetChanged(mark->ref.namespace_name, mark->ref.name);
      MakeDue(nullptr);
    } else {
      fleet_.KeepListed(mark->ref.kind, mark->ref.namespace_name, mark->ref.name);
    }
    controller_.Saw(mark->ref, mark->resource_version);
    return absl::OkStatus();
  }

  absl::Status TellGone(const Json& object) {
    const absl::StatusOr<ObjectMark> mark = MarkOf(object);
    if (!mark.ok()) return mark.status();
    if (own_writes_.IsNews(mark->ref, mark->uid, mark->resource_version, /*is_gone=*/true)) {
      Remove(mark->ref);
      MakeDue(nullptr);
    }
    controller_.Saw(mark->ref, mark->resource_version);
    return absl::OkStatus();
  }

  void BeginRelist(absl::string_view kind) {
    fleet_.BeginRelist(kind);
    if (kind == kKind) is_listing_sets_ = true;
  }

  void EndRelist(absl::string_view kind, absl::string_view resource_version) {
    for (const FleetName& gone : fleet_.EndRelist(kind)) {
      ForgetWith({std::string(kind), gone.namespace_name, gone.name});
    }
    if (kind == kKind) {
      is_listing_sets_ = false;
      // What was loaded may be of sets that this process never saw.
      kept_.ForgetAllBut([this](absl::string_view namespace_name, absl::string_view name) {
        return fleet_.ObserveSet(namespace_name, name).set != nullptr;
      });
    }
    own_writes_.Listed(kind, resource_version);
    MakeDue(nullptr);
    controller_.SawAll(kind, resource_version);
  }

  Controller& controller() { return controller_; }
  Fleet& fleet() { return fleet_; }
  KeptState& kept() { return kept_; }

 private:
  bool HasRestartPolicy(const LeaderWorkerSet* set) const {
    if (set == nullptr || !policies_) return false;
    const absl::StatusOr<SetPolicies> policies = policies_(*set);
    return policies.ok() && policies->restarts != nullptr;
  }

  absl::Status Add(const Json& object) {
    absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
    if (!observed.ok()) return observed.status();
    const auto* pod = std::get_if<ObservedPod>(&*observed);
    if (pod != nullptr && !pod->meta.set_name.empty() && (pod->restarted || pod->meta.terminating)) {
      absl::Status status = TellFailing(*pod, object);
      if (!status.ok()) return status;
    } else if (pod != nullptr) {
      counts_.Forget(pod->meta.namespace_name, pod->meta.name);
    }
    return fleet_.Add(object);
  }

  // A fleet keeps whether a pod fails; how often, and that it is looked at each time, is kept here.
  absl::Status TellFailing(const ObservedPod& pod, const Json& object) {
    if (pod.worker_index.has_value()) {
      const absl::StatusOr<GroupMember> member = ReadGroupMember(object);
      if (!member.ok()) return member.status();
      counts_.Tell(pod.meta.namespace_name, pod.meta.name, *member);
    }
    failing_ = {WorkKey::Kind::kPod, pod.meta.namespace_name, pod.meta.name};
    return absl::OkStatus();
  }

  void Remove(const ObjectRef& ref) {
    fleet_.Remove(ref.kind, ref.namespace_name, ref.name);
    ForgetWith(ref);
  }

  // What is kept beside the fleet.
  void ForgetWith(const ObjectRef& gone) {
    if (gone.kind == "Pod") counts_.Forget(gone.namespace_name, gone.name);
    if (gone.kind == kKind) kept_.Forget(gone.namespace_name, gone.name);
  }

  // Takes an answer into the view; what is left to wait for goes on to the controller.
  absl::StatusOr<WriteAnswer> TakeIn(const WorkKey& key, const Action& action,
                                     const absl::StatusOr<WriteAnswer>& answer) {
    if (!answer.ok()) {
      own_writes_.Failed(action.target);
      return answer;
    }
    if (answer->gone) {
      const std::string& uid = answer->uid.empty() ? action.uid : answer->uid;
      if (!own_writes_.WroteGone(action.target, uid)) return WriteAnswer();
      Remove(action.target);
      MakeDue(&key);
      return WriteAnswer();
    }
    if (answer->object == nullptr) {
      own_writes_.Failed(action.target);
      return answer;
    }
    const absl::StatusOr<ObjectMark> mark = MarkOf(*answer->object);
    if (!mark.ok()) {
      own_writes_.Failed(action.target);
      return mark.status();
    }
    if (!own_writes_.Wrote(action.target, mark->uid, mark->resource_version)) return WriteAnswer();
    absl::Status status = Add(*answer->object);
    if (!status.ok()) return status;
    MakeDue(&key);
    return WriteAnswer();
  }

  // `own` is the key whose write changed the view; null for news.
  void MakeDue(const WorkKey* own) {
    for (const FleetName& set : fleet_.TakeDueSets()) {
      Change({WorkKey::Kind::kSet, set.namespace_name, set.name}, own);
    }
    for (const FleetName& pod : fleet_.TakeDuePods()) {
      Change({WorkKey::Kind::kPod, pod.namespace_name, pod.name}, own);
    }
    if (failing_.has_value()) Change(*std::exchange(failing_, std::nullopt), own);
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

  FleetCluster& host_;
  const PolicySource policies_;
  Fleet fleet_;
  KeptState kept_;
  RestartCounts counts_;
  OwnWrites own_writes_;
  GroupMembers members_;  // of the present observation
  bool is_listing_sets_ = false;
  std::optional<WorkKey> failing_;  // the pod that was told last, if it fails
  Controller controller_;
};

FleetCluster::FleetCluster(ControllerOptions options) : view_(std::make_unique<View>(this, std::move(options))) {}
FleetCluster::~FleetCluster() = default;

absl::StatusOr<WriteAnswer> FleetCluster::Perform(const Action& action) {
  return absl::UnimplementedError(absl::StrCat("the host does not perform ", VerbName(action.verb)));
}

void FleetCluster::Start(const Action& action, absl::Time now, WriteDone done) { done(Perform(action), now); }

absl::Status FleetCluster::Tell(const Json& object) { return view_->Tell(object); }
absl::Status FleetCluster::TellGone(const Json& object) { return view_->TellGone(object); }
void FleetCluster::BeginRelist(absl::string_view kind) { view_->BeginRelist(kind); }
void FleetCluster::EndRelist(absl::string_view kind, absl::string_view resource_version) {
  view_->EndRelist(kind, resource_version);
}

int FleetCluster::RunDue(absl::Time now) { return view_->controller().RunDue(now); }
std::optional<absl::Time> FleetCluster::NextDue() const { return view_->controller().NextDue(); }

std::string FleetCluster::SaveKept() const { return view_->kept().Save(); }
absl::Status FleetCluster::LoadKept(absl::string_view bytes) {
  absl::StatusOr<KeptState> kept = KeptState::Load(bytes);
  if (kept.ok()) view_->kept() = *std::move(kept);
  return kept.status();
}

Fleet& FleetCluster::fleet() { return view_->fleet(); }
const KeptState& FleetCluster::kept() const { return view_->kept(); }

}  // namespace lws
