#include "lws/adapters/simulation/kubernetes/scheduler.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/label_match.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/placement/cluster_documents.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

const std::string& NodeName(const Json& pod) { return TextAt(pod, {"spec", "nodeName"}); }

bool IsFinished(const Json& pod) { return IsFinished(ReadPodPhase(TextAt(pod, {"status", "phase"}))); }

const Json& Terms(const Json& pod, const char* kind) {
  static const Json& none = *new Json(Json::array());
  const Json& terms = FieldAt(pod, {"spec", "affinity", kind, kRequired});
  return terms.is_array() ? terms : none;
}

const Json& Labels(const Json& object) {
  static const Json& none = *new Json(Json::object());
  const Json& labels = FieldAt(object, {"metadata", "labels"});
  return labels.is_object() ? labels : none;
}

// The domain of the node for a topology key; null outside of the topology.
const Json& Domain(const Json& node, const Json& term) {
  return FieldAt(Labels(node), {TextAt(term, {"topologyKey"})});
}

ResourceList Requests(const Json& pod) {
  ResourceList requests = PodRequests(pod["spec"], AbsentRequest::kIsLimit).value_or(ResourceList());
  requests["pods"] = *Quantity::Parse("1");
  return requests;
}

}  // namespace

Scheduler::Scheduler(ApiServer* server, NodeChooser chooser) : server_(server), chooser_(std::move(chooser)) {
  server_->Subscribe([this](const Change& change) { OnChange(change); });
}

void Scheduler::OnChange(const Change& change) {
  if (change.key.kind == "Node") OnNode(change);
  if (change.key.kind == "Pod") OnPod(change);
}

void Scheduler::OnNode(const Change& change) {
  due_.insert(waiting_.begin(), waiting_.end());
  waiting_.clear();
  if (change.after == nullptr) {
    const auto gone = nodes_.find(change.key.name);
    if (gone == nodes_.end()) return;
    by_load_.erase({gone->second.pods.size(), gone->first});
    nodes_.erase(gone);
    return;
  }
  NodeState& state = nodes_[change.key.name];
  by_load_.emplace(state.pods.size(), change.key.name);
  state.node = change.after;
  state.facts = ReadTopologyNode(*change.after).value_or(TopologyNode()).facts;
  state.free = ReadResourceList(FieldAt(*change.after, {"status", "allocatable"})).value_or(ResourceList());
  for (const ObjectKey& pod : state.pods) {
    const SharedJson live = server_->Get(pod);
    if (live != nullptr) AddResources(Requests(*live), -1, &state.free);
  }
}

void Scheduler::Place(const ObjectKey& key, const Json& pod, bool add) {
  const auto node = nodes_.find(NodeName(pod));
  if (node == nodes_.end()) return;
  const size_t load = node->second.pods.size();
  const bool changed = add ? node->second.pods.insert(key).second : node->second.pods.erase(key) > 0;
  if (!changed) return;
  by_load_.erase({load, node->first});
  by_load_.emplace(node->second.pods.size(), node->first);
  AddResources(Requests(pod), add ? -1 : 1, &node->second.free);
  if (add && !Terms(pod, "podAntiAffinity").empty()) guarded_pods_.emplace(key, node->first);
  if (!add) guarded_pods_.erase(key);
}

void Scheduler::OnPod(const Change& change) {
  const bool stays = change.before != nullptr && change.after != nullptr &&
                     NodeName(*change.before) == NodeName(*change.after) &&
                     IsFinished(*change.before) == IsFinished(*change.after);
  if (change.before != nullptr && !stays) Place(change.key, *change.before, false);
  if (change.after != nullptr && !stays && !IsFinished(*change.after)) Place(change.key, *change.after, true);
  const bool frees = change.after == nullptr || IsFinished(*change.after);
  const bool binds =
      change.after != nullptr && change.before != nullptr && NodeName(*change.before) != NodeName(*change.after);
  if (frees || binds) {
    due_.insert(waiting_.begin(), waiting_.end());
    waiting_.clear();
  }
  due_.erase(change.key);
  waiting_.erase(change.key);
  if (change.after != nullptr && NodeName(*change.after).empty() && change.type == ChangeType::kAdded) {
    due_.insert(change.key);
  }
}

// Whether some pod in the node's domain has the labels that the term demands.
bool Scheduler::TermHolds(const Json& term, const Json& pod, const Json& node) const {
  const Json domain = Domain(node, term);
  if (domain.is_null()) return false;
  const std::string namespace_name = pod["metadata"].value("namespace", "");
  for (const auto& [name, state] : nodes_) {
    if (Domain(*state.node, term) != domain) continue;
    for (const ObjectKey& key : state.pods) {
      if (key.namespace_name != namespace_name) continue;
      if (SelectorMatches(term.value("labelSelector", Json()), Labels(*server_->Get(key)))) return true;
    }
  }
  return false;
}

