#include "lws/adapters/simulation/kubernetes/statefulset_controller.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/label_match.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/pod_name.h"
#include "lws/api/revision_key.h"
#include "lws/api/statefulset_pod.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

// An empty object when there is none.
template <typename Object>
const Json& MapAt(const Object& object, std::initializer_list<absl::string_view> path) {
  static const Json& none = *new Json(Json::object());
  const Json& field = StoredFieldAt(object, path);
  return field.is_object() ? field : none;
}

template <typename Object>
int64_t NumberAt(const Object& object, std::initializer_list<absl::string_view> path, int64_t otherwise) {
  const Json& field = StoredFieldAt(object, path);
  return field.is_number_integer() ? field.get<int64_t>() : otherwise;
}

// Lists of initializers would copy every value.
Json ControllerReference(const StoredObject& owner, const char* api_version) {
  Json reference = Json::object();
  reference["apiVersion"] = api_version;
  reference["kind"] = owner["kind"];
  reference["name"] = owner.meta().key.name;
  reference["uid"] = owner.meta().uid;
  reference["controller"] = true;
  reference["blockOwnerDeletion"] = true;
  return reference;
}

// The ControllerRevision of the StatefulSet's present template.
Json RevisionOf(const StoredObject& set, const std::string& name, int64_t number) {
  Json revision = Json::object();
  revision["apiVersion"] = "apps/v1";
  revision["kind"] = "ControllerRevision";
  Json& metadata = revision["metadata"];
  metadata["name"] = name;
  metadata["namespace"] = set.meta().key.namespace_name;
  Json& labels = metadata["labels"] = MapAt(set, {"spec", "selector", "matchLabels"});
  labels[internal::kPodRevisionLabel] = name;
  metadata["ownerReferences"].push_back(ControllerReference(set, "apps/v1"));
  revision["data"]["spec"]["template"] = StoredFieldAt(set, {"spec", "template"});
  revision["revision"] = number;
  return revision;
}

// nullopt for a pod that no StatefulSet controls.
std::optional<PlaceOfPod> PlaceOf(const StoredObject& pod) {
  const Json* controller = pod.meta().controller;
  if (controller == nullptr || StoredTextAt(*controller, {"kind"}) != "StatefulSet") return std::nullopt;
  const std::optional<PodName> name = ParsePodName(pod.meta().key.name);
  if (!name.has_value() || StoredTextAt(*controller, {"name"}) != name->parent) return std::nullopt;
  return PlaceOfPod{
      &StoredTextAt(*controller, {"uid"}), {"StatefulSet", pod.meta().key.namespace_name, name->parent}, name->ordinal};
}

}  // namespace

struct StatefulSetController::Pass {
  SharedObject live;
  const StoredObject& set;
  const WantedPods& wanted;
  // As it is, also while the pass makes and deletes some.
  const StatefulSetPods& pods;
  std::string uid;
  std::string name;
  std::string namespace_name;
  std::set<int64_t> replaced;                      // deleted by this pass, and made again by the next
  std::map<std::string, SharedObject>& revisions;  // by name
  std::string current_revision;
};

StatefulSetController::StatefulSetController(ApiServer* server, StatefulSetControllerOptions options)
    : server_(server), options_(options) {
  server_->Subscribe([this](const ObjectChange& change) { OnChange(change); });
}

void StatefulSetController::OnChange(const ObjectChange& change) {
  if (change.key.kind == "StatefulSet") {
    if (change.after != nullptr) {
      due_.insert(change.key);
    } else {
      Forget(UidOfStored(*change.before));
    }
    return;
  }
  if (change.key.kind == "ControllerRevision") OnRevisionChange(change);
  if (change.key.kind != "Pod") return;
  OnPodChange(change);
  const StoredObject& pod = change.after != nullptr ? *change.after : *change.before;
  for (const Json& owner : OwnersOfStored(pod)) {
    if (StoredTextAt(owner, {"kind"}) == "StatefulSet") {
      due_.insert({"StatefulSet", change.key.namespace_name, StoredTextAt(owner, {"name"})});
    }
  }
}

