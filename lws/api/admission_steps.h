// The steps of admission that do not depend on the kind.
//
//   Json document = manifest;
//   lws::internal::PrepareDocument(*lws::internal::FindTypeInfo("LeaderWorkerSet"), &document, &pruned);
//   lws::internal::CheckScaleReplicas(document);
//   // .spec.replicas: Invalid value: -1: should be a non-negative integer
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_ADMISSION_STEPS_H_
#define LWS_API_ADMISSION_STEPS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "lws/api/field_error.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class ObjectMeta;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Removes unknown fields, and the nulls below spec and status. Nulls in the metadata stay, because the rules of the
// metadata read a null label as an empty one. REQUIRES: document->is_object().
void PruneDocument(const TypeInfo& type, Json* document, std::vector<std::string>* pruned);

// Removes the nulls of the metadata. In labels and annotations a null becomes the empty text.
void DropNullsOfMetadata(const TypeInfo& type, Json* document);

// PruneDocument, then the schema's defaults. A manifest that is not an object stays as it is.
void PrepareDocument(const TypeInfo& type, Json* document, std::vector<std::string>* pruned);

// Turns "PATH: TEXT", the form of ReadTypedJson's errors, into a field error. REQUIRES: !status.ok().
FieldError FieldErrorOfDecoding(const absl::Status& status);

// The errors of the scale subresource about the field that it reads, spec.replicas.
FieldErrors CheckScaleReplicas(const Json& document);

// Copies to the updated object the metadata that an update takes from the stored object before it is checked.
void TakeOverAdmittedMeta(const ObjectMeta& from, ObjectMeta* to);

void AppendFieldErrors(FieldErrors from, FieldErrors* to);

}  // namespace lws::internal

#endif  // LWS_API_ADMISSION_STEPS_H_
