#include "lws/placement/node_filter.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_reader.h"
#include "lws/api/strict_integer.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;
using internal::ParseStrictInteger;

namespace {

constexpr char kTerms[] = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

constexpr char kPreferred[] = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution";

absl::StatusOr<LabelRequirement::Operator> ReadOperator(const std::string& name) {
  using Operator = LabelRequirement::Operator;
  if (name == "In") return Operator::kIn;
  if (name == "NotIn") return Operator::kNotIn;
  if (name == "Exists") return Operator::kExists;
  if (name == "DoesNotExist") return Operator::kDoesNotExist;
  if (name == "Gt") return Operator::kGt;
  if (name == "Lt") return Operator::kLt;
  return absl::InvalidArgumentError(absl::StrCat("operator: \"", name, "\" is unknown"));
}

// Adds the requirements of one list of a term.
absl::Status ReadRequirements(const Json& term, const char* list, std::vector<LabelRequirement>* requirements) {
  if (!term.is_object()) return absl::InvalidArgumentError("not an object");
  const auto found = term.find(list);
  if (found == term.end() || found->is_null()) return absl::OkStatus();
  if (!found->is_array()) return absl::InvalidArgumentError(absl::StrCat(list, ": not a list"));
  for (size_t i = 0; i < found->size(); ++i) {
    absl::StatusOr<LabelRequirement> requirement = ReadLabelRequirement((*found)[i]);
    if (!requirement.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(list, "[", i, "]: ", requirement.status().message()));
    }
    requirements->push_back(*std::move(requirement));
  }
  return absl::OkStatus();
}

bool IsOrdered(const LabelRequirement& requirement, absl::string_view value) {
  if (requirement.values.size() != 1) return false;
  const std::optional<int64_t> left = ParseStrictInteger(value);
  const std::optional<int64_t> right = ParseStrictInteger(requirement.values[0]);
  if (!left.has_value() || !right.has_value()) return false;
  return requirement.op == LabelRequirement::Operator::kGt ? *left > *right : *left < *right;
}

}  // namespace

absl::string_view NodeExclusionName(NodeExclusion exclusion) {
  switch (exclusion) {
    case NodeExclusion::kNone:
      return "";
    case NodeExclusion::kNotReady:
      return "notReady";
    case NodeExclusion::kSelector:
      return "selector";
    case NodeExclusion::kAffinity:
      return "affinity";
    case NodeExclusion::kTaint:
      return "taint";
    case NodeExclusion::kNodeName:
      return "nodeName";
    case NodeExclusion::kMissingLabel:
      return "missingLabel";
    case NodeExclusion::kHostPort:
      return "hostPort";
    case NodeExclusion::kPodAntiAffinity:
      return "podAntiAffinity";
    case NodeExclusion::kPodAffinity:
      return "podAffinity";
    case NodeExclusion::kTopologySpread:
      return "topologySpread";
  }
  return "";
}

absl::StatusOr<LabelRequirement> ReadLabelRequirement(const Json& requirement) {
  if (!requirement.is_object()) return absl::InvalidArgumentError("not an object");
  JsonReader reader(requirement);
  LabelRequirement result;
  result.key = reader.Text({"key"});
  const absl::StatusOr<LabelRequirement::Operator> op = ReadOperator(reader.Text({"operator"}));
  for (const Json& value : reader.List({"values"})) {
    if (!value.is_string()) return absl::InvalidArgumentError("values: not strings");
    result.values.push_back(value.get<std::string>());
  }
  if (!reader.status().ok()) return reader.status();
  if (!op.ok()) return op.status();
  result.op = *op;
  return result;
}

bool LabelRequirement::Matches(std::optional<absl::string_view> value) const {
  const bool listed = value.has_value() && std::find(values.begin(), values.end(), *value) != values.end();
  switch (op) {
    case Operator::kIn:
      return listed;
    case Operator::kNotIn:
      return !listed;
    case Operator::kExists:
      return value.has_value();
    case Operator::kDoesNotExist:
      return !value.has_value();
    case Operator::kGt:
    case Operator::kLt:
      return value.has_value() && IsOrdered(*this, *value);
  }
  return false;
}

absl::StatusOr<NodeFilter> NodeFilter::FromPodSpec(const Json& pod_spec) {
  NodeFilter filter;
  JsonReader reader(pod_spec);
  filter.node_name_ = reader.Text({"nodeName"});
  filter.asks_for_name_ = !filter.node_name_.empty();
  const Json& selector = reader.Object({"nodeSelector"});
  for (auto it = selector.begin(); it != selector.end(); ++it) {
    if (!it->is_string()) return absl::InvalidArgumentError(absl::StrCat("nodeSelector.", it.key(), ": not a string"));
    filter.selector_[it.key()] = it->get<std::string>();
  }
  constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";
  const Json* terms = reader.Find({"affinity", "nodeAffinity", kRequired, "nodeSelectorTerms"});
  const Json& preferred = reader.List({"affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"});
  const Json& tolerations = reader.List({"tolerations"});
  if (!reader.status().ok()) return reader.status();
  absl::Status status = terms == nullptr ? absl::OkStatus() : filter.ReadTerms(*terms);
  if (status.ok()) status = filter.ReadPreferences(preferred);
  if (status.ok()) status = filter.ReadTolerations(tolerations);
  if (!status.ok()) return status;
  return filter;
}

