#include "lws/adapters/simulation/kubernetes/label_match.h"

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/placement/node_filter.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

bool SelectorMatches(const Json& selector, const Json& labels) {
  if (!selector.is_object()) return false;
  const Json wanted = selector.value("matchLabels", Json::object());
  for (auto it = wanted.begin(); it != wanted.end(); ++it) {
    if (labels.value(it.key(), Json()) != *it) return false;
  }
  for (const Json& expression : selector.value("matchExpressions", Json::array())) {
    const absl::StatusOr<LabelRequirement> requirement = ReadLabelRequirement(expression);
    if (!requirement.ok()) return false;
    const auto found = labels.find(requirement->key);
    std::optional<absl::string_view> value;
    if (found != labels.end() && found->is_string()) value = found->get_ref<const std::string&>();
    if (!requirement->Matches(value)) return false;
  }
  return true;
}

}  // namespace lws::simulation
