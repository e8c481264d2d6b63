#include "lws/api/admit_set.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "lws/api/defaulting.h"
#include "lws/api/field_status.h"
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

using internal::ApplyAdmissionDefaults;
using internal::ApplySchemaDefaults;
using internal::DropNulls;
using internal::FindType;
using internal::PruneUnknownFields;
using internal::TypeInfo;
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

// What ReadTyped found, as a field error.
FieldError DecodeError(const absl::Status& status) {
  const std::string field = FieldOf(status);
  const std::string message(status.message());
  return {field, field.empty() ? message : message.substr(field.size() + 2)};
}

// Metadata is read by its own rules: a null label is an empty one.
void DropNullsBelowSpec(Json* document) {
  const TypeInfo& type = *FindType(kKind);
  for (const char* part : {"spec", "status"}) {
    const auto found = document->find(part);
    if (found == document->end()) continue;
    if (found->is_null()) {
      document->erase(found);
    } else if (found->is_object()) {
      DropNulls(type.Find(part)->object_type(), &*found);
    }
  }
}

// Null is absence in metadata, too, but for the texts of maps, where it is the empty text.
void DropNullsOfMetadata(Json* document) {
  const auto metadata = document->find("metadata");
  if (metadata == document->end() || !metadata->is_object()) return;
  for (const char* map : {"labels", "annotations"}) {
    const auto found = metadata->find(map);
    if (found == metadata->end() || !found->is_object()) continue;
    for (Json& text : *found) {
      if (text.is_null()) text = "";
    }
  }
  DropNulls(FindType(kKind)->Find("metadata")->object_type(), &*metadata);
}

// Pruned, defaulted and read; `admission` gets an error when it does not read.
Candidate Decode(const Json& manifest, SetAdmission* admission) {
  Candidate candidate{manifest, {}};
  const TypeInfo& type = *FindType(kKind);
  if (candidate.document.is_object()) {
    PruneUnknownFields(type, "", &candidate.document, &admission->pruned);
    DropNullsBelowSpec(&candidate.document);
    ApplySchemaDefaults(type, &candidate.document);
  }
  absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(candidate.document);
  if (!set.ok()) {
    admission->stage = AdmissionStage::kDecode;
    admission->errors.push_back(DecodeError(set.status()));
    return candidate;
  }
  candidate.set = *std::move(set);
  return candidate;
}

// `from` over `to`; what only `to` has stays.
void MergeOver(const Json& from, Json* to) {
  if (from.is_object() && to->is_object()) {
    for (auto it = from.begin(); it != from.end(); ++it) {
      if (to->contains(it.key())) {
        MergeOver(*it, &(*to)[it.key()]);
      } else {
        (*to)[it.key()] = *it;
      }
    }
  } else if (from.is_array() && to->is_array() && from.size() == to->size()) {
    for (size_t i = 0; i < from.size(); ++i) MergeOver(from[i], &(*to)[i]);
  } else {
    *to = from;
  }
}

// Where defaulting changes something, the API server goes on with what the webhook wrote, absent fields in their
// written form included, over what was sent. Else it goes on with what was sent.
void ApplyDefaults(Candidate* candidate) {
  const LeaderWorkerSet before = candidate->set;
  ApplyAdmissionDefaults(&candidate->set);
  if (google::protobuf::util::MessageDifferencer::Equals(candidate->set, before)) return;
  const Json after = LeaderWorkerSetToJson(candidate->set);
  if (after == LeaderWorkerSetToJson(before)) return;
  MergeOver(after, &candidate->document);
  ApplySchemaDefaults(*FindType(kKind), &candidate->document);
}

// What the scale subresource says of the field that it reads.
void CheckScaleReplicas(const Json& replicas, FieldErrors* errors) {
  if (replicas.is_number_float()) {
    errors->push_back(InvalidValue(".spec.replicas", "0",
                                   absl::StrCat(".spec.replicas accessor error: ", replicas.get<int64_t>(),
                                                " is of the type float64, expected int64")));
  } else if (replicas.is_number_integer() && replicas.get<int64_t>() < 0) {
    errors->push_back(InvalidValue(".spec.replicas", replicas.dump(), "should be a non-negative integer"));
  }
}

