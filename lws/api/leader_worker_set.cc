#include "lws/api/leader_worker_set.h"

#include "lws/api/field_table.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/proto_json.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::FindType;
using internal::ProtoFromJson;
using internal::ProtoToJson;
using internal::ReadTyped;

namespace {

template <typename Message>
absl::StatusOr<Message> FromJson(const char* type, const Json& document) {
  absl::StatusOr<Json> typed = ReadTyped(*FindType(type), document, "");
  if (!typed.ok()) return typed.status();
  Message message;
  absl::Status status = ProtoFromJson(*typed, &message);
  if (!status.ok()) return status;
  return message;
}

// What a message holds is of the right types, so that reading it only adds the absent forms.
Json ToJson(const char* type, const google::protobuf::Message& message) {
  return *ReadTyped(*FindType(type), ProtoToJson(message), "");
}

}  // namespace

absl::StatusOr<LeaderWorkerSet> LeaderWorkerSetFromJson(const Json& document) {
  return FromJson<LeaderWorkerSet>("LeaderWorkerSet", document);
}

Json LeaderWorkerSetToJson(const LeaderWorkerSet& set) { return ToJson("LeaderWorkerSet", set); }

Json LeaderWorkerTemplateToJson(const LeaderWorkerTemplate& leader_worker_template) {
  return ToJson("LeaderWorkerTemplate", leader_worker_template);
}

Json LeaderWorkerSetStatusToJson(const LeaderWorkerSetStatus& status) {
  return ToJson("LeaderWorkerSetStatus", status);
}

Json LeaderTemplate(const LeaderWorkerTemplate& leader_worker_template) {
  if (!leader_worker_template.has_leader_template()) return WorkerTemplate(leader_worker_template);
  return Json::parse(leader_worker_template.leader_template(), nullptr, false);
}

Json WorkerTemplate(const LeaderWorkerTemplate& leader_worker_template) {
  return Json::parse(leader_worker_template.worker_template(), nullptr, false);
}

IntOrPercent ToIntOrPercent(const IntOrString& value) {
  return value.has_text() ? IntOrPercent::Text(value.text()) : IntOrPercent::Int(value.number());
}

}  // namespace lws
