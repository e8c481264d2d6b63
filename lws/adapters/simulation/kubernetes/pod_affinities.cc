#include "lws/adapters/simulation/kubernetes/pod_affinities.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

const Json& Terms(const StoredObject& pod, absl::string_view kind) {
  static const Json& none = *new Json(Json::array());
  const Json& terms = StoredFieldAt(pod, {"spec", "affinity", kind, kRequired});
  return terms.is_array() ? terms : none;
}

const Json& Labels(const StoredObject& object) { return StoredFieldAt(object, {"metadata", "labels"}); }

// Null when the object lacks the label.
const std::string* Label(const StoredObject& object, const std::string& key) {
  const Json& value = StoredFieldAt(object, {"metadata", "labels", key});
  return value.is_string() ? &value.get_ref<const std::string&>() : nullptr;
}

const std::string& NamespaceOf(const StoredObject& pod) { return StoredTextAt(pod, {"metadata", "namespace"}); }

}  // namespace

void PodAffinities::Index(const ObjectRef& key, const PlacedPod& pod, bool add) {
  const auto change = [&key, add](std::map<std::string, Keys>* index, const std::string* value) {
    if (value == nullptr) return;
    if (add) {
      (*index)[*value].insert(key);
      return;
    }
    const auto found = index->find(*value);
    if (found == index->end()) return;
    found->second.erase(key);
    if (found->second.empty()) index->erase(found);
  };
  for (auto& [topology_key, domains] : by_domain_) change(&domains, Label(*pod.node, topology_key));
  for (auto& [label, values] : by_label_) change(&values, Label(*pod.pod, label));
  for (const auto& [topology_key, selector] : pod.avoided) {
    change(&guards_[topology_key], Label(*pod.node, topology_key));
  }
}

void PodAffinities::Put(const ObjectRef& key, const SharedObject& pod, const SharedObject& node) {
  Erase(key);
  PlacedPod placed{pod, node, {}};
  for (const Json& term : Terms(*pod, "podAntiAffinity")) {
    placed.avoided.emplace_back(StoredTextAt(term, {"topologyKey"}),
                                LabelSelector(StoredFieldAt(term, {"labelSelector"})));
  }
  Index(key, placed, true);
  pods_.emplace(key, std::move(placed));
}

void PodAffinities::Erase(const ObjectRef& key) {
  const auto found = pods_.find(key);
  if (found == pods_.end()) return;
  Index(key, found->second, false);
  pods_.erase(found);
}

void PodAffinities::NodeChanged(const SharedObject& node) {
  const std::string& name = StoredTextAt(*node, {"metadata", "name"});
  for (auto& [key, pod] : pods_) {
    if (StoredTextAt(*pod.node, {"metadata", "name"}) != name) continue;
    Index(key, pod, false);
    pod.node = node;
    Index(key, pod, true);
  }
}

const PodAffinities::Keys& PodAffinities::DomainOf(const std::string& topology_key, const std::string& domain) {
  return Indexed(topology_key, domain, &PlacedPod::node, &by_domain_);
}

const PodAffinities::Keys& PodAffinities::WithLabel(const std::string& label, const std::string& value) {
  return Indexed(label, value, &PlacedPod::pod, &by_label_);
}

const PodAffinities::Keys& PodAffinities::Indexed(const std::string& label, const std::string& value,
                                                  SharedObject PlacedPod::*labelled,
                                                  std::map<std::string, std::map<std::string, Keys>>* by_label) {
  const auto [index, is_new] = by_label->try_emplace(label);
  if (is_new) {
    for (const auto& [key, pod] : pods_) {
      const std::string* its = Label(*(pod.*labelled), label);
      if (its != nullptr) index->second[*its].insert(key);
    }
  }
  static const Keys& none = *new Keys();
  const auto found = index->second.find(value);
  return found == index->second.end() ? none : found->second;
}

