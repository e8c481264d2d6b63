#include "lws/api/leader_worker_set.h"

#include <cstdint>

#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/typed_message.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::MessageFromJson;
using internal::MessageToJson;

namespace {

template <typename Message>
absl::StatusOr<Message> FromJson(const char* type, const Json& document) {
  Message message;
  absl::Status status = MessageFromJson(type, document, &message);
  if (!status.ok()) return status;
  return message;
}

void PutUnlessZero(const char* field, int64_t number, Json* object) {
  if (number != 0) (*object)[field] = number;
}

Json ConditionToJson(const Condition& condition) {
  Json document = Json::object();
  Json& time = document["lastTransitionTime"];
  if (condition.has_last_transition_time()) time = condition.last_transition_time();
  document["message"] = condition.message();
  PutUnlessZero("observedGeneration", condition.observed_generation(), &document);
  document["reason"] = condition.reason();
  document["status"] = condition.status();
  document["type"] = condition.type();
  return document;
}

}  // namespace

absl::StatusOr<LeaderWorkerSet> LeaderWorkerSetFromJson(const Json& document) {
  return FromJson<LeaderWorkerSet>("LeaderWorkerSet", document);
}

Json LeaderWorkerSetToJson(const LeaderWorkerSet& set) { return MessageToJson("LeaderWorkerSet", set); }

Json LeaderWorkerTemplateToJson(const LeaderWorkerTemplate& leader_worker_template) {
  return MessageToJson("LeaderWorkerTemplate", leader_worker_template);
}

// The status is written at every step of a rollout, so its fields are named here rather than found in their table.
Json LeaderWorkerSetStatusToJson(const LeaderWorkerSetStatus& status) {
  Json document = Json::object();
  for (const Condition& condition : status.conditions()) document["conditions"].push_back(ConditionToJson(condition));
  if (!status.hpa_pod_selector().empty()) document["hpaPodSelector"] = status.hpa_pod_selector();
  PutUnlessZero("observedGeneration", status.observed_generation(), &document);
  PutUnlessZero("readyReplicas", status.ready_replicas(), &document);
  PutUnlessZero("replicas", status.replicas(), &document);
  PutUnlessZero("updatedReplicas", status.updated_replicas(), &document);
  return document;
}

Json LeaderTemplate(const LeaderWorkerTemplate& leader_worker_template) {
  if (!leader_worker_template.has_leader_template()) return WorkerTemplate(leader_worker_template);
  return ObjectFromText(leader_worker_template.leader_template());
}

Json WorkerTemplate(const LeaderWorkerTemplate& leader_worker_template) {
  return ObjectFromText(leader_worker_template.worker_template());
}

IntOrPercent ToIntOrPercent(const IntOrString& value) {
  return value.has_text() ? IntOrPercent::Text(value.text()) : IntOrPercent::Int(value.number());
}

}  // namespace lws
