#include "lws/api/admission.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/policy.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/placement/providers/pod_group.h"
#include "nlohmann/json.hpp"

using lws::Json;
using lws::internal::CallerDocument;
using lws::internal::CallerName;
using lws::internal::PutTextForCaller;
using lws::internal::ReadCallerSchedulerProvider;
using lws::internal::RunForCaller;

namespace {

const char* StageName(lws::AdmissionStage stage) {
  switch (stage) {
    case lws::AdmissionStage::kAdmitted:
      return "admitted";
    case lws::AdmissionStage::kDecode:
      return "decode";
    case lws::AdmissionStage::kSchema:
      return "schema";
    case lws::AdmissionStage::kValidation:
      return "validation";
  }
  return "";
}

// `set` is null unless the set was admitted.
Json ToJson(const lws::Admission& admission, Json set) {
  Json json = {{"admitted", admission.stage == lws::AdmissionStage::kAdmitted},
               {"pruned", admission.pruned},
               {"warnings", admission.warnings}};
  if (!set.is_null()) {
    json["set"] = std::move(set);
    return json;
  }
  json["stage"] = StageName(admission.stage);
  json["errors"] = Json::array();
  for (const lws::FieldError& error : admission.errors) {
    json["errors"].push_back({{"field", error.field}, {"detail", error.detail}});
  }
  return json;
}

absl::Status InOldSet(const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat("old_set: ", status.message()));
}

absl::StatusOr<Json> AdmitLeaderWorkerSet(const Json& manifest, const Json& old_set) {
  lws::SetAdmission admission;
  if (old_set.is_null()) {
    admission = lws::AdmitSet(manifest);
  } else {
    const absl::StatusOr<lws::LeaderWorkerSet> old = lws::LeaderWorkerSetFromJson(old_set);
    if (!old.ok()) return InOldSet(old.status());
    admission = lws::AdmitSetUpdate(*old, manifest);
  }
  return ToJson(admission, admission.set == nullptr ? Json() : lws::LeaderWorkerSetToJson(*admission.set));
}

absl::StatusOr<Json> AdmitDisaggregated(const Json& manifest, const Json& old_set) {
  lws::DisaggregatedSetAdmission admission;
  if (old_set.is_null()) {
    admission = lws::AdmitDisaggregatedSet(manifest);
  } else {
    const absl::StatusOr<lws::DisaggregatedSet> old = lws::DisaggregatedSetFromJson(old_set);
    if (!old.ok()) return InOldSet(old.status());
    admission = lws::AdmitDisaggregatedSetUpdate(*old, manifest);
  }
  return ToJson(admission, admission.set == nullptr ? Json() : lws::DisaggregatedSetToJson(*admission.set));
}

absl::StatusOr<Json> Admit(const Json& manifest, const char* old_set, size_t old_set_size) {
  Json old;
  if (old_set_size > 0) {
    absl::StatusOr<Json> document = CallerDocument(old_set, old_set_size, "old_set");
    if (!document.ok()) return document.status();
    old = *std::move(document);
  }
  const bool is_disaggregated = manifest.is_object() && manifest.value("kind", Json()) == "DisaggregatedSet";
  return is_disaggregated ? AdmitDisaggregated(manifest, old) : AdmitLeaderWorkerSet(manifest, old);
}

}  // namespace

extern "C" {

lws_code lws_admit_set(const char* manifest, size_t manifest_size, const char* old_set, size_t old_set_size,
                       lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Json> document = CallerDocument(manifest, manifest_size, "manifest");
    if (!document.ok()) return document.status();
    const absl::StatusOr<Json> admission = Admit(*document, old_set, old_set_size);
    if (!admission.ok()) return admission.status();
    return PutTextForCaller(admission->dump(), out);
  });
}

lws_code lws_admit_pod(const char* pod, size_t pod_size, const char* scheduler_provider, lws_text* out,
                       lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    absl::StatusOr<Json> document = CallerDocument(pod, pod_size, "pod");
    if (!document.ok()) return document.status();
    const absl::StatusOr<absl::string_view> provider = CallerName(scheduler_provider, "scheduler_provider");
    if (!provider.ok()) return provider.status();
    lws::AdmissionOptions options;
    const absl::StatusOr<lws::SchedulerProvider> known = ReadCallerSchedulerProvider(*provider);
    if (!known.ok()) return known.status();
    options.scheduler_provider = *known;
    const absl::StatusOr<Json> admitted = lws::AdmitPod(*std::move(document), options);
    if (!admitted.ok()) return admitted.status();
    return PutTextForCaller(lws::CanonicalJson(*admitted), out);
  });
}

}  // extern "C"