bool PodAffinities::Selects(const ScheduledPodTerm& term, const std::string& namespace_name, const ObjectRef& key) {
  ++looks_;
  return key.namespace_name == namespace_name && term.selector.Matches(Labels(*pods_.at(key).pod));
}

ScheduledPodTerm PodAffinities::ReadTerm(const Json& term, const std::string& namespace_name) {
  ScheduledPodTerm read{StoredTextAt(term, {"topologyKey"}), LabelSelector(StoredFieldAt(term, {"labelSelector"})),
                        std::nullopt, false};
  const LabelRequirement* equality = read.selector.equality();
  if (equality == nullptr) return read;
  read.domains.emplace();
  read.is_first = true;
  for (const std::string& value : equality->values) {
    for (const ObjectRef& key : WithLabel(equality->key, value)) {
      if (!Selects(read, namespace_name, key)) continue;
      read.is_first = false;
      const std::string* domain = Label(*pods_.at(key).node, read.topology_key);
      if (domain != nullptr) read.domains->insert(*domain);
    }
  }
  return read;
}

PodTerms PodAffinities::TermsOf(const SharedObject& pod) {
  PodTerms terms{NamespaceOf(*pod), pod, {}, {}};
  for (const Json& term : Terms(*pod, "podAntiAffinity")) {
    terms.avoided.push_back(ReadTerm(term, terms.namespace_name));
  }
  for (const Json& term : Terms(*pod, "podAffinity")) {
    ScheduledPodTerm read = ReadTerm(term, terms.namespace_name);
    if (!read.domains.has_value()) {
      read.is_first = std::none_of(pods_.begin(), pods_.end(), [&](const auto& placed) {
        return Selects(read, terms.namespace_name, placed.first);
      });
    }
    read.is_first = read.is_first && read.selector.Matches(Labels(*pod));
    terms.wanted.push_back(std::move(read));
  }
  return terms;
}

// Whether the domain has a pod that the term selects.
bool PodAffinities::IsInDomain(const ScheduledPodTerm& term, const PodTerms& terms, const std::string& domain) {
  ++looks_;
  if (term.domains.has_value()) return term.domains->count(domain) > 0;
  const Keys& keys = DomainOf(term.topology_key, domain);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const ObjectRef& key) { return Selects(term, terms.namespace_name, key); });
}

// Whether an existing pod keeps the new one out of its domain.
bool PodAffinities::IsAvoidedBy(const ObjectRef& key, const std::string& topology_key, const PodTerms& terms) {
  ++looks_;
  if (key.namespace_name != terms.namespace_name) return false;
  const std::vector<std::pair<std::string, LabelSelector>>& avoided = pods_.at(key).avoided;
  return std::any_of(avoided.begin(), avoided.end(), [&](const auto& term) {
    return term.first == topology_key && term.second.Matches(Labels(*terms.pod));
  });
}

std::string PodAffinities::WhyExcluded(const PodTerms& terms, const StoredObject& node) {
  for (const ScheduledPodTerm& term : terms.wanted) {
    const std::string* domain = Label(node, term.topology_key);
    if (domain == nullptr || (!term.is_first && !IsInDomain(term, terms, *domain))) return "pod affinity";
  }
  for (const ScheduledPodTerm& term : terms.avoided) {
    const std::string* domain = Label(node, term.topology_key);
    if (domain != nullptr && IsInDomain(term, terms, *domain)) return "pod anti-affinity";
  }
  for (const auto& [topology_key, domains] : guards_) {
    const std::string* domain = Label(node, topology_key);
    const auto guards = domain == nullptr ? domains.end() : domains.find(*domain);
    if (guards == domains.end()) continue;
    const auto avoids = [&, &key = topology_key](const ObjectRef& pod) { return IsAvoidedBy(pod, key, terms); };
    if (std::any_of(guards->second.begin(), guards->second.end(), avoids)) return "anti-affinity of pods there";
  }
  return "";
}

}  // namespace lws::simulation
