#include "lws/adapters/simulation/kubernetes/scheduler.h"

#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/observed.h"
#include "lws/placement/cluster_documents.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

// A pod with gates is looked at again when it changes.
bool HasGates(const StoredObject& pod) {
  const Json& gates = StoredFieldAt(pod, {"spec", "schedulingGates"});
  return gates.is_array() && !gates.empty();
}

const std::string& NodeName(const StoredObject& pod) { return StoredTextAt(pod, {"spec", "nodeName"}); }

bool IsFinished(const StoredObject& pod) {
  return IsFinishedPhase(ReadPodPhase(StoredTextAt(pod, {"status", "phase"})));
}

const Json& Labels(const StoredObject& object) {
  static const Json& none = *new Json(Json::object());
  const Json& labels = StoredFieldAt(object, {"metadata", "labels"});
  return labels.is_object() ? labels : none;
}

// What a node says beside its amounts.
NodeFacts ReadFacts(const StoredObject& node) {
  Json document = Json::object();
  for (const char* field : {"name", "labels"}) {
    const Json& value = StoredFieldAt(node, {"metadata", field});
    if (!value.is_null()) document["metadata"][field] = value;
  }
  if (!node["spec"].is_null()) document["spec"] = node["spec"];
  const Json& conditions = StoredFieldAt(node, {"status", "conditions"});
  if (!conditions.is_null()) document["status"]["conditions"] = conditions;
  return ReadTopologyNode(document).value_or(TopologyNode()).facts;
}

ResourceList Requests(const StoredObject& pod) {
  static const Quantity& one = *new Quantity(Quantity::Parse("1").value_or(Quantity()));
  ResourceList requests = PodRequests(pod["spec"], AbsentRequest::kIsLimit).value_or(ResourceList());
  requests["pods"] = one;
  return requests;
}

}  // namespace

Scheduler::Scheduler(ApiServer* server, NodeChooser chooser) : server_(server), chooser_(std::move(chooser)) {
  server_->Subscribe([this](const ObjectChange& change) { OnChange(change); });
}

void Scheduler::OnChange(const ObjectChange& change) {
  if (change.key.kind == "Node") OnNode(change);
  if (change.key.kind == "Pod") OnPod(change);
}

// Makes waiting pods due: all of them, or those that ask for the company of other pods.
void Scheduler::LookAgain(bool only_with_affinity) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const bool stays = only_with_affinity && !it->second;
    if (!stays) due_.insert(it->first);
    it = stays ? std::next(it) : waiting_.erase(it);
  }
}

void Scheduler::Reorder(const NodeState& state, const size_t* before, const size_t* after) {
  const std::string& name = state.facts.name;
  const auto move = [&](Order* order) {
    if (before != nullptr) order->erase({*before, name});
    if (after != nullptr) order->emplace(*after, name);
  };
  move(&by_load_);
  for (auto& [label, orders] : by_label_) {
    const auto value = state.facts.labels.find(label);
    if (value != state.facts.labels.end()) move(&orders[value->second]);
  }
}

const Scheduler::Order& Scheduler::WithLabel(const std::string& label, const std::string& value) {
  const auto [orders, is_new] = by_label_.try_emplace(label);
  if (is_new) {
    for (const auto& [name, state] : nodes_) {
      const auto found = state.facts.labels.find(label);
      if (found != state.facts.labels.end()) orders->second[found->second].emplace(state.pods.size(), name);
    }
  }
  return orders->second[value];
}

const Scheduler::Allocatable& Scheduler::ReadAllocatable(const SharedObject& node) {
  const Json& list = StoredFieldAt(*node, {"status", "allocatable"});
  const bool is_same =
      allocatable_.is_readable && (node->SharesWith(*allocatable_.node, "status") ||
                                   StoredFieldAt(*allocatable_.node, {"status", "allocatable"}) == list);
  if (is_same) return allocatable_;
  allocatable_.node = node;
  allocatable_.is_readable = ReadTopologyNode(*node->Document()).ok();
  allocatable_.amounts = ReadResourceList(list).value_or(ResourceList());
  return allocatable_;
}

void Scheduler::OnNode(const ObjectChange& change) {
  LookAgain(/*only_with_affinity=*/false);
  const auto known = nodes_.find(change.key.name);
  if (known != nodes_.end()) {
    const size_t load = known->second.pods.size();
    Reorder(known->second, &load, nullptr);
  }
  if (change.after == nullptr) {
    if (known == nodes_.end()) return;
    for (const ObjectRef& pod : known->second.pods) affinities_.Erase(pod);
    nodes_.erase(known);
    return;
  }
  NodeState& state = nodes_[change.key.name];
  state.node = change.after;
  const Allocatable& allocatable = ReadAllocatable(change.after);
  state.facts = allocatable.is_readable ? ReadFacts(*change.after) : NodeFacts();
  state.facts.name = change.key.name;
  state.free = allocatable.amounts;
  const size_t load = state.pods.size();
  Reorder(state, nullptr, &load);
  if (load > 0) affinities_.NodeChanged(change.after);
  for (const ObjectRef& pod : state.pods) {
    const SharedObject live = server_->Find(pod);
    if (live != nullptr) AddResources(Requests(*live), -1, &state.free);
  }
}

void Scheduler::Place(const ObjectRef& key, const SharedObject& pod, bool add) {
  const auto node = nodes_.find(NodeName(*pod));
  if (node == nodes_.end()) return;
  NodeState& state = node->second;
  const size_t before = state.pods.size();
  const bool changed = add ? state.pods.insert(key).second : state.pods.erase(key) > 0;
  if (!changed) return;
  const size_t after = state.pods.size();
  Reorder(state, &before, &after);
  AddResources(Requests(*pod), add ? -1 : 1, &state.free);
  add ? affinities_.Put(key, pod, state.node) : affinities_.Erase(key);
}

