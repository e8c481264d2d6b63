#include "lws/adapters/simulation/kubernetes/statefulset_controller.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/label_match.h"
#include "lws/api/pod_name.h"
#include "lws/api/revision_key.h"
#include "lws/api/statefulset_pod.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

bool IsDeleting(const Json& object) { return object["metadata"].contains("deletionTimestamp"); }

std::string Phase(const Json& pod) { return pod.value("/status/phase"_json_pointer, ""); }

bool IsReady(const Json& pod) {
  const auto conditions = pod["status"].find("conditions");
  if (conditions == pod["status"].end()) return false;
  for (const Json& condition : *conditions) {
    if (condition.value("type", "") == "Ready")
      return Phase(pod) == "Running" && condition.value("status", "") == "True";
  }
  return false;
}

std::string RevisionOf(const Json& pod) { return pod["metadata"]["labels"].value(internal::kPodRevisionLabel, ""); }

Json ControllerReference(const Json& owner, const char* api_version) {
  return {{"apiVersion", api_version},       {"kind", owner["kind"]}, {"name", owner["metadata"]["name"]},
          {"uid", owner["metadata"]["uid"]}, {"controller", true},    {"blockOwnerDeletion", true}};
}

// Returns null when there is none.
const Json* ControllerOf(const Json& object) {
  const Json& metadata = object["metadata"];
  const auto owners = metadata.find("ownerReferences");
  if (owners == metadata.end()) return nullptr;
  for (const Json& owner : *owners) {
    if (owner.value("controller", false)) return &owner;
  }
  return nullptr;
}

bool IsControlledBy(const Json& object, const std::string& uid) {
  const Json* controller = ControllerOf(object);
  return controller != nullptr && controller->value("uid", "") == uid;
}

// A pod's place in the StatefulSet that controls it.
struct PlaceOfPod {
  std::string uid;  // the StatefulSet's UID
  ObjectKey statefulset;
  int64_t ordinal = 0;
};

std::optional<PlaceOfPod> PlaceOf(const Json& pod) {
  const Json* controller = ControllerOf(pod);
  const Json& metadata = pod["metadata"];
  const std::optional<PodName> name = ParsePodName(metadata.value("name", ""));
  if (controller == nullptr || controller->value("kind", "") != "StatefulSet" || !name.has_value()) return std::nullopt;
  if (controller->value("name", "") != name->parent) return std::nullopt;
  return PlaceOfPod{
      controller->value("uid", ""), {"StatefulSet", metadata.value("namespace", ""), name->parent}, name->ordinal};
}

}  // namespace

struct StatefulSetController::SeenPod {
  ObjectKey key;
  SharedJson pod;
  std::string revision;
  bool deleting = false;
  bool ended = false;  // Failed or Succeeded
  bool ready = false;

  bool healthy() const { return ready && !deleting; }
};

struct StatefulSetController::Pass {
  Json set;
  std::string uid;
  std::string name;
  std::string namespace_name;
  int64_t start = 0;
  int64_t replicas = 0;
  int64_t partition = 0;
  int64_t max_unavailable = 1;
  bool ordered = false;
  bool rolling = false;
  std::string current_revision;
  std::string update_revision;
  SeenPods pods;                          // the wanted pods
  SeenPods condemned;                     // pods above or below the wanted ordinals
  std::map<std::string, Json> revisions;  // by name
};

StatefulSetController::StatefulSetController(ApiServer* server, StatefulSetControllerOptions options)
    : server_(server), options_(options) {
  server_->Subscribe([this](const Change& change) { OnChange(change); });
}

void StatefulSetController::OnChange(const Change& change) {
  if (change.key.kind == "StatefulSet") {
    if (change.after != nullptr) due_.insert(change.key);
    return;
  }
  if (change.key.kind != "Pod") return;
  OnPodChange(change);
  const Json& pod = change.after != nullptr ? *change.after : *change.before;
  for (const Json& owner : pod["metadata"].value("ownerReferences", Json::array())) {
    if (owner.value("kind", "") == "StatefulSet") {
      due_.insert({"StatefulSet", change.key.namespace_name, owner.value("name", "")});
    }
  }
}

