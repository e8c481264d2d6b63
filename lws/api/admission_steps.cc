#include "lws/api/admission_steps.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kScaleReplicas[] = ".spec.replicas";

// The error for a field whose value has another type than the scale subresource reads. It names both types as Go does.
FieldError AccessorError(const Json& value, absl::string_view wanted) {
  const char* type = "bool";
  if (value.is_string()) type = "string";
  if (value.is_number()) type = "float64";
  if (value.is_array()) type = "[]interface {}";
  if (value.is_object()) type = "map[string]interface {}";
  const std::string shown = value.is_string() ? value.get<std::string>() : ShowTypedJson(value);
  return FieldInvalid(
      kScaleReplicas, "0",
      absl::StrCat(kScaleReplicas, " accessor error: ", shown, " is of the type ", type, ", expected ", wanted));
}

void DropNullsBelow(const TypeInfo& type, const char* part, Json* document) {
  const auto found = document->find(part);
  if (found == document->end()) return;
  if (found->is_null()) {
    document->erase(found);
  } else if (found->is_object()) {
    DropNullFields(type.Find(part)->object_type(), &*found);
  }
}

}  // namespace

void PruneDocument(const TypeInfo& type, Json* document, std::vector<std::string>* pruned) {
  PruneUnknownFields(type, "", document, pruned);
  for (const char* part : {"spec", "status"}) DropNullsBelow(type, part, document);
}

void DropNullsOfMetadata(const TypeInfo& type, Json* document) {
  const auto metadata = document->find("metadata");
  if (metadata == document->end() || !metadata->is_object()) return;
  for (const char* map : {"labels", "annotations"}) {
    const auto found = metadata->find(map);
    if (found == metadata->end() || !found->is_object()) continue;
    for (Json& text : *found) {
      if (text.is_null()) text = "";
    }
  }
  DropNullFields(type.Find("metadata")->object_type(), &*metadata);
}

void PrepareDocument(const TypeInfo& type, Json* document, std::vector<std::string>* pruned) {
  if (!document->is_object()) return;
  PruneDocument(type, document, pruned);
  ApplySchemaDefaults(type, document);
}

FieldError FieldErrorOfDecoding(const absl::Status& status) {
  const std::string field = FieldOfStatus(status);
  const std::string message(status.message());
  return {field, field.empty() ? message : message.substr(field.size() + 2)};
}

FieldErrors CheckScaleReplicas(const Json& document) {
  const auto spec = document.find("spec");
  if (spec == document.end()) return {};
  if (!spec->is_object()) return {AccessorError(*spec, "map[string]interface{}")};
  const auto replicas = spec->find("replicas");
  if (replicas == spec->end()) return {};
  if (!replicas->is_number_integer()) return {AccessorError(*replicas, "int64")};
  if (*replicas < 0) return {FieldInvalid(kScaleReplicas, replicas->dump(), "should be a non-negative integer")};
  if (*replicas > std::numeric_limits<int32_t>::max()) {
    return {FieldInvalid(kScaleReplicas, replicas->dump(), "should be less than or equal to 2147483647")};
  }
  return {};
}

void TakeOverAdmittedMeta(const ObjectMeta& from, ObjectMeta* to) {
  if (to->uid().empty()) to->set_uid(from.uid());
  to->set_creation_timestamp(from.creation_timestamp());
  to->set_generation(from.generation());
  // An object that is being deleted stays so, whatever an update says of it.
  if (from.has_deletion_timestamp()) to->set_deletion_timestamp(from.deletion_timestamp());
  if (from.has_deletion_grace_period_seconds() && !to->has_deletion_grace_period_seconds()) {
    to->set_deletion_grace_period_seconds(from.deletion_grace_period_seconds());
  }
}

void AppendFieldErrors(FieldErrors from, FieldErrors* to) {
  to->insert(to->end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace lws::internal
