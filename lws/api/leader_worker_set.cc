#include "lws/api/leader_worker_set.h"

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

}  // namespace

absl::StatusOr<LeaderWorkerSet> LeaderWorkerSetFromJson(const Json& document) {
  return FromJson<LeaderWorkerSet>("LeaderWorkerSet", document);
}

Json LeaderWorkerSetToJson(const LeaderWorkerSet& set) { return MessageToJson("LeaderWorkerSet", set); }

Json LeaderWorkerTemplateToJson(const LeaderWorkerTemplate& leader_worker_template) {
  return MessageToJson("LeaderWorkerTemplate", leader_worker_template);
}

Json LeaderWorkerSetStatusToJson(const LeaderWorkerSetStatus& status) {
  return MessageToJson("LeaderWorkerSetStatus", status);
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
