#include "lws/api/custom_resource.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_validation.h"
#include "lws/api/field_table.h"
#include "lws/api/open_api_schema.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

struct CustomKind {
  const char* kind;
  const char* api_version;
  const char* short_name;     // null for none
  const char* selector_path;  // of the scale subresource; null without one
};

constexpr CustomKind kCustomKinds[] = {
    {kKind, kApiVersion, "lws", ".status.hpaPodSelector"},
    {kDisaggregatedSetKind, kDisaggregatedSetApiVersion, "ds", nullptr},
    {kRoleScalerKind, kDisaggregatedSetApiVersion, nullptr, ".status.selector"},
};

struct Column {
  const char* name;
  const char* path;
};

// What kubectl get shows beside the name and the age.
std::vector<Column> Columns(absl::string_view kind) {
  if (kind == kKind) {
    return {
        {"Ready", ".status.readyReplicas"}, {"Desired", ".spec.replicas"}, {"Up-to-date", ".status.updatedReplicas"}};
  }
  if (kind == kRoleScalerKind) return {{"Desired", ".spec.replicas"}, {"Replicas", ".status.replicas"}};
  return {{"Slices", ".spec.slices"}};
}

Json PrinterColumns(absl::string_view kind) {
  Json columns = Json::array();
  for (const Column& column : Columns(kind)) {
    columns.push_back({{"name", column.name}, {"type", "integer"}, {"jsonPath", column.path}});
  }
  columns.push_back({{"name", "Age"}, {"type", "date"}, {"jsonPath", ".metadata.creationTimestamp"}});
  return columns;
}

// Over the roles whose replicas the set itself decides: CheckReplicasRule says the same.
Json ReplicasRule() {
  constexpr char kRoles[] = "self.roles.filter(r, !has(r.scaling) || r.scaling.mode != 'External')";
  return {{"message", kReplicasRuleMessage},
          {"rule", absl::StrCat(kRoles, ".all(r, !has(r.spec.replicas) || r.spec.replicas == 0) || ", kRoles,
                                ".all(r, has(r.spec.replicas) && r.spec.replicas > 0)")}};
}

// The schema of the whole object; the API server knows the metadata itself.
Json Schema(absl::string_view kind) {
  Json schema = OpenApiSchema(*FindTypeInfo(kind));
  schema["properties"]["metadata"] = {{"type", "object"}};
  if (kind == kDisaggregatedSetKind) {
    schema["properties"]["spec"]["x-kubernetes-validations"] = Json::array({ReplicasRule()});
  }
  return schema;
}

Json Subresources(const CustomKind& custom) {
  Json subresources = {{"status", Json::object()}};
  if (custom.selector_path != nullptr) {
    subresources["scale"] = {{"specReplicasPath", ".spec.replicas"},
                             {"statusReplicasPath", ".status.replicas"},
                             {"labelSelectorPath", custom.selector_path}};
  }
  return subresources;
}

Json Definition(const CustomKind& custom) {
  const std::pair<std::string, std::string> group_version = absl::StrSplit(custom.api_version, '/');
  const std::string singular = absl::AsciiStrToLower(custom.kind);
  const std::string plural = absl::StrCat(singular, "s");
  Json names = {{"kind", custom.kind},
                {"listKind", absl::StrCat(custom.kind, "List")},
                {"plural", plural},
                {"singular", singular}};
  if (custom.short_name != nullptr) names["shortNames"] = {custom.short_name};
  const Json version = {{"name", group_version.second},
                        {"served", true},
                        {"storage", true},
                        {"schema", {{"openAPIV3Schema", Schema(custom.kind)}}},
                        {"subresources", Subresources(custom)},
                        {"additionalPrinterColumns", PrinterColumns(custom.kind)}};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", absl::StrCat(plural, ".", group_version.first)}}},
          {"spec",
           {{"group", group_version.first},
            {"names", std::move(names)},
            {"scope", "Namespaced"},
            {"versions", Json::array({version})}}}};
}

}  // namespace

const std::vector<std::string>& CustomKinds() {
  static const auto& kinds = *new std::vector<std::string>{kKind, kDisaggregatedSetKind, kRoleScalerKind};
  return kinds;
}

Json CustomResourceDefinition(absl::string_view kind) {
  for (const CustomKind& custom : kCustomKinds) {
    if (kind == custom.kind) return Definition(custom);
  }
  return nullptr;
}

}  // namespace lws::internal