// The schema below spec and status; metadata has rules of its own.
FieldErrors CheckSchema(const Json& document) {
  Json schema_part = document;
  schema_part.erase("metadata");
  FieldErrors errors = ValidateSchema(*FindType(kKind), schema_part, "");
  CheckScaleReplicas(document.value("/spec/replicas"_json_pointer, Json()), &errors);
  return errors;
}

SetAdmission Finish(AdmissionStage stage, FieldErrors errors, SetAdmission admission) {
  admission.stage = stage;
  admission.errors = std::move(errors);
  return admission;
}

void Append(FieldErrors from, FieldErrors* to) {
  to->insert(to->end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// What an update takes over from the stored object before it is checked.
void TakeOver(const ObjectMeta& from, ObjectMeta* to) {
  if (to->uid().empty()) to->set_uid(from.uid());
  to->set_creation_timestamp(from.creation_timestamp());
  to->set_generation(from.generation());
}

// Status is a subresource: only its own requests change it.
void KeepStatus(const LeaderWorkerSetStatus& status, Candidate* candidate) {
  *candidate->set.mutable_status() = status;
  candidate->document["status"] = LeaderWorkerSetStatusToJson(status);
}

// All but metadata and status counts as a change of what is wanted.
bool SpecChanged(const LeaderWorkerSet& old_set, const LeaderWorkerSet& set) {
  return LeaderWorkerSetToJson(old_set)["spec"] != LeaderWorkerSetToJson(set)["spec"];
}

// `candidate` as it is stored: what the schema defaulted last is in the document alone.
SetAdmission Admit(const Candidate& candidate, SetAdmission admission) {
  absl::StatusOr<LeaderWorkerSet> stored = LeaderWorkerSetFromJson(candidate.document);
  if (!stored.ok()) return Finish(AdmissionStage::kDecode, {DecodeError(stored.status())}, std::move(admission));
  *stored->mutable_metadata() = candidate.set.metadata();
  admission.set = std::make_shared<LeaderWorkerSet>(*std::move(stored));
  return admission;
}

}  // namespace

Json PruneSet(const Json& manifest, std::vector<std::string>* pruned) {
  Json document = manifest;
  if (!document.is_object()) return document;
  PruneUnknownFields(*FindType(kKind), "", &document, pruned);
  DropNullsBelowSpec(&document);
  DropNullsOfMetadata(&document);
  return document;
}

SetAdmission AdmitSet(const Json& manifest) {
  SetAdmission admission;
  Candidate candidate = Decode(manifest, &admission);
  if (admission.stage != AdmissionStage::kAdmitted) return admission;
  ApplyDefaults(&candidate);
  KeepStatus(LeaderWorkerSetStatus(), &candidate);
  FieldErrors errors = ValidateObjectMeta(candidate.set.metadata());
  Append(CheckSchema(candidate.document), &errors);
  if (!errors.empty()) return Finish(AdmissionStage::kSchema, std::move(errors), std::move(admission));
  errors = ValidateLeaderWorkerSet(candidate.set);
  if (!errors.empty()) return Finish(AdmissionStage::kValidation, std::move(errors), std::move(admission));
  return Admit(candidate, std::move(admission));
}

SetAdmission AdmitSetUpdate(const LeaderWorkerSet& old_set, const Json& manifest) {
  SetAdmission admission;
  Candidate candidate = Decode(manifest, &admission);
  if (admission.stage != AdmissionStage::kAdmitted) return admission;
  ApplyDefaults(&candidate);
  TakeOver(old_set.metadata(), candidate.set.mutable_metadata());
  KeepStatus(old_set.status(), &candidate);
  FieldErrors errors = ValidateObjectMetaUpdate(old_set.metadata(), candidate.set.metadata());
  Append(CheckSchema(candidate.document), &errors);
  if (!errors.empty()) return Finish(AdmissionStage::kSchema, std::move(errors), std::move(admission));
  errors = ValidateLeaderWorkerSetUpdate(old_set, candidate.set);
  if (!errors.empty()) return Finish(AdmissionStage::kValidation, std::move(errors), std::move(admission));
  if (SpecChanged(old_set, candidate.set)) {
    candidate.set.mutable_metadata()->set_generation(old_set.metadata().generation() + 1);
  }
  return Admit(candidate, std::move(admission));
}

}  // namespace lws
