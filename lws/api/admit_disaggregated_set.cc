#include "lws/api/admit_disaggregated_set.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lws/api/admission_steps.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/disaggregated_validation.h"
#include "lws/api/field_table.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_meta_validation.h"
#include "lws/api/proto_json.h"
#include "lws/api/schema_validation.h"
#include "lws/api/typed_json.h"
#include "lws/api/typed_message.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::AppendFieldErrors;
using internal::ApplySchemaDefaults;
using internal::CheckReplicasRule;
using internal::CheckScaleReplicas;
using internal::DisaggregatedSetWarnings;
using internal::FieldErrorOfDecoding;
using internal::FindTypeInfo;
using internal::MessageFromJson;
using internal::MessageToJson;
using internal::PrepareDocument;
using internal::ProtoFromJson;
using internal::ReadTypedJson;
using internal::TakeOverAdmittedMeta;
using internal::TypeInfo;
using internal::ValidateDisaggregatedSet;
using internal::ValidateObjectMeta;
using internal::ValidateObjectMetaUpdate;
using internal::ValidateSchema;
using internal::ValidateSchemaUpdate;

namespace {

// What the schema of a kind checks beyond its fields.
using SchemaRules = FieldErrors (*)(const Json& document, const Json* old_document, const FieldErrors& found);

// Whether this error keeps the API server from checking the rules across fields.
bool StopsRules(const FieldError& error) {
  return error.kind != FieldErrorKind::kInvalid && error.kind != FieldErrorKind::kDuplicate;
}

FieldErrors CheckSetRules(const Json& document, const Json* old_document, const FieldErrors& found) {
  if (std::any_of(found.begin(), found.end(), StopsRules)) {
    return {FieldInvalid("<nil>", "null",
                         "some validation rules were not checked because the object was invalid; correct the existing "
                         "errors to complete validation")};
  }
  if (old_document != nullptr && (*old_document)["spec"] == document["spec"]) return {};
  std::optional<FieldError> error = CheckReplicasRule(document["spec"]);
  if (!error.has_value()) return {};
  return {*std::move(error)};
}

FieldErrors CheckScalerRules(const Json& document, const Json*, const FieldErrors&) {
  return CheckScaleReplicas(document);
}

absl::Status ReadMeta(const Json& document, ObjectMeta* meta) {
  if (!document.is_object()) return absl::InvalidArgumentError("the manifest is not an object");
  const auto found = document.find("metadata");
  if (found == document.end() || found->is_null()) return absl::OkStatus();
  const absl::StatusOr<Json> typed = ReadTypedJson(*FindTypeInfo("ObjectMeta"), *found, "metadata");
  return typed.ok() ? ProtoFromJson(*typed, meta) : typed.status();
}

// The schema below spec and status; metadata has rules of its own.
FieldErrors CheckSchema(const TypeInfo& type, const ObjectMeta& meta, const Json& document, const ObjectMeta* old_meta,
                        const Json* old_document, SchemaRules rules) {
  FieldErrors errors = old_meta == nullptr ? ValidateObjectMeta(meta) : ValidateObjectMetaUpdate(*old_meta, meta);
  Json schema_part = document;
  schema_part.erase("metadata");
  AppendFieldErrors(old_document == nullptr ? ValidateSchema(type, schema_part, "")
                                            : ValidateSchemaUpdate(type, *old_document, schema_part, ""),
                    &errors);
  AppendFieldErrors(rules(document, old_document, errors), &errors);
  return errors;
}

// The object as the schema admits it; nullopt when `admission` ended. `old_object` is null on creation.
template <typename Object>
std::optional<Object> AdmitBySchema(absl::string_view kind, const Object* old_object, const Json& manifest,
                                    SchemaRules rules, Admission* admission) {
  const TypeInfo& type = *FindTypeInfo(kind);
  Json document = manifest;
  ObjectMeta meta;
  absl::Status status = ReadMeta(document, &meta);
  if (!status.ok()) {
    admission->Refuse(AdmissionStage::kDecode, {FieldErrorOfDecoding(status)});
    return std::nullopt;
  }
  PrepareDocument(type, &document, &admission->pruned);
  document.erase("status");
  Json old_document;
  if (old_object != nullptr) {
    TakeOverAdmittedMeta(old_object->metadata(), &meta);
    old_document = MessageToJson(kind, *old_object);
    ApplySchemaDefaults(type, &old_document);
    document["status"] = old_document["status"];
  }
  const bool updates = old_object != nullptr;
  FieldErrors errors = CheckSchema(type, meta, document, updates ? &old_object->metadata() : nullptr,
                                   updates ? &old_document : nullptr, rules);
  if (admission->Refuse(AdmissionStage::kSchema, std::move(errors))) return std::nullopt;
  Object object;
  // The comparison uses the stored form, in which absent fields have their written forms.
  const bool is_changed = updates && document["spec"] != old_document["spec"];
  document.erase("metadata");
  status = MessageFromJson(kind, document, &object);
  if (!status.ok()) {
    admission->Refuse(AdmissionStage::kDecode, {FieldErrorOfDecoding(status)});
    return std::nullopt;
  }
  if (is_changed) meta.set_generation(old_object->metadata().generation() + 1);
  *object.mutable_metadata() = std::move(meta);
  return object;
}

DisaggregatedSetAdmission AdmitSet(const DisaggregatedSet* old_set, const Json& manifest) {
  DisaggregatedSetAdmission admission;
  std::optional<DisaggregatedSet> set =
      AdmitBySchema(kDisaggregatedSetKind, old_set, manifest, CheckSetRules, &admission);
  if (!set.has_value()) return admission;
  admission.warnings = DisaggregatedSetWarnings(*set);
  if (admission.Refuse(AdmissionStage::kValidation, ValidateDisaggregatedSet(*set))) return admission;
  admission.set = std::make_shared<const DisaggregatedSet>(*std::move(set));
  return admission;
}

RoleScalerAdmission AdmitScaler(const DisaggregatedSetRoleScaler* old_scaler, const Json& manifest) {
  RoleScalerAdmission admission;
  std::optional<DisaggregatedSetRoleScaler> scaler =
      AdmitBySchema(kRoleScalerKind, old_scaler, manifest, CheckScalerRules, &admission);
  if (scaler.has_value()) admission.scaler = std::make_shared<const DisaggregatedSetRoleScaler>(*std::move(scaler));
  return admission;
}

}  // namespace

DisaggregatedSetAdmission AdmitDisaggregatedSet(const Json& manifest) { return AdmitSet(nullptr, manifest); }

DisaggregatedSetAdmission AdmitDisaggregatedSetUpdate(const DisaggregatedSet& old_set, const Json& manifest) {
  return AdmitSet(&old_set, manifest);
}

RoleScalerAdmission AdmitRoleScaler(const Json& manifest) { return AdmitScaler(nullptr, manifest); }

RoleScalerAdmission AdmitRoleScalerUpdate(const DisaggregatedSetRoleScaler& old_scaler, const Json& manifest) {
  return AdmitScaler(&old_scaler, manifest);
}

}  // namespace lws