// Keeps the fields of pods that passes read. This relies on StatefulSets' selectors never changing.
void StatefulSetController::OnPodChange(const Change& change) {
  if (change.before != nullptr) {
    const std::optional<PlaceOfPod> place = PlaceOf(*change.before);
    if (place.has_value()) pods_[place->uid].erase(place->ordinal);
  }
  const std::optional<PlaceOfPod> place = change.after == nullptr ? std::nullopt : PlaceOf(*change.after);
  const SharedJson set = place.has_value() ? server_->Get(place->statefulset) : nullptr;
  if (set == nullptr) return;
  const Json& pod = *change.after;
  const Json selector = (*set)["spec"].value("selector", Json());
  if (!SelectorMatches(selector, pod["metadata"].value("labels", Json::object()))) return;
  auto seen = std::make_shared<SeenPod>();
  const std::string phase = Phase(pod);
  seen->key = change.key;
  seen->pod = change.after;
  seen->revision = RevisionOf(pod);
  seen->deleting = IsDeleting(pod);
  seen->ended = phase == "Failed" || phase == "Succeeded";
  seen->ready = IsReady(pod);
  pods_[place->uid][place->ordinal] = std::move(seen);
}

bool StatefulSetController::Step() {
  if (due_.empty()) return false;
  const ObjectKey key = *due_.begin();
  due_.erase(due_.begin());
  Sync(key);
  return true;
}

void StatefulSetController::ReadPods(Pass* pass) const {
  const auto found = pods_.find(pass->uid);
  if (found == pods_.end()) return;
  const SeenPods& pods = found->second;
  const auto first = pods.lower_bound(pass->start);
  const auto end = pods.lower_bound(pass->start + pass->replicas);
  pass->pods.insert(first, end);
  pass->condemned.insert(pods.begin(), first);
  pass->condemned.insert(end, pods.end());
}

void StatefulSetController::FindRevisions(Pass* pass) {
  const std::string data = pass->set["spec"]["template"].dump();
  int64_t highest = 0;
  for (const ObjectKey& key : server_->DependentsOf(pass->uid, "ControllerRevision")) {
    const SharedJson revision = server_->Get(key);
    if (revision == nullptr || !IsControlledBy(*revision, pass->uid)) continue;
    pass->revisions[(*revision)["metadata"]["name"].get<std::string>()] = *revision;
    highest = std::max(highest, revision->value("revision", int64_t{0}));
  }
  const std::string name = absl::StrCat(pass->name, "-", RevisionKey(data));
  const auto found = pass->revisions.find(name);
  if (found == pass->revisions.end()) {
    Json labels = pass->set["spec"]["selector"].value("matchLabels", Json::object());
    labels[internal::kPodRevisionLabel] = name;
    Json revision = {{"apiVersion", "apps/v1"},
                     {"kind", "ControllerRevision"},
                     {"metadata",
                      {{"name", name},
                       {"namespace", pass->namespace_name},
                       {"labels", labels},
                       {"ownerReferences", Json::array({ControllerReference(pass->set, "apps/v1")})}}},
                     {"data", {{"spec", {{"template", pass->set["spec"]["template"]}}}}},
                     {"revision", highest + 1}};
    server_->Create(revision).IgnoreError();
    pass->revisions[name] = revision;
  } else if (found->second.value("revision", int64_t{0}) < highest) {
    // When an older template comes back, its revision becomes the newest again.
    found->second["revision"] = highest + 1;
    server_->Update(found->second).IgnoreError();
  }
  pass->update_revision = name;
  const std::string current = pass->set["status"].value("currentRevision", "");
  pass->current_revision = pass->revisions.count(current) > 0 ? current : name;
}

// The revision from which a pod is made now.
std::string StatefulSetController::RevisionFor(const Pass& pass, int64_t ordinal) const {
  const bool kept = pass.rolling && ordinal < pass.start + pass.partition;
  return kept ? pass.current_revision : pass.update_revision;
}