// The StatefulSet is gone. Its last pods may go after it.
void StatefulSetController::Forget(const std::string& uid) {
  wanted_.erase(uid);
  revisions_.erase(uid);
  const auto found = pods_.find(uid);
  if (found != pods_.end() && found->second.pods().empty()) pods_.erase(found);
}

// Keeps what is read of pods. A StatefulSet's selector never changes.
void StatefulSetController::OnPodChange(const ObjectChange& change) {
  const bool has_same_labels =
      change.before != nullptr && change.after != nullptr && change.after->SharesWith(*change.before, "metadata");
  const std::optional<PlaceOfPod> before = change.before == nullptr ? std::nullopt : PlaceOf(*change.before);
  const std::optional<PlaceOfPod> place = has_same_labels           ? before
                                          : change.after == nullptr ? std::nullopt
                                                                    : PlaceOf(*change.after);
  const bool is_selected = place.has_value() && Selects(*place, *change.after, has_same_labels);
  const bool stays =
      before.has_value() && is_selected && *before->uid == *place->uid && before->ordinal == place->ordinal;
  if (before.has_value() && !stays) {
    const auto found = pods_.find(*before->uid);
    if (found != pods_.end()) found->second.Erase(before->ordinal);
    if (wanted_.count(*before->uid) == 0) Forget(*before->uid);
  }
  if (is_selected) pods_[*place->uid].Put(place->ordinal, ReadStatefulSetPod(change.key, change.after));
}

// Whether the StatefulSet of the pod's place selects it. `has_same_labels`: since its last change.
bool StatefulSetController::Selects(const PlaceOfPod& place, const StoredObject& pod, bool has_same_labels) const {
  const SharedObject set = server_->Find(place.statefulset);
  if (set == nullptr) return false;
  const auto known = pods_.find(*place.uid);
  const bool is_known = has_same_labels && known != pods_.end() && known->second.pods().count(place.ordinal) > 0 &&
                        UidOfStored(*set) == *place.uid;
  return is_known ||
         LabelSelectorMatches(StoredFieldAt(*set, {"spec", "selector"}), MapAt(pod, {"metadata", "labels"}));
}

// Keeps the revisions that a StatefulSet controls.
void StatefulSetController::OnRevisionChange(const ObjectChange& change) {
  if (change.before != nullptr) {
    const Json* controller = change.before->meta().controller;
    const auto found = controller == nullptr ? revisions_.end() : revisions_.find(StoredTextAt(*controller, {"uid"}));
    if (found != revisions_.end()) found->second.erase(change.key.name);
    if (found != revisions_.end() && found->second.empty() && change.after == nullptr) revisions_.erase(found);
  }
  const Json* controller = change.after == nullptr ? nullptr : change.after->meta().controller;
  const bool is_own = controller != nullptr && StoredTextAt(*controller, {"kind"}) == "StatefulSet";
  if (is_own) revisions_[StoredTextAt(*controller, {"uid"})][change.key.name] = change.after;
}

bool StatefulSetController::Step() {
  if (due_.empty()) return false;
  const ObjectRef key = *due_.begin();
  due_.erase(due_.begin());
  Sync(key);
  return true;
}

const WantedPods& StatefulSetController::WantedOf(const SharedObject& set) {
  WantedPods& wanted = wanted_[UidOfStored(*set)];
  const bool is_known = wanted.read_of != nullptr && wanted.read_of->meta().generation == set->meta().generation;
  if (is_known) return wanted;
  const Json& spec = (*set)["spec"];
  wanted.start = NumberAt(spec, {"ordinals", "start"}, 0);
  wanted.replicas = NumberAt(spec, {"replicas"}, 1);
  wanted.partition = NumberAt(spec, {"updateStrategy", "rollingUpdate", "partition"}, 0);
  wanted.ordered = StoredTextAt(spec, {"podManagementPolicy"}) != "Parallel";
  wanted.rolling = StoredTextAt(spec, {"updateStrategy", "type"}) == "RollingUpdate";
  if (options_.max_unavailable) {
    wanted.max_unavailable = NumberAt(spec, {"updateStrategy", "rollingUpdate", "maxUnavailable"}, 1);
  }
  const Json& pod_template = StoredFieldAt(spec, {"template"});
  const bool has_same_template =
      wanted.read_of != nullptr && StoredFieldAt(*wanted.read_of, {"spec", "template"}) == pod_template;
  if (!has_same_template) {
    wanted.revision = absl::StrCat(set->meta().key.name, "-", RevisionKey(pod_template.dump()));
  }
  wanted.read_of = set;
  return wanted;
}

