#include "lws/placement/pod_rules.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_reader.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;

namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

absl::Status InField(absl::string_view field, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", status.message()));
}

// Whether the requirement names values of labels that admission or the controller writes later.
bool IsUnknownBefore(const LabelRequirement& requirement) {
  if (requirement.key == kRevisionLabel || requirement.key == kSubGroupIndexLabel) return !requirement.values.empty();
  // All workers get the same label here, so only "0", the leader's, can be compared.
  return requirement.key == kWorkerIndexLabel && std::any_of(requirement.values.begin(), requirement.values.end(),
                                                             [](const auto& value) { return value != "0"; });
}

bool IsUnknownBefore(const PodSelector& selector) {
  return std::any_of(selector.requirements.begin(), selector.requirements.end(),
                     [](const LabelRequirement& requirement) { return IsUnknownBefore(requirement); });
}

absl::StatusOr<PodSelector> ReadSelector(const Json* selector) {
  PodSelector result;
  if (selector == nullptr) {
    result.matches_none = true;
    return result;
  }
  if (!selector->is_object()) return absl::InvalidArgumentError("labelSelector: not an object");
  JsonReader reader(*selector);
  const Json& labels = reader.Object({"matchLabels"});
  for (auto it = labels.begin(); it != labels.end(); ++it) {
    if (!it->is_string()) {
      return absl::InvalidArgumentError(absl::StrCat("labelSelector.matchLabels.", it.key(), ": not a string"));
    }
    result.requirements.push_back({it.key(), LabelRequirement::Operator::kIn, {it->get<std::string>()}});
  }
  for (const Json& expression : reader.List({"matchExpressions"})) {
    absl::StatusOr<LabelRequirement> requirement = ReadLabelRequirement(expression);
    if (!requirement.ok()) return InField("labelSelector.matchExpressions", requirement.status());
    result.requirements.push_back(*std::move(requirement));
  }
  if (!reader.status().ok()) return reader.status();
  return result;
}

// Adds requirements for the labels that `list` names, with the pod's own values.
absl::Status AddOwnLabels(const Json& holder, const char* list, LabelRequirement::Operator op, const PodRules& rules,
                          PodSelector* selector) {
  JsonReader reader(holder);
  for (const Json& key : reader.List({list})) {
    if (!key.is_string()) return absl::InvalidArgumentError(absl::StrCat(list, ": not strings"));
    const auto own = rules.labels.find(key.get_ref<const std::string&>());
    if (own != rules.labels.end()) selector->requirements.push_back({own->first, op, {own->second}});
  }
  return reader.status();
}

absl::StatusOr<std::vector<std::string>> ReadNamespaces(JsonReader& term) {
  std::vector<std::string> namespaces;
  for (const Json& name : term.List({"namespaces"})) {
    if (!name.is_string()) return absl::InvalidArgumentError("namespaces: not strings");
    namespaces.push_back(name.get<std::string>());
  }
  return namespaces;
}

// Returns nullopt for a term that cannot be decided: it selects namespaces by labels, or pods by labels that are not
// known yet.
absl::StatusOr<std::optional<PodTerm>> ReadTerm(const Json& document, const PodRules& rules) {
  if (!document.is_object()) return absl::InvalidArgumentError("not an object");
  JsonReader reader(document);
  PodTerm term;
  term.topology_key = reader.Text({"topologyKey"});
  absl::StatusOr<PodSelector> selector = ReadSelector(reader.Find({"labelSelector"}));
  if (!selector.ok()) return selector.status();
  term.selector = *std::move(selector);
  absl::Status status =
      AddOwnLabels(document, "matchLabelKeys", LabelRequirement::Operator::kIn, rules, &term.selector);
  if (status.ok()) {
    status = AddOwnLabels(document, "mismatchLabelKeys", LabelRequirement::Operator::kNotIn, rules, &term.selector);
  }
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> namespaces = ReadNamespaces(reader);
  if (!namespaces.ok()) return namespaces.status();
  term.namespaces = *std::move(namespaces);
  const Json* by_label = reader.Find({"namespaceSelector"});
  if (by_label == nullptr && term.namespaces.empty()) term.namespaces = {rules.namespace_name};
  if (by_label != nullptr && by_label->is_object() && by_label->empty()) term.all_namespaces = true;
  if (!reader.status().ok()) return reader.status();
  const bool selects_namespaces = by_label != nullptr && !term.all_namespaces;
  if (selects_namespaces || IsUnknownBefore(term.selector)) return std::optional<PodTerm>();
  return std::optional<PodTerm>(std::move(term));
}

