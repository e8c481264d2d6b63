#include "lws/api/admit_set.h"

#include <utility>

#include "absl/status/statusor.h"
#include "lws/api/admission_steps.h"
#include "lws/api/default_document.h"
#include "lws/api/field_table.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_meta_validation.h"
#include "lws/api/schema_validation.h"
#include "lws/api/typed_json.h"
#include "lws/api/validation.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::AppendFieldErrors;
using internal::ApplySchemaDefaults;
using internal::CheckScaleReplicas;
using internal::DefaultDocument;
using internal::DropNullsOfMetadata;
using internal::FieldErrorOfDecoding;
using internal::FindTypeInfo;
using internal::PrepareDocument;
using internal::PruneDocument;
using internal::TakeOverAdmittedMeta;
using internal::ValidateLeaderWorkerSet;
using internal::ValidateLeaderWorkerSetUpdate;
using internal::ValidateObjectMeta;
using internal::ValidateObjectMetaUpdate;
using internal::ValidateSchema;

namespace {

// A manifest on its way through the stages.
struct Candidate {
  Json document;        // as the schema sees it
  LeaderWorkerSet set;  // as its types say
};

// Prunes, defaults and reads the manifest. When it does not parse, `admission` gets the error.
Candidate Decode(const Json& manifest, SetAdmission* admission) {
  Candidate candidate{manifest, {}};
  PrepareDocument(*FindTypeInfo(kKind), &candidate.document, &admission->pruned);
  absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(candidate.document);
  if (set.ok()) {
    candidate.set = *std::move(set);
  } else {
    admission->Refuse(AdmissionStage::kDecode, {FieldErrorOfDecoding(set.status())});
  }
  return candidate;
}

void ApplyDefaults(Candidate* candidate) {
  if (!DefaultDocument(&candidate->set, &candidate->document)) return;
  ApplySchemaDefaults(*FindTypeInfo(kKind), &candidate->document);
}

// The schema below spec and status; metadata has rules of its own.
FieldErrors CheckSchema(const Json& document) {
  Json schema_part = document;
  schema_part.erase("metadata");
  FieldErrors errors = ValidateSchema(*FindTypeInfo(kKind), schema_part, "");
  AppendFieldErrors(CheckScaleReplicas(document), &errors);
  return errors;
}

// Status is a subresource: only its own requests change it.
void KeepStatus(const LeaderWorkerSetStatus& status, Candidate* candidate) {
  *candidate->set.mutable_status() = status;
  candidate->document["status"] = LeaderWorkerSetStatusToJson(status);
}

// Whether the wanted state changed. Metadata and status do not belong to it.
bool SpecChanged(const LeaderWorkerSet& old_set, const LeaderWorkerSet& set) {
  return LeaderWorkerSetToJson(old_set)["spec"] != LeaderWorkerSetToJson(set)["spec"];
}

// Admits `candidate` as it is stored. It is read again, because only the document has the schema's last defaults.
SetAdmission Admit(const Candidate& candidate, SetAdmission admission) {
  absl::StatusOr<LeaderWorkerSet> stored = LeaderWorkerSetFromJson(candidate.document);
  if (!stored.ok()) {
    admission.Refuse(AdmissionStage::kDecode, {FieldErrorOfDecoding(stored.status())});
    return admission;
  }
  *stored->mutable_metadata() = candidate.set.metadata();
  admission.set = std::make_shared<LeaderWorkerSet>(*std::move(stored));
  return admission;
}

}  // namespace

Json PruneSet(const Json& manifest, std::vector<std::string>* pruned) {
  Json document = manifest;
  if (!document.is_object()) return document;
  PruneDocument(*FindTypeInfo(kKind), &document, pruned);
  DropNullsOfMetadata(*FindTypeInfo(kKind), &document);
  return document;
}

SetAdmission AdmitSet(const Json& manifest) {
  SetAdmission admission;
  Candidate candidate = Decode(manifest, &admission);
  if (admission.stage != AdmissionStage::kAdmitted) return admission;
  ApplyDefaults(&candidate);
  KeepStatus(LeaderWorkerSetStatus(), &candidate);
  FieldErrors errors = ValidateObjectMeta(candidate.set.metadata());
  AppendFieldErrors(CheckSchema(candidate.document), &errors);
  if (admission.Refuse(AdmissionStage::kSchema, std::move(errors))) return admission;
  if (admission.Refuse(AdmissionStage::kValidation, ValidateLeaderWorkerSet(candidate.set))) return admission;
  return Admit(candidate, std::move(admission));
}

SetAdmission AdmitSetUpdate(const LeaderWorkerSet& old_set, const Json& manifest) {
  SetAdmission admission;
  Candidate candidate = Decode(manifest, &admission);
  if (admission.stage != AdmissionStage::kAdmitted) return admission;
  ApplyDefaults(&candidate);
  TakeOverAdmittedMeta(old_set.metadata(), candidate.set.mutable_metadata());
  KeepStatus(old_set.status(), &candidate);
  FieldErrors errors = ValidateObjectMetaUpdate(old_set.metadata(), candidate.set.metadata());
  AppendFieldErrors(CheckSchema(candidate.document), &errors);
  if (admission.Refuse(AdmissionStage::kSchema, std::move(errors))) return admission;
  errors = ValidateLeaderWorkerSetUpdate(old_set, candidate.set);
  if (admission.Refuse(AdmissionStage::kValidation, std::move(errors))) return admission;
  if (SpecChanged(old_set, candidate.set)) {
    candidate.set.mutable_metadata()->set_generation(old_set.metadata().generation() + 1);
  }
  return Admit(candidate, std::move(admission));
}

}  // namespace lws
