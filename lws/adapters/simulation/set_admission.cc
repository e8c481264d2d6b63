#include "lws/adapters/simulation/set_admission.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::JsonReader;

namespace {

absl::StatusOr<LeaderWorkerSet> Result(const std::string& name, const SetAdmission& admission) {
  if (admission.stage == AdmissionStage::kAdmitted) return *admission.set;
  return absl::InvalidArgumentError(
      absl::StrCat("LeaderWorkerSet \"", name, "\" is invalid: ", JoinFieldErrors(admission.errors)));
}

}  // namespace

absl::StatusOr<LeaderWorkerSet> AdmitSimulatedSet(const Json& manifest) {
  return Result(JsonReader(manifest).Text({"metadata", "name"}), AdmitSet(manifest));
}

absl::StatusOr<LeaderWorkerSet> AdmitSimulatedEdit(const LeaderWorkerSet& set, const Json& patch) {
  Json edited = LeaderWorkerSetToJson(set);
  edited.merge_patch(patch);
  absl::StatusOr<LeaderWorkerSet> next = Result(set.metadata().name(), AdmitSetUpdate(set, edited));
  if (next.ok()) next->mutable_metadata()->set_generation(set.metadata().generation());
  return next;
}

}  // namespace lws