absl::Status ReadTerms(const Json& pod_spec, const char* kind, PodRules* rules, std::vector<PodTerm>* terms) {
  JsonReader reader(pod_spec);
  const Json& list = reader.List({"affinity", kind, kRequired});
  if (!reader.status().ok()) return reader.status();
  for (size_t i = 0; i < list.size(); ++i) {
    absl::StatusOr<std::optional<PodTerm>> term = ReadTerm(list[i], *rules);
    if (!term.ok()) return InField(absl::StrCat("affinity.", kind, ".", kRequired, "[", i, "]"), term.status());
    if (term->has_value()) {
      terms->push_back(**std::move(term));
    } else {
      rules->not_looked_at.push_back(absl::StrCat("affinity.", kind));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SpreadConstraint> ReadSpread(const Json& document, const PodRules& rules) {
  JsonReader reader(document);
  SpreadConstraint spread;
  spread.topology_key = reader.Text({"topologyKey"});
  spread.max_skew = reader.Integer({"maxSkew"}).value_or(1);
  spread.min_domains = reader.Integer({"minDomains"}).value_or(1);
  spread.honors_affinity = reader.Text({"nodeAffinityPolicy"}) != "Ignore";
  spread.honors_taints = reader.Text({"nodeTaintsPolicy"}) == "Honor";
  absl::StatusOr<PodSelector> selector = ReadSelector(reader.Find({"labelSelector"}));
  if (!selector.ok()) return selector.status();
  spread.selector = *std::move(selector);
  absl::Status status =
      AddOwnLabels(document, "matchLabelKeys", LabelRequirement::Operator::kIn, rules, &spread.selector);
  if (!status.ok()) return status;
  if (!reader.status().ok()) return reader.status();
  return spread;
}

absl::Status ReadSpreads(const Json& pod_spec, PodRules* rules) {
  JsonReader reader(pod_spec);
  const Json& list = reader.List({"topologySpreadConstraints"});
  if (!reader.status().ok()) return reader.status();
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string field = absl::StrCat("topologySpreadConstraints[", i, "]");
    if (!list[i].is_object()) return absl::InvalidArgumentError(absl::StrCat(field, ": not an object"));
    if (list[i].value("whenUnsatisfiable", Json("DoNotSchedule")) == "ScheduleAnyway") continue;
    absl::StatusOr<SpreadConstraint> spread = ReadSpread(list[i], *rules);
    if (!spread.ok()) return InField(field, spread.status());
    if (IsUnknownBefore(spread->selector)) {
      rules->not_looked_at.push_back("topologySpreadConstraints");
    } else {
      rules->spreads.push_back(*std::move(spread));
    }
  }
  return absl::OkStatus();
}

// Reads the ports of one container. With host networking every port is a port of the node.
absl::Status ReadPorts(const Json& container, bool host_network, PodRules* rules) {
  if (!container.is_object()) return absl::InvalidArgumentError("not an object");
  JsonReader reader(container);
  for (const Json& document : reader.List({"ports"})) {
    if (!document.is_object()) return absl::InvalidArgumentError("ports: not objects");
    JsonReader port(document);
    HostPort host_port;
    host_port.port = port.Integer({"hostPort"}).value_or(0);
    if (host_port.port == 0 && host_network) host_port.port = port.Integer({"containerPort"}).value_or(0);
    const std::string protocol = port.Text({"protocol"});
    if (!protocol.empty()) host_port.protocol = protocol;
    host_port.ip = port.Text({"hostIP"});
    if (host_port.ip == "0.0.0.0" || host_port.ip == "::") host_port.ip.clear();
    if (!port.status().ok()) return port.status();
    if (host_port.port != 0) rules->host_ports.push_back(std::move(host_port));
  }
  return reader.status();
}

absl::Status ReadHostPorts(const Json& pod_spec, PodRules* rules) {
  JsonReader reader(pod_spec);
  const bool host_network = reader.BoolIn(pod_spec, {"hostNetwork"});
  for (const Json& container : reader.List({"containers"})) {
    absl::Status status = ReadPorts(container, host_network, rules);
    if (!status.ok()) return InField("containers", status);
  }
  for (const Json& container : reader.List({"initContainers"})) {
    // Among the init containers, only sidecars keep their ports.
    if (!container.is_object() || container.value("restartPolicy", Json()) != "Always") continue;
    absl::Status status = ReadPorts(container, host_network, rules);
    if (!status.ok()) return InField("initContainers", status);
  }
  return reader.status();
}

// Lists the fields that bind the pod to nodes through objects that are not part of the input.
absl::Status ReadNotLookedAt(const Json& pod_spec, PodRules* rules) {
  JsonReader reader(pod_spec);
  if (!reader.List({"resourceClaims"}).empty()) rules->not_looked_at.push_back("resourceClaims");
  if (!reader.Text({"runtimeClassName"}).empty()) rules->not_looked_at.push_back("runtimeClassName");
  bool has_claims = false;
  for (const Json& volume : reader.List({"volumes"})) {
    if (!volume.is_object()) return absl::InvalidArgumentError("volumes: not objects");
    JsonReader source(volume);
    has_claims =
        has_claims || source.Find({"persistentVolumeClaim"}) != nullptr || source.Find({"ephemeral"}) != nullptr;
  }
  if (has_claims) rules->not_looked_at.push_back("claims of volumes");
  return reader.status();
}

}  // namespace

bool HostPort::ConflictsWith(const HostPort& other) const {
  return protocol == other.protocol && port == other.port && (ip.empty() || other.ip.empty() || ip == other.ip);
}

bool PodSelector::Matches(const std::map<std::string, std::string>& labels) const {
  if (matches_none) return false;
  return std::all_of(requirements.begin(), requirements.end(), [&](const LabelRequirement& requirement) {
    const auto found = labels.find(requirement.key);
    return requirement.Matches(found == labels.end() ? std::nullopt : std::optional<absl::string_view>(found->second));
  });
}

bool PodTerm::Matches(const PodRules& pod) const {
  const bool in_namespace =
      all_namespaces || std::find(namespaces.begin(), namespaces.end(), pod.namespace_name) != namespaces.end();
  return in_namespace && selector.Matches(pod.labels);
}

bool PodRules::PortsConflictWith(const PodRules& other) const {
  return std::any_of(host_ports.begin(), host_ports.end(), [&](const HostPort& port) {
    return std::any_of(other.host_ports.begin(), other.host_ports.end(),
                       [&](const HostPort& taken) { return port.ConflictsWith(taken); });
  });
}

absl::StatusOr<PodRules> ReadPodRules(std::string namespace_name, std::map<std::string, std::string> labels,
                                      const Json& pod_spec) {
  PodRules rules;
  rules.namespace_name = std::move(namespace_name);
  rules.labels = std::move(labels);
  absl::Status status = ReadTerms(pod_spec, "podAffinity", &rules, &rules.near);
  if (status.ok()) status = ReadTerms(pod_spec, "podAntiAffinity", &rules, &rules.apart);
  if (status.ok()) status = ReadSpreads(pod_spec, &rules);
  if (status.ok()) status = ReadHostPorts(pod_spec, &rules);
  if (status.ok()) status = ReadNotLookedAt(pod_spec, &rules);
  if (!status.ok()) return status;
  return rules;
}

}  // namespace lws
