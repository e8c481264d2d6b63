#include "lws/adapters/c/state.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/c/read_message.h"
#include "lws/api/json_member.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

bool IsNamed(const Json& object, const char* kind, const std::string& namespace_name, const std::string& name) {
  const Json& metadata = MemberOf(object, "metadata");
  return MemberOf(object, "kind") == kind && MemberOf(metadata, "namespace") == namespace_name &&
         MemberOf(metadata, "name") == name;
}

bool IsOfGroup(const Json& object, const ObservedPod& pod) {
  const Json& metadata = MemberOf(object, "metadata");
  const Json& labels = MemberOf(metadata, "labels");
  return MemberOf(object, "kind") == "Pod" && MemberOf(metadata, "namespace") == pod.meta.namespace_name &&
         MemberOf(labels, kNameLabel) == pod.meta.set_name &&
         MemberOf(labels, kGroupIndexLabel) == pod.meta.group_index.value_or("");
}

absl::StatusOr<CallerState> ReadProto(absl::string_view bytes) {
  ClusterStateProto proto;
  if (!ReadCallerMessage(bytes, &proto)) {
    return absl::InvalidArgumentError("state: not a lws.v1.ClusterStateProto");
  }
  CallerState state;
  state.format = LWS_PROTOBUF;
  state.snapshot = std::make_unique<ClusterSnapshot>();
  absl::Status status = state.snapshot->Load(proto);
  if (!status.ok()) return status;
  return state;
}

}  // namespace

absl::Status CheckCallerObjectSaysKind(const Json& object) {
  for (const char* key : {"apiVersion", "kind"}) {
    const Json& value = MemberOf(object, key);
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(DescribeJsonObject(object), ": ", key, ": not set"));
  }
  if (const std::string reason = WhyNoLeaderWorkerSet(object); !reason.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(DescribeJsonObject(object), ": ", reason));
  }
  if (ObjectKindOf(object) == ObjectKind::kOther) {
    if (!MemberOf(object, "items").is_array()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(DescribeJsonObject(object), ": a list; its items are the objects"));
  }
  const Json& name = MemberOf(MemberOf(object, "metadata"), "name");
  const bool is_missing = name.is_null() || (name.is_string() && name.get_ref<const std::string&>().empty());
  if (is_missing && MemberOf(object, "metadata").is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(DescribeJsonObject(object), ": metadata.name: not set"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SharedJson>> ReadCallerObjects(const Json& document) {
  const Json& items = document.is_array() ? document : MemberOf(document, "items");
  if (!items.is_array()) return absl::InvalidArgumentError("neither a list of objects nor one with items");
  std::vector<SharedJson> objects;
  for (const Json& object : items) {
    absl::Status status = CheckCallerObjectSaysKind(object);
    if (!status.ok()) return status;
    objects.push_back(std::make_shared<const Json>(object));
  }
  return objects;
}

absl::StatusOr<CallerState> ReadCallerState(absl::string_view bytes, lws_format format) {
  if (format == LWS_PROTOBUF) return ReadProto(bytes);
  const absl::StatusOr<Json> document = ParseJson(bytes, "state");
  if (!document.ok()) return document.status();
  absl::StatusOr<std::vector<SharedJson>> objects = ReadCallerObjects(*document);
  if (!objects.ok()) return objects.status();
  CallerState state;
  state.format = LWS_JSON;
  state.objects = *std::move(objects);
  state.snapshot = std::make_unique<ClusterSnapshot>();
  for (const SharedJson& object : state.objects) {
    absl::Status status = state.snapshot->Add(*object);
    if (!status.ok()) return status;
  }
  return state;
}

absl::StatusOr<GroupMembers> CallerGroupMembers(const CallerState& state, const ObservedPod& pod) {
  if (state.format == LWS_PROTOBUF) {
    return absl::InvalidArgumentError("a restart policy needs the state as JSON: protocol buffers have no exit codes");
  }
  std::string leader_name = pod.meta.name;
  if (!pod.is_leader()) {
    const std::optional<PodName> parsed = ParsePodName(pod.meta.name);
    if (!parsed.has_value()) return GroupMembers();
    leader_name = std::string(parsed->parent);
  }
  const Json* leader = nullptr;
  const Json* workers = nullptr;
  std::vector<SharedJson> pods;
  for (const SharedJson& object : state.objects) {
    if (IsNamed(*object, "Pod", pod.meta.namespace_name, leader_name)) leader = object.get();
    if (IsNamed(*object, "StatefulSet", pod.meta.namespace_name, leader_name)) workers = object.get();
    if (IsOfGroup(*object, pod)) pods.push_back(object);
  }
  if (leader == nullptr) return GroupMembers();
  return ReadMembersForRestart(*leader, workers, pods);
}

}  // namespace lws::internal
