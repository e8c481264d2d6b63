#include "lws/adapters/simulation/kubernetes/kubelet.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

const std::string& NodeName(const StoredObject& pod) { return StoredTextAt(pod, {"spec", "nodeName"}); }
const std::string& Phase(const StoredObject& pod) { return StoredTextAt(pod, {"status", "phase"}); }

// Null when there is none.
const Json& First(const Json& list) {
  static const Json& none = *new Json();
  return list.is_array() && !list.empty() ? list.front() : none;
}

const std::string& Image(const StoredObject& pod) {
  return StoredTextAt(First(StoredFieldAt(pod, {"spec", "containers"})), {"image"});
}

const Json& FirstStatus(const StoredObject& pod) { return First(StoredFieldAt(pod, {"status", "containerStatuses"})); }

int64_t Restarts(const StoredObject& pod) {
  const Json& count = StoredFieldAt(FirstStatus(pod), {"restartCount"});
  return count.is_number_integer() ? count.get<int64_t>() : 0;
}

// Whether the kubelet reports this field of a pod's status. It keeps the others.
bool IsReported(absl::string_view field) {
  return field == "phase" || field == "conditions" || field == "containerStatuses";
}

bool IsReady(const StoredObject& pod) { return StoredFieldAt(FirstStatus(pod), {"ready"}) == true; }

}  // namespace

Kubelet::Kubelet(ApiServer* server, VirtualClock* clock, uint64_t seed, KubeletOptions options)
    : server_(server), clock_(clock), options_(std::move(options)), random_(seed) {
  server_->Subscribe([this](const ObjectChange& change) { OnChange(change); });
}

void Kubelet::OnChange(const ObjectChange& change) {
  if (change.key.kind != "Pod" || change.after == nullptr || NodeName(*change.after).empty()) return;
  const Life life(change.key, UidOfStored(*change.after));
  const bool bound = change.before == nullptr || NodeName(*change.before).empty();
  const bool deleted =
      IsStoredDeleting(*change.after) && (change.before == nullptr || !IsStoredDeleting(*change.before));
  if (deleted) {
    Later(life, Draw(options_.stop), [this](const Life& l) { Stop(l); });
  } else if (bound) {
    Pull(life);
  }
}

absl::Duration Kubelet::Draw(const DelayRange& range) {
  const int64_t least = absl::ToInt64Milliseconds(range.least);
  const int64_t most = absl::ToInt64Milliseconds(range.most);
  if (most <= least) return range.least;
  // The standard distributions are not used, because they differ between libraries.
  return absl::Milliseconds(least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1)));
}

SharedObject Kubelet::Alive(const Life& life) const {
  SharedObject pod = server_->Find(life.first);
  if (pod == nullptr || UidOfStored(*pod) != life.second) return nullptr;
  return lost_nodes_.count(NodeName(*pod)) > 0 ? nullptr : pod;
}

void Kubelet::Later(const Life& life, absl::Duration delay, std::function<void(const Life&)> next) {
  clock_->After(delay, [this, life, next = std::move(next)] {
    if (Alive(life) != nullptr) next(life);
  });
}

const ImageBehavior& Kubelet::Behavior(const StoredObject& pod) const {
  static const ImageBehavior& usual = *new ImageBehavior();
  const auto found = options_.images.find(Image(pod));
  return found == options_.images.end() ? usual : found->second;
}

void Kubelet::Pull(const Life& life) {
  const SharedObject pod = Alive(life);
  if (pod == nullptr) return;
  const ImageBehavior& image = Behavior(*pod);
  if (image.broken) {
    StoredObject next = *pod;
    next.Edit("status")["containerStatuses"] =
        Json::array({{{"name", StoredTextAt(First(StoredFieldAt(*pod, {"spec", "containers"})), {"name"})},
                      {"ready", false},
                      {"restartCount", 0},
                      {"state", {{"waiting", {{"reason", "ImagePullBackOff"}}}}}}});
    server_->UpdateStatus(next).IgnoreError();
    return;
  }
  const bool there = !pulled_.emplace(NodeName(*pod), Image(*pod)).second;
  const absl::Duration pull = there ? absl::ZeroDuration() : Draw(image.pull);
  Later(life, pull + Draw(options_.start), [this](const Life& l) { Start(l); });
}

void Kubelet::Start(const Life& life) {
  const SharedObject pod = Alive(life);
  if (IsStoredDeleting(*pod) || Phase(*pod) == "Failed") return;
  SetPodStatus(*pod, "Running", false, Restarts(*pod));
  if (Behavior(*pod).never_ready) return;
  Later(life, Draw(options_.ready), [this](const Life& l) { BecomeReady(l); });
}

void Kubelet::BecomeReady(const Life& life) {
  const SharedObject pod = Alive(life);
  if (!IsStoredDeleting(*pod) && Phase(*pod) == "Running") SetPodStatus(*pod, "Running", true, Restarts(*pod));
}

// Ends the life of a pod whose containers have ended: it is finished, and removed unless a finalizer holds it.
void Kubelet::Stop(const Life& life) {
  const SharedObject pod = Alive(life);
  SetPodStatus(*pod, "Succeeded", false, Restarts(*pod));
  DeleteOptions options;
  options.at_once = true;
  server_->Delete(life.first, options).IgnoreError();
}