void StatefulSetController::FindRevisions(Pass* pass) {
  int64_t highest = 0;
  for (const auto& [name, revision] : pass->revisions) {
    highest = std::max(highest, NumberAt(*revision, {"revision"}, 0));
  }
  const std::string& name = pass->wanted.revision;
  const auto found = pass->revisions.find(name);
  if (found == pass->revisions.end()) {
    // What the server takes is kept by now.
    if (!server_->Create(RevisionOf(pass->set, name, highest + 1)).ok()) {
      pass->revisions.emplace(name, std::make_shared<const StoredObject>(RevisionOf(pass->set, name, highest + 1)));
    }
  } else if (NumberAt(*found->second, {"revision"}, 0) < highest) {
    // A template that comes back is the newest again.
    StoredObject revision = *found->second;
    revision.Set("revision", highest + 1);
    server_->Update(std::move(revision)).IgnoreError();
  }
  const std::string& current = StoredTextAt(pass->set, {"status", "currentRevision"});
  pass->current_revision = pass->revisions.count(current) > 0 ? current : name;
}

// The revision from which a pod is made now.
std::string StatefulSetController::RevisionFor(const Pass& pass, int64_t ordinal) const {
  const bool kept = pass.wanted.rolling && ordinal < pass.wanted.start + pass.wanted.partition;
  return kept ? pass.current_revision : pass.wanted.revision;
}

void StatefulSetController::RecordFailure(const Pass& pass, const std::string& tried, const absl::Status& status) {
  if (!options_.on_event || absl::IsAlreadyExists(status)) return;
  options_.on_event(
      {{"StatefulSet", pass.namespace_name, pass.name},
       true,
       "FailedCreate",
       absl::StrCat("Create ", tried, " in StatefulSet ", pass.name, " failed error: ", status.message())});
}

