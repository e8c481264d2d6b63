#include "lws/adapters/simulation/kubernetes/label_match.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

LabelSelector::LabelSelector(const Json& selector) {
  if (!selector.is_object()) return;
  for (const auto& [key, value] : StoredFieldAt(selector, {"matchLabels"}).items()) {
    if (!value.is_string()) return;
    requirements_.push_back({key, LabelRequirement::Operator::kIn, {value.get<std::string>()}});
  }
  for (const Json& expression : StoredFieldAt(selector, {"matchExpressions"})) {
    absl::StatusOr<LabelRequirement> requirement = ReadLabelRequirement(expression);
    if (!requirement.ok()) return;
    requirements_.push_back(*std::move(requirement));
  }
  is_read_ = true;
}

bool LabelSelector::Matches(const Json& labels) const {
  if (!is_read_) return false;
  return std::all_of(requirements_.begin(), requirements_.end(), [&labels](const LabelRequirement& requirement) {
    const Json& label = StoredFieldAt(labels, {requirement.key});
    std::optional<absl::string_view> value;
    if (label.is_string()) value = label.get_ref<const std::string&>();
    return requirement.Matches(value);
  });
}

const LabelRequirement* LabelSelector::equality() const {
  for (const LabelRequirement& requirement : requirements_) {
    if (requirement.op == LabelRequirement::Operator::kIn) return &requirement;
  }
  return nullptr;
}

bool LabelSelectorMatches(const Json& selector, const Json& labels) { return LabelSelector(selector).Matches(labels); }

}  // namespace lws::simulation