bool Scheduler::AnyPodMatches(const Json& term, const std::string& namespace_name) const {
  for (const auto& [name, state] : nodes_) {
    for (const ObjectKey& key : state.pods) {
      if (key.namespace_name == namespace_name &&
          SelectorMatches(term.value("labelSelector", Json()), Labels(*server_->Get(key)))) {
        return true;
      }
    }
  }
  return false;
}

std::string Scheduler::ExcludedByPods(const Json& pod, const NodeState& state) const {
  const std::string namespace_name = pod["metadata"].value("namespace", "");
  for (const Json& term : Terms(pod, "podAffinity")) {
    // The first pod of its kind may use any node that has the topology's label.
    const bool first =
        SelectorMatches(term.value("labelSelector", Json()), Labels(pod)) && !AnyPodMatches(term, namespace_name);
    if (first ? Domain(*state.node, term).is_null() : !TermHolds(term, pod, *state.node)) return "pod affinity";
  }
  for (const Json& term : Terms(pod, "podAntiAffinity")) {
    if (TermHolds(term, pod, *state.node)) return "pod anti-affinity";
  }
  // Existing pods may refuse to have this one near them.
  for (const auto& [key, node] : guarded_pods_) {
    const SharedJson present = server_->Get(key);
    if (key.namespace_name != namespace_name) continue;
    for (const Json& term : Terms(*present, "podAntiAffinity")) {
      const Json domain = Domain(*nodes_.at(node).node, term);
      if (!domain.is_null() && domain == Domain(*state.node, term) &&
          SelectorMatches(term.value("labelSelector", Json()), Labels(pod))) {
        return "anti-affinity of pods there";
      }
    }
  }
  return "";
}

std::vector<std::string> Scheduler::Excluded(const Json& pod, const NodeFilter& filter, const ResourceList& requests,
                                             const NodeState& state) const {
  switch (filter.Check(state.facts)) {
    case NodeExclusion::kNotReady:
      return {"not ready"};
    case NodeExclusion::kSelector:
    case NodeExclusion::kAffinity:
      return {"node selector or affinity"};
    case NodeExclusion::kNodeName:
      return {"node name"};
    case NodeExclusion::kTaint:
      return {state.facts.unschedulable ? "unschedulable" : "taint"};
    default:
      break;
  }
  std::vector<std::string> lacking;
  for (const auto& [name, amount] : requests) {
    if (amount.IsZero()) continue;
    const auto free = state.free.find(name);
    if (free == state.free.end() || free->second.Compare(amount) < 0) {
      lacking.push_back(absl::StrCat("insufficient ", name));
    }
  }
  return lacking;
}

std::string Scheduler::DescribeReasons(const std::map<std::string, int>& reasons) const {
  std::string message = absl::StrCat("0/", nodes_.size(), " nodes are available:");
  const char* separator = " ";
  for (const auto& [reason, count] : reasons) {
    absl::StrAppend(&message, separator, count, " ", reason);
    separator = ", ";
  }
  return message;
}

void Scheduler::MarkUnschedulable(const Json& pod, absl::string_view message) {
  Json next = pod;
  next["status"]["conditions"] = Json::array({{{"type", "PodScheduled"},
                                               {"status", "False"},
                                               {"reason", "Unschedulable"},
                                               {"message", std::string(message)}}});
  server_->UpdateStatus(next).IgnoreError();
}

const Scheduler::NodeState* Scheduler::Choose(const Json& pod) {
  if (chooser_) {
    const std::optional<absl::StatusOr<std::string>> node = chooser_(pod);
    if (node.has_value() && node->ok()) return &nodes_.at(**node);
    if (node.has_value()) {
      MarkUnschedulable(pod, node->status().message());
      return nullptr;
    }
  }
  const absl::StatusOr<NodeFilter> filter = NodeFilter::FromPodSpec(pod["spec"]);
  const ResourceList requests = Requests(pod);
  std::map<std::string, int> reasons;
  for (const auto& [load, name] : by_load_) {
    const NodeState& state = nodes_.at(name);
    std::vector<std::string> why = {"unreadable selector or affinity"};
    if (filter.ok()) why = Excluded(pod, *filter, requests, state);
    const std::string by_pods = why.empty() ? ExcludedByPods(pod, state) : "";
    if (!by_pods.empty()) why.push_back(by_pods);
    if (why.empty()) return &state;
    for (const std::string& reason : why) ++reasons[reason];
  }
  MarkUnschedulable(pod, DescribeReasons(reasons));
  return nullptr;
}

bool Scheduler::Step() {
  if (due_.empty()) return false;
  const ObjectKey key = *due_.begin();
  due_.erase(due_.begin());
  const SharedJson pod = server_->Get(key);
  if (pod == nullptr || !NodeName(*pod).empty() || (*pod)["metadata"].contains("deletionTimestamp")) return true;
  const NodeState* node = Choose(*pod);
  if (node == nullptr) {
    waiting_.insert(key);
    return true;
  }
  Json bound = *pod;
  bound["spec"]["nodeName"] = (*node->node)["metadata"]["name"];
  server_->Update(std::move(bound)).IgnoreError();
  return true;
}

}  // namespace lws::simulation