// An existing claim is used again.
absl::Status StatefulSetController::CreateClaims(const Pass& pass, const std::string& pod_name) {
  if (StoredFieldAt(pass.set, {"spec", "volumeClaimTemplates"}).empty()) return absl::OkStatus();
  for (Json& claim : internal::StatefulSetClaims(*pass.live->Document(), pod_name)) {
    const std::string name = claim["metadata"].value("name", "");
    const absl::Status status = server_->Create(std::move(claim)).status();
    if (status.ok() || absl::IsAlreadyExists(status)) continue;
    RecordFailure(pass, absl::StrCat("Claim ", name, " for Pod ", pod_name), status);
    return absl::Status(status.code(), absl::StrCat("failed to create PVC ", name, ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::Status StatefulSetController::CreatePod(const Pass& pass, int64_t ordinal) {
  const std::string name = absl::StrCat(pass.name, "-", ordinal);
  absl::Status status = CreateClaims(pass, name);
  // Pods of a former StatefulSet of that name may not be gone yet.
  const bool is_taken = status.ok() && server_->Find({"Pod", pass.namespace_name, name}) != nullptr;
  if (is_taken)
    return absl::AlreadyExistsError(absl::StrCat("Pod ", pass.namespace_name, "/", name, " already exists"));
  const std::string revision = RevisionFor(pass, ordinal);
  const Json& pod_template = (*pass.revisions.at(revision))["data"]["spec"]["template"];
  Json pod = internal::StatefulSetPod(pass.set["metadata"], pass.set["spec"], pod_template, ordinal, revision);
  if (status.ok()) status = server_->Create(std::move(pod)).status();
  if (!status.ok()) RecordFailure(pass, absl::StrCat("Pod ", name), status);
  return status;
}

bool StatefulSetController::ReplaceFailed(Pass* pass) {
  const std::set<int64_t>& ended = pass->pods.ended();
  pass->replaced.insert(ended.lower_bound(pass->wanted.start), ended.lower_bound(pass->wanted.end()));
  for (const int64_t ordinal : pass->replaced) {
    server_->Delete(pass->pods.pods().at(ordinal).key, {}).IgnoreError();
    if (pass->wanted.ordered) return false;
  }
  return true;
}

bool StatefulSetController::Create(Pass* pass) {
  if (pass->wanted.ordered) return CreateNext(pass);
  for (const int64_t ordinal : pass->pods.Missing(pass->wanted.start, pass->wanted.end())) {
    server_->CountLooks(1);
    if (pass->replaced.count(ordinal) > 0) continue;
    if (!CreatePod(*pass, ordinal).ok()) return false;
  }
  return true;
}

// Creates at most one pod, when those before it are healthy.
bool StatefulSetController::CreateNext(Pass* pass) {
  const StatefulSetPods::ByOrdinal& pods = pass->pods.pods();
  auto next = pods.lower_bound(pass->wanted.start);
  for (int64_t ordinal = pass->wanted.start; ordinal < pass->wanted.end(); ++ordinal, ++next) {
    server_->CountLooks(1);
    if (next == pods.end() || next->first != ordinal) {
      CreatePod(*pass, ordinal).IgnoreError();
      return false;
    }
    if (!next->second.healthy()) return false;
  }
  return true;
}

void StatefulSetController::DeleteSurplus(const Pass& pass, const SeenPod& pod) {
  const Json& spec = pass.set["spec"];
  const bool claims_go = StoredTextAt(spec, {"persistentVolumeClaimRetentionPolicy", "whenScaled"}) == "Delete";
  for (const Json& claim_template : StoredFieldAt(spec, {"volumeClaimTemplates"})) {
    const std::string name = absl::StrCat(StoredTextAt(claim_template, {"metadata", "name"}), "-", pod.key.name);
    const SharedObject live = server_->Find({"PersistentVolumeClaim", pass.namespace_name, name});
    if (!claims_go || live == nullptr) continue;
    StoredObject claim = *live;
    claim.Edit("metadata")["ownerReferences"] = Json::array({ControllerReference(*pod.pod, "v1")});
    server_->Update(std::move(claim)).IgnoreError();
  }
  server_->Delete(pod.key, {}).IgnoreError();
}

// Deletes the pods above the wanted ones, and below the start, from the highest ordinal down.
bool StatefulSetController::ScaleDown(const Pass& pass) {
  const StatefulSetPods::ByOrdinal& pods = pass.pods.pods();
  std::vector<SeenPod> surplus;
  for (auto it = pods.rbegin(); it != pods.rend() && it->first >= pass.wanted.end(); ++it) {
    surplus.push_back(it->second);
  }
  const auto first = pods.lower_bound(pass.wanted.start);
  for (auto it = std::make_reverse_iterator(first); it != pods.rend(); ++it) surplus.push_back(it->second);
  for (const SeenPod& pod : surplus) {
    if (!pod.deleting) DeleteSurplus(pass, pod);
    if (pass.wanted.ordered) return false;
  }
  return true;
}

// Deletes pods of other revisions, from the highest ordinal down to the partition.
void StatefulSetController::RollingUpdate(const Pass& pass) {
  const WantedPods& wanted = pass.wanted;
  // Nothing is surplus here but pods that are being deleted: all that are healthy are wanted.
  int64_t budget = wanted.max_unavailable - (wanted.replicas - pass.pods.healthy());
  if (options_.max_unavailable && budget <= 0) return;
  // Pods that are down count against the budget, and against themselves too: enough of them stop the update.
  const std::vector<int64_t> due = pass.pods.StayingOthers(wanted.revision, wanted.start + wanted.partition,
                                                           wanted.end(), options_.max_unavailable ? budget : 1);
  const bool waits =
      !options_.max_unavailable && !due.empty() && pass.pods.IsAnyUnhealthy(due.front() + 1, wanted.end());
  if (waits) return;
  std::vector<ObjectRef> keys;
  for (const int64_t ordinal : due) keys.push_back(pass.pods.pods().at(ordinal).key);
  for (const ObjectRef& key : keys) server_->Delete(key, {}).IgnoreError();
}

// Writes the status from the state of the pods after the pass.
void StatefulSetController::UpdateStatus(const Pass& pass) {
  const int64_t ready = pass.pods.ready();
  int64_t current = pass.pods.Staying(pass.current_revision);
  const int64_t updated = pass.pods.Staying(pass.wanted.revision);
  const auto replicas = static_cast<int64_t>(pass.pods.pods().size());
  const int64_t generation = pass.set.meta().generation;
  const bool is_updated = pass.wanted.rolling && updated == replicas && ready == replicas;
  if (is_updated) current = updated;
  const std::string& revision = is_updated ? pass.wanted.revision : pass.current_revision;
  const Json& told = StoredFieldAt(pass.set, {"status"});
  const bool is_same =
      NumberAt(told, {"replicas"}, -1) == replicas && NumberAt(told, {"availableReplicas"}, -1) == ready &&
      NumberAt(told, {"readyReplicas"}, 0) == ready && NumberAt(told, {"currentReplicas"}, 0) == current &&
      NumberAt(told, {"updatedReplicas"}, 0) == updated && NumberAt(told, {"observedGeneration"}, -1) == generation &&
      StoredTextAt(told, {"currentRevision"}) == revision &&
      StoredTextAt(told, {"updateRevision"}) == pass.wanted.revision;
  if (is_same) return;
  Json status = Json::object();
  status["replicas"] = replicas;
  status["availableReplicas"] = ready;
  status["currentRevision"] = revision;
  status["updateRevision"] = pass.wanted.revision;
  status["collisionCount"] = 0;
  status["observedGeneration"] = generation;
  if (ready > 0) status["readyReplicas"] = ready;
  if (current > 0) status["currentReplicas"] = current;
  if (updated > 0) status["updatedReplicas"] = updated;
  const SharedObject live = server_->Find({"StatefulSet", pass.namespace_name, pass.name});
  if (live == nullptr) return;
  StoredObject next = *live;
  next.Set("status", std::move(status));
  server_->UpdateStatus(next).IgnoreError();
}

void StatefulSetController::TruncateRevisions(const Pass& pass) {
  const size_t limit = pass.set["spec"].value("revisionHistoryLimit", 10);
  if (pass.revisions.size() <= limit) return;
  std::map<int64_t, const StoredObject*> history;
  for (const auto& [name, revision] : pass.revisions) {
    const bool is_live =
        name == pass.current_revision || name == pass.wanted.revision || pass.pods.revisions().count(name) > 0;
    if (!is_live) history[NumberAt(*revision, {"revision"}, 0)] = revision.get();
  }
  size_t surplus = history.size() > limit ? history.size() - limit : 0;
  for (const auto& [number, revision] : history) {
    if (surplus-- == 0) return;
    server_->Delete(StoredObjectRef(*revision), {}).IgnoreError();
  }
}

void StatefulSetController::Sync(const ObjectRef& key) {
  const SharedObject live = server_->Find(key);
  if (live == nullptr) return;
  const std::string& uid = UidOfStored(*live);
  server_->CountLooks(1);
  Pass pass{live, *live, WantedOf(live), pods_[uid], uid, key.name, key.namespace_name, {}, revisions_[uid], ""};
  FindRevisions(&pass);
  if (!IsStoredDeleting(pass.set) && ReplaceFailed(&pass) && Create(&pass) && ScaleDown(pass) && pass.wanted.rolling) {
    RollingUpdate(pass);
  }
  UpdateStatus(pass);
  TruncateRevisions(pass);
}

}  // namespace lws::simulation