// The status of the pod, with these values.
Json Kubelet::StatusOf(const StoredObject& pod, const char* phase, bool ready, int64_t restarts) const {
  // A map or a list of initializers would copy every value, and this is the most frequent write.
  Json status = Json::object();
  const Json& before = pod["status"];
  for (auto it = before.begin(); before.is_object() && it != before.end(); ++it) {
    if (!IsReported(it.key())) status[it.key()] = *it;
  }
  status["phase"] = phase;
  const std::string& now = server_->Timestamp();
  Json& conditions = status["conditions"] = Json::array();
  for (const char* type : {"Ready", "ContainersReady"}) {
    Json& condition = conditions.emplace_back(Json::object());
    condition["type"] = type;
    condition["status"] = ready ? "True" : "False";
    condition["lastTransitionTime"] = now;
  }
  Json& containers = status["containerStatuses"] = Json::array();
  for (const Json& container : StoredFieldAt(pod, {"spec", "containers"})) {
    Json& reported = containers.emplace_back(Json::object());
    reported["name"] = StoredTextAt(container, {"name"});
    reported["ready"] = ready;
    reported["restartCount"] = restarts;
  }
  return status;
}

void Kubelet::SetPodStatus(const StoredObject& pod, const char* phase, bool ready, int64_t restarts) {
  StoredObject next = pod;
  next.Share(SharedStatus(pod, phase, ready, restarts), "status");
  server_->UpdateStatus(next).IgnoreError();
}

const StoredObject& Kubelet::SharedStatus(const StoredObject& pod, const char* phase, bool ready, int64_t restarts) {
  const std::string& now = server_->Timestamp();
  if (reported_at_ != now) {
    reported_.clear();
    reported_at_ = now;
  }
  std::string values = absl::StrCat(phase, " ", ready, " ", restarts);
  for (const Json& container : StoredFieldAt(pod, {"spec", "containers"})) {
    absl::StrAppend(&values, "\n", StoredTextAt(container, {"name"}));
  }
  const Json& before = pod["status"];
  for (auto it = before.begin(); before.is_object() && it != before.end(); ++it) {
    if (!IsReported(it.key())) absl::StrAppend(&values, "\n", it.key(), ": ", it->dump());
  }
  const auto [reported, is_new] = reported_.try_emplace(std::move(values), Json::object());
  if (is_new) reported->second.Set("status", StatusOf(pod, phase, ready, restarts));
  return reported->second;
}

bool Kubelet::FailContainer(absl::string_view namespace_name, absl::string_view name) {
  const ObjectRef key{"Pod", std::string(namespace_name), std::string(name)};
  const SharedObject pod = server_->Find(key);
  if (pod == nullptr || Phase(*pod) != "Running" || IsStoredDeleting(*pod)) return false;
  const Life life(key, UidOfStored(*pod));
  if (Alive(life) == nullptr) return false;
  SetPodStatus(*pod, "Running", false, Restarts(*pod) + 1);
  const absl::Duration restart = Draw(options_.restart);  // in this order on every compiler
  Later(life, restart + Draw(options_.ready), [this](const Life& l) { BecomeReady(l); });
  return true;
}

bool Kubelet::EndPod(absl::string_view namespace_name, absl::string_view name) {
  const SharedObject pod = server_->Find({"Pod", std::string(namespace_name), std::string(name)});
  if (pod == nullptr || Phase(*pod) != "Running" || IsStoredDeleting(*pod)) return false;
  SetPodStatus(*pod, "Failed", false, Restarts(*pod));
  return true;
}

bool Kubelet::SetNodeReady(absl::string_view node, bool ready) {
  const SharedObject live = server_->Find({"Node", "", std::string(node)});
  if (live == nullptr) return false;
  StoredObject next = *live;
  next.Edit("status")["conditions"] = Json::array({{{"type", "Ready"}, {"status", ready ? "True" : "Unknown"}}});
  return server_->UpdateStatus(next).ok();
}

bool Kubelet::LoseNode(absl::string_view node) {
  if (!SetNodeReady(node, false)) return false;
  const std::string name(node);
  lost_nodes_.insert(name);
  for (const SharedObject& pod : server_->FindAll("Pod")) {
    if (NodeName(*pod) != name || Phase(*pod) != "Running") continue;
    SetPodStatus(*pod, "Running", false, Restarts(*pod));
  }
  clock_->After(options_.eviction, [this, name] { Evict(name); });
  return true;
}

void Kubelet::Evict(const std::string& node) {
  if (lost_nodes_.count(node) == 0) return;
  for (const SharedObject& pod : server_->FindAll("Pod")) {
    if (NodeName(*pod) == node) server_->Delete(StoredObjectRef(*pod), {}).IgnoreError();
  }
}

bool Kubelet::RecoverNode(absl::string_view node) {
  const std::string name(node);
  if (lost_nodes_.erase(name) == 0) return false;
  SetNodeReady(node, true);
  for (const SharedObject& pod : server_->FindAll("Pod")) {
    if (NodeName(*pod) != name) continue;
    const Life life(StoredObjectRef(*pod), UidOfStored(*pod));
    if (IsStoredDeleting(*pod)) {
      Later(life, Draw(options_.stop), [this](const Life& l) { Stop(l); });
    } else if (Phase(*pod) == "Running" && !IsReady(*pod)) {
      Later(life, Draw(options_.ready), [this](const Life& l) { BecomeReady(l); });
    } else if (Phase(*pod) == "Pending") {
      Pull(life);
    }
  }
  return true;
}

}  // namespace lws::simulation