void Scheduler::OnPod(const ObjectChange& change) {
  const StoredObject* before = change.before.get();
  const StoredObject* after = change.after.get();
  const bool is_known = before != nullptr && after != nullptr;
  const bool is_status_alone = is_known && after->SharesWith(*before, "spec") && after->SharesWith(*before, "metadata");
  const bool has_same_node = is_status_alone || (is_known && NodeName(*before) == NodeName(*after));
  const bool is_finished = after == nullptr || IsFinished(*after);
  const bool stays = has_same_node && IsFinished(*before) == is_finished &&
                     (is_status_alone || after->SharesWith(*before, "metadata") || Labels(*before) == Labels(*after));
  if (before != nullptr && !stays) Place(change.key, change.before, false);
  if (!is_finished && !stays) Place(change.key, change.after, true);
  const bool binds = is_known && !has_same_node;
  if (is_finished || binds) LookAgain(/*only_with_affinity=*/!is_finished);
  const bool is_unplaced = after != nullptr && NodeName(*after).empty();
  const bool asks_for_the_same =
      is_unplaced && is_known && (after->SharesWith(*before, "spec") || (*after)["spec"] == (*before)["spec"]);
  if (asks_for_the_same) return;
  due_.erase(change.key);
  waiting_.erase(change.key);
  if (is_unplaced) due_.insert(change.key);
}

std::vector<std::string> Scheduler::Excluded(const NodeFilter& filter, const ResourceList& requests,
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
  if (nodes_.empty()) return "no nodes available to schedule pods";
  std::string message = absl::StrCat("0/", nodes_.size(), " nodes are available:");
  const char* separator = " ";
  for (const auto& [reason, count] : reasons) {
    absl::StrAppend(&message, separator, count, " ", reason);
    separator = ", ";
  }
  return message;
}

void Scheduler::MarkUnschedulable(const StoredObject& pod, absl::string_view message) {
  StoredObject next = pod;
  next.Edit("status")["conditions"] = Json::array({{{"type", "PodScheduled"},
                                                    {"status", "False"},
                                                    {"reason", "Unschedulable"},
                                                    {"message", std::string(message)}}});
  server_->UpdateStatus(next).IgnoreError();
}

const Scheduler::Order& Scheduler::Candidates(const StoredObject& pod, const PodTerms& terms) {
  const Order* fewest = &by_load_;
  const auto narrow = [&](const std::string& label, const std::string& value) {
    const Order& nodes = WithLabel(label, value);
    if (nodes.size() < fewest->size()) fewest = &nodes;
  };
  const Json& selector = StoredFieldAt(pod, {"spec", "nodeSelector"});
  for (auto it = selector.begin(); selector.is_object() && it != selector.end(); ++it) {
    if (it->is_string()) narrow(it.key(), it->get_ref<const std::string&>());
  }
  for (const ScheduledPodTerm& term : terms.wanted) {
    const bool is_one = !term.is_first && term.domains.has_value() && term.domains->size() == 1;
    if (is_one) narrow(term.topology_key, *term.domains->begin());
  }
  return *fewest;
}

const Scheduler::NodeState* Scheduler::FirstFit(const StoredObject& pod, const PodTerms& terms, const Order& nodes,
                                                std::map<std::string, int>* reasons) {
  const absl::StatusOr<NodeFilter> filter = NodeFilter::FromPodSpec(pod["spec"]);
  const ResourceList requests = Requests(pod);
  for (const auto& [load, name] : nodes) {
    server_->CountLooks(1);
    const NodeState& state = nodes_.at(name);
    std::vector<std::string> why = {"unreadable selector or affinity"};
    if (filter.ok()) why = Excluded(*filter, requests, state);
    const std::string by_pods = why.empty() ? affinities_.WhyExcluded(terms, *state.node) : "";
    if (!by_pods.empty()) why.push_back(by_pods);
    if (why.empty()) return &state;
    for (const std::string& reason : why) ++(*reasons)[reason];
  }
  return nullptr;
}

const Scheduler::NodeState* Scheduler::Choose(const SharedObject& pod) {
  if (chooser_) {
    const std::optional<absl::StatusOr<std::string>> node = chooser_(*pod);
    if (node.has_value() && node->ok()) return &nodes_.at(**node);
    if (node.has_value()) {
      MarkUnschedulable(*pod, node->status().message());
      return nullptr;
    }
  }
  const PodTerms terms = affinities_.TermsOf(pod);
  const Order& candidates = Candidates(*pod, terms);
  std::map<std::string, int> reasons;
  const NodeState* node = FirstFit(*pod, terms, candidates, &reasons);
  if (node != nullptr) return node;
  // The reasons of all nodes are told.
  if (&candidates != &by_load_) {
    reasons.clear();
    FirstFit(*pod, terms, by_load_, &reasons);
  }
  MarkUnschedulable(*pod, DescribeReasons(reasons));
  return nullptr;
}

bool Scheduler::Step() {
  if (due_.empty()) return false;
  const ObjectRef key = *due_.begin();
  due_.erase(due_.begin());
  const SharedObject pod = server_->Find(key);
  if (pod == nullptr || !NodeName(*pod).empty() || IsStoredDeleting(*pod) || HasGates(*pod)) return true;
  const int64_t looks = affinities_.looks();
  const NodeState* node = Choose(pod);
  server_->CountLooks(affinities_.looks() - looks);
  if (node == nullptr) {
    waiting_.emplace(key, !StoredFieldAt(*pod, {"spec", "affinity", "podAffinity"}).is_null());
    return true;
  }
  server_->Bind(key, node->facts.name).IgnoreError();
  return true;
}

}  // namespace lws::simulation