void StatefulSetController::TellFailure(const Pass& pass, const std::string& tried, const absl::Status& status) {
  if (!options_.on_event || absl::IsAlreadyExists(status)) return;
  options_.on_event(
      {{"StatefulSet", pass.namespace_name, pass.name},
       true,
       "FailedCreate",
       absl::StrCat("Create ", tried, " in StatefulSet ", pass.name, " failed error: ", status.message())});
}

// An existing claim is used again.
absl::Status StatefulSetController::CreateClaims(const Pass& pass, const std::string& pod_name) {
  for (Json& claim : internal::StatefulSetClaims(pass.set, pod_name)) {
    const std::string name = claim["metadata"].value("name", "");
    const absl::Status status = server_->Create(std::move(claim)).status();
    if (status.ok() || absl::IsAlreadyExists(status)) continue;
    TellFailure(pass, absl::StrCat("Claim ", name, " for Pod ", pod_name), status);
    return absl::Status(status.code(), absl::StrCat("failed to create PVC ", name, ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::Status StatefulSetController::CreatePod(const Pass& pass, int64_t ordinal) {
  const std::string revision = RevisionFor(pass, ordinal);
  Json pod =
      internal::StatefulSetPod(pass.set, pass.revisions.at(revision)["data"]["spec"]["template"], ordinal, revision);
  const std::string name = pod["metadata"].value("name", "");
  absl::Status status = CreateClaims(pass, name);
  if (status.ok()) status = server_->Create(std::move(pod)).status();
  if (!status.ok()) TellFailure(pass, absl::StrCat("Pod ", name), status);
  return status;
}

bool StatefulSetController::ReplaceFailed(Pass* pass) {
  for (const auto& [ordinal, pod] : pass->pods) {
    if (pod->deleting || !pod->ended) continue;
    server_->Delete(pod->key, {}).IgnoreError();
    if (pass->ordered) return false;
  }
  return true;
}

bool StatefulSetController::Create(Pass* pass) {
  for (int64_t ordinal = pass->start; ordinal < pass->start + pass->replicas; ++ordinal) {
    const auto found = pass->pods.find(ordinal);
    if (found == pass->pods.end()) {
      if (!CreatePod(*pass, ordinal).ok()) return false;
      const SeenPods& seen = pods_[pass->uid];  // including the new pod
      if (const auto made = seen.find(ordinal); made != seen.end()) pass->pods.insert(*made);
      if (pass->ordered) return false;
      continue;
    }
    if (pass->ordered && !found->second->healthy()) return false;
  }
  return true;
}

bool StatefulSetController::ScaleDown(Pass* pass) {
  const bool claims_go = pass->set["spec"]["persistentVolumeClaimRetentionPolicy"].value("whenScaled", "") == "Delete";
  for (auto it = pass->condemned.rbegin(); it != pass->condemned.rend(); ++it) {
    const Json& pod = *it->second->pod;
    if (it->second->deleting) {
      if (pass->ordered) return false;
      continue;
    }
    for (const Json& claim_template : pass->set["spec"].value("volumeClaimTemplates", Json::array())) {
      const std::string name =
          absl::StrCat(claim_template["metadata"].value("name", ""), "-", pod["metadata"]["name"].get<std::string>());
      const SharedJson live = server_->Get({"PersistentVolumeClaim", pass->namespace_name, name});
      if (!claims_go || live == nullptr) continue;
      Json claim = *live;
      claim["metadata"]["ownerReferences"] = Json::array({ControllerReference(pod, "v1")});
      server_->Update(std::move(claim)).IgnoreError();
    }
    server_->Delete(it->second->key, {}).IgnoreError();
    if (pass->ordered) return false;
  }
  return true;
}

void StatefulSetController::RollingUpdate(Pass* pass) {
  int64_t unavailable = pass->replicas;
  for (const auto& [ordinal, pod] : pass->pods) unavailable -= pod->healthy();
  int64_t budget = pass->max_unavailable - unavailable;
  for (auto it = pass->pods.rbegin(); it != pass->pods.rend() && it->first >= pass->start + pass->partition; ++it) {
    const SeenPod& pod = *it->second;
    const bool old = pod.revision != pass->update_revision;
    if (!options_.max_unavailable) {
      if (old && !pod.deleting) {
        server_->Delete(pod.key, {}).IgnoreError();
        return;
      }
      if (!pod.healthy()) return;
      continue;
    }
    if (!old || pod.deleting) continue;
    // As in Kubernetes, pods that are down use up the budget, and replacing such a pod uses up one more. So with
    // enough of them the update stops.
    if (budget-- <= 0) return;
    server_->Delete(pod.key, {}).IgnoreError();
  }
}

// Writes the status from the state of the pods after the pass.
void StatefulSetController::UpdateStatus(const Pass& pass) {
  int64_t ready = 0;
  int64_t current = 0;
  int64_t updated = 0;
  const SeenPods& pods = pods_[pass.uid];
  const int64_t replicas = static_cast<int64_t>(pods.size());
  for (const auto& [ordinal, pod] : pods) {
    ready += pod->ready;
    if (pod->deleting) continue;
    current += pod->revision == pass.current_revision;
    updated += pod->revision == pass.update_revision;
  }
  Json status = {{"replicas", replicas},
                 {"availableReplicas", ready},
                 {"currentRevision", pass.current_revision},
                 {"updateRevision", pass.update_revision},
                 {"collisionCount", 0},
                 {"observedGeneration", pass.set["metadata"].value("generation", int64_t{0})}};
  if (pass.rolling && updated == replicas && ready == replicas) {
    status["currentRevision"] = pass.update_revision;
    current = updated;
  }
  if (ready > 0) status["readyReplicas"] = ready;
  if (current > 0) status["currentReplicas"] = current;
  if (updated > 0) status["updatedReplicas"] = updated;
  Json object = {{"kind", "StatefulSet"},
                 {"metadata", {{"name", pass.name}, {"namespace", pass.namespace_name}}},
                 {"status", std::move(status)}};
  server_->UpdateStatus(object).IgnoreError();
}

void StatefulSetController::TruncateRevisions(const Pass& pass) {
  std::set<std::string> live = {pass.current_revision, pass.update_revision};
  for (const auto& [ordinal, pod] : pass.pods) live.insert(pod->revision);
  for (const auto& [ordinal, pod] : pass.condemned) live.insert(pod->revision);
  std::map<int64_t, const Json*> history;
  for (const auto& [name, revision] : pass.revisions) {
    if (live.count(name) == 0) history[revision.value("revision", int64_t{0})] = &revision;
  }
  const size_t limit = pass.set["spec"].value("revisionHistoryLimit", 10);
  size_t surplus = history.size() > limit ? history.size() - limit : 0;
  for (const auto& [number, revision] : history) {
    if (surplus-- == 0) return;
    server_->Delete(KeyOf(*revision), {}).IgnoreError();
  }
}

void StatefulSetController::Sync(const ObjectKey& key) {
  const SharedJson live = server_->Get(key);
  if (live == nullptr) return;
  Pass pass;
  pass.set = *live;
  pass.uid = pass.set["metadata"].value("uid", "");
  pass.name = key.name;
  pass.namespace_name = key.namespace_name;
  const Json& spec = pass.set["spec"];
  pass.start = spec.value("/ordinals/start"_json_pointer, int64_t{0});
  pass.replicas = spec.value("replicas", int64_t{1});
  pass.partition = spec.value("/updateStrategy/rollingUpdate/partition"_json_pointer, int64_t{0});
  pass.ordered = spec.value("podManagementPolicy", "") != "Parallel";
  pass.rolling = spec.value("/updateStrategy/type"_json_pointer, "") == "RollingUpdate";
  if (options_.max_unavailable) {
    pass.max_unavailable = spec.value("/updateStrategy/rollingUpdate/maxUnavailable"_json_pointer, int64_t{1});
  }
  ReadPods(&pass);
  FindRevisions(&pass);
  if (!IsDeleting(pass.set) && ReplaceFailed(&pass) && Create(&pass) && ScaleDown(&pass) && pass.rolling) {
    RollingUpdate(&pass);
  }
  UpdateStatus(pass);
  TruncateRevisions(pass);
}

}  // namespace lws::simulation