absl::Status NodeFilter::ReadTerms(const Json& terms) {
  if (!terms.is_array()) return absl::InvalidArgumentError(absl::StrCat(kTerms, ": not a list"));
  terms_.emplace();
  for (size_t i = 0; i < terms.size(); ++i) {
    Term term;
    absl::Status status = ReadTerm(terms[i], &term);
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(kTerms, "[", i, "]: ", status.message()));
    asks_for_name_ = asks_for_name_ || !term.fields.empty();
    terms_->push_back(std::move(term));
  }
  return absl::OkStatus();
}

absl::Status NodeFilter::ReadTerm(const Json& document, Term* term) {
  absl::Status status = ReadRequirements(document, "matchExpressions", &term->labels);
  if (status.ok()) status = ReadRequirements(document, "matchFields", &term->fields);
  for (const LabelRequirement& field : term->fields) {
    if (status.ok() && field.key != "metadata.name") {
      status = absl::InvalidArgumentError(absl::StrCat("matchFields: \"", field.key, "\" is not metadata.name"));
    }
  }
  return status;
}

absl::Status NodeFilter::ReadPreferences(const Json& preferences) {
  for (size_t i = 0; i < preferences.size(); ++i) {
    const std::string where = absl::StrCat(kPreferred, "[", i, "]");
    if (!preferences[i].is_object()) return absl::InvalidArgumentError(absl::StrCat(where, ": not an object"));
    JsonReader reader(preferences[i]);
    Preferred preferred;
    preferred.weight = reader.Integer({"weight"}).value_or(0);
    const Json& term = reader.Object({"preference"});
    if (!reader.status().ok()) return absl::InvalidArgumentError(absl::StrCat(where, ".", reader.status().message()));
    if (preferred.weight < 1 || preferred.weight > 100) {
      return absl::InvalidArgumentError(absl::StrCat(where, ".weight: ", preferred.weight, " is not in 1..100"));
    }
    absl::Status status = ReadTerm(term, &preferred.term);
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(where, ".preference: ", status.message()));
    preferences_.push_back(std::move(preferred));
  }
  return absl::OkStatus();
}

absl::Status NodeFilter::ReadTolerations(const Json& tolerations) {
  for (size_t i = 0; i < tolerations.size(); ++i) {
    if (!tolerations[i].is_object()) {
      return absl::InvalidArgumentError(absl::StrCat("tolerations[", i, "]: not an object"));
    }
    JsonReader reader(tolerations[i]);
    Toleration toleration;
    toleration.key = reader.Text({"key"});
    toleration.value = reader.Text({"value"});
    toleration.effect = reader.Text({"effect"});
    toleration.exists = reader.Text({"operator"}) == "Exists";
    if (!reader.status().ok()) {
      return absl::InvalidArgumentError(absl::StrCat("tolerations[", i, "]: ", reader.status().message()));
    }
    tolerations_.push_back(std::move(toleration));
  }
  return absl::OkStatus();
}

bool NodeFilter::AsksForLabel(absl::string_view key) const {
  if (selector_.count(std::string(key)) > 0) return true;
  if (!terms_.has_value()) return false;
  return std::any_of(terms_->begin(), terms_->end(), [&](const Term& term) {
    return std::any_of(term.labels.begin(), term.labels.end(),
                       [&](const LabelRequirement& requirement) { return requirement.key == key; });
  });
}

bool NodeFilter::Tolerates(const Taint& taint) const {
  if (taint.effect == "PreferNoSchedule") return true;
  return std::any_of(tolerations_.begin(), tolerations_.end(), [&](const Toleration& toleration) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
    if (toleration.key.empty()) return toleration.exists;
    return toleration.key == taint.key && (toleration.exists || toleration.value == taint.value);
  });
}

bool NodeFilter::TermMatches(const Term& term, const NodeFacts& node) const {
  if (term.labels.empty() && term.fields.empty()) return false;
  for (const LabelRequirement& requirement : term.labels) {
    const auto found = node.labels.find(requirement.key);
    std::optional<absl::string_view> value;
    if (found != node.labels.end()) value = found->second;
    if (!requirement.Matches(value)) return false;
  }
  return std::all_of(term.fields.begin(), term.fields.end(),
                     [&](const LabelRequirement& field) { return field.Matches(node.name); });
}

int64_t NodeFilter::Preference(const NodeFacts& node) const {
  int64_t sum = 0;
  for (const Preferred& preferred : preferences_) {
    if (TermMatches(preferred.term, node)) sum += preferred.weight;
  }
  return sum;
}

NodeExclusion NodeFilter::Check(const NodeFacts& node) const {
  if (!node_name_.empty() && node.name != node_name_) return NodeExclusion::kNodeName;
  if (!node.ready) return NodeExclusion::kNotReady;
  for (const auto& [key, value] : selector_) {
    const auto found = node.labels.find(key);
    if (found == node.labels.end() || found->second != value) return NodeExclusion::kSelector;
  }
  if (terms_.has_value() &&
      std::none_of(terms_->begin(), terms_->end(), [&](const Term& term) { return TermMatches(term, node); })) {
    return NodeExclusion::kAffinity;
  }
  if (node.unschedulable && node_name_.empty() && !Tolerates({"node.kubernetes.io/unschedulable", "", "NoSchedule"})) {
    return NodeExclusion::kTaint;
  }
  const bool tolerated = std::all_of(node.taints.begin(), node.taints.end(), [this](const Taint& taint) {
    return (!node_name_.empty() && taint.effect != "NoExecute") || Tolerates(taint);
  });
  return tolerated ? NodeExclusion::kNone : NodeExclusion::kTaint;
}

}  // namespace lws
