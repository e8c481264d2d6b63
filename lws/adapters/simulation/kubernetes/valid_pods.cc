#include "lws/adapters/simulation/kubernetes/valid_pods.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/json_member.h"
#include "lws/api/name_rules.h"
#include "lws/api/object_meta_validation.h"
#include "lws/api/pod_validation.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

using internal::Dns1123LabelErrors;
using internal::LabelValueErrors;
using internal::MemberOf;
using internal::SubdomainErrors;
using internal::ValidateMetadata;
using internal::ValidatePod;

namespace {

// The templates of a few sets at a time: of leaders and workers, before and after an update.
constexpr size_t kMostKnown = 8;

// Whether a value has no error if `known`, which stands at the same place in a valid pod, has none.
using IsAlike = bool (*)(const Json& value, const Json& known);

struct MemberRule {
  const char* name;
  IsAlike is_alike;
};

bool IsSame(const Json& value, const Json& known);

// Whether both objects have the same members, and these are alike: by their rule, or else by `otherwise`.
bool HasAlikeMembers(const Json& value, const Json& known, absl::Span<const MemberRule> rules,
                     IsAlike otherwise = IsSame) {
  if (!value.is_object() || !known.is_object() || value.size() != known.size()) return false;
  for (auto mine = value.begin(), its = known.begin(); mine != value.end(); ++mine, ++its) {
    if (mine.key() != its.key()) return false;
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&mine](const MemberRule& rule) { return mine.key() == rule.name; });
    const IsAlike is_alike = rule == rules.end() ? otherwise : rule->is_alike;
    if (!is_alike(*mine, *its)) return false;
  }
  return true;
}

bool HasAlikeItems(const Json& value, const Json& known, IsAlike is_alike) {
  return value.is_array() && known.is_array() && value.size() == known.size() &&
         std::equal(value.begin(), value.end(), known.begin(), is_alike);
}

// Unlike ==, it tells 2.0 from 2, as rules do.
bool IsSame(const Json& value, const Json& known) {
  if (value.is_object()) return HasAlikeMembers(value, known, {});
  if (value.is_array()) return HasAlikeItems(value, known, IsSame);
  return value.is_number_float() == known.is_number_float() && value == known;
}

bool IsFilledText(const Json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }

// Another text in the place of a text, which keeps the rule of such texts.
template <std::vector<std::string> (*kErrorsOf)(absl::string_view)>
bool KeepsRule(const Json& value, const Json& known) {
  return IsSame(value, known) ||
         (IsFilledText(value) && IsFilledText(known) && kErrorsOf(value.get_ref<const std::string&>()).empty());
}

// The value of a variable may be any text. Whether there is one matters to the variable's other fields.
bool IsAlikeText(const Json& value, const Json& known) {
  return IsSame(value, known) || (IsFilledText(value) && IsFilledText(known));
}

bool IsAlikeVariable(const Json& value, const Json& known) {
  static constexpr MemberRule kRules[] = {{"value", IsAlikeText}};
  return HasAlikeMembers(value, known, kRules);
}

bool HasAlikeVariables(const Json& value, const Json& known) { return HasAlikeItems(value, known, IsAlikeVariable); }

bool IsAlikeContainer(const Json& value, const Json& known) {
  static constexpr MemberRule kRules[] = {{"env", HasAlikeVariables}};
  return HasAlikeMembers(value, known, kRules);
}

bool HasAlikeContainers(const Json& value, const Json& known) { return HasAlikeItems(value, known, IsAlikeContainer); }

bool IsAlikeSpec(const Json& value, const Json& known) {
  static constexpr MemberRule kRules[] = {{"containers", HasAlikeContainers},
                                          {"hostname", KeepsRule<Dns1123LabelErrors>},
                                          {"initContainers", HasAlikeContainers},
                                          {"subdomain", KeepsRule<Dns1123LabelErrors>}};
  return HasAlikeMembers(value, known, kRules);
}

bool HasAlikeLabels(const Json& value, const Json& known) {
  return HasAlikeMembers(value, known, {}, KeepsRule<LabelValueErrors>);
}

// Annotations may be any texts, as long as all of them are not too long together.
bool IsAlikeAnnotation(const Json& value, const Json& known) {
  return IsSame(value, known) ||
         (value.is_string() && known.is_string() &&
          value.get_ref<const std::string&>().size() <= known.get_ref<const std::string&>().size());
}

bool HasAlikeAnnotations(const Json& value, const Json& known) {
  return HasAlikeMembers(value, known, {}, IsAlikeAnnotation);
}

bool IsAlikeOwner(const Json& value, const Json& known) {
  static constexpr MemberRule kRules[] = {{"name", IsAlikeText}, {"uid", IsAlikeText}};
  return HasAlikeMembers(value, known, kRules);
}

bool HasAlikeOwners(const Json& value, const Json& known) { return HasAlikeItems(value, known, IsAlikeOwner); }

bool IsAlikeMetadata(const Json& value, const Json& known) {
  static constexpr MemberRule kRules[] = {{"annotations", HasAlikeAnnotations},
                                          {"labels", HasAlikeLabels},
                                          {"name", KeepsRule<SubdomainErrors>},
                                          {"ownerReferences", HasAlikeOwners}};
  return HasAlikeMembers(value, known, kRules);
}

// Whether a rule of the spec looks at the pod's name: claims of ephemeral volumes are named after it.
bool DependsOnName(const Json& spec) {
  const Json& volumes = MemberOf(spec, "volumes");
  return volumes.is_array() && std::any_of(volumes.begin(), volumes.end(),
                                           [](const Json& volume) { return !MemberOf(volume, "ephemeral").is_null(); });
}

}  // namespace

bool ValidPods::Known::Has(const Json& value) {
  const auto known =
      std::find_if(values_.begin(), values_.end(), [&](const SharedJson& its) { return is_alike_(value, *its); });
  if (known == values_.end()) return false;
  std::rotate(values_.begin(), known, known + 1);
  return true;
}

void ValidPods::Known::Add(const Json& value) {
  if (values_.size() == kMostKnown) values_.pop_back();
  values_.insert(values_.begin(), std::make_shared<const Json>(value));
}

ValidPods::ValidPods() : metadata_(IsAlikeMetadata), specs_(IsAlikeSpec) {}

FieldErrors ValidPods::Check(const Json& pod) {
  const Json& spec = MemberOf(pod, "spec");
  const Json& metadata = MemberOf(pod, "metadata");
  const bool is_spec_known = specs_.Has(spec);
  const bool is_metadata_known = metadata_.Has(metadata);
  const bool is_metadata_valid = is_metadata_known || ValidateMetadata(pod, SubdomainErrors).empty();
  if (is_metadata_valid && !is_metadata_known) metadata_.Add(metadata);
  if (is_metadata_valid && is_spec_known) return {};
  FieldErrors errors = ValidatePod(pod);
  if (errors.empty() && !is_spec_known && !DependsOnName(spec)) specs_.Add(spec);
  return errors;
}

}  // namespace lws::simulation
