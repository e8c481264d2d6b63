#include "lws/adapters/host/told_object.h"

#include <utility>
#include <variant>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr struct {
  ObjectKind object_kind;
  const char* api_version;
  const char* kind;
} kKindNames[] = {
    {ObjectKind::kLeaderWorkerSet, kApiVersion, kKind},
    {ObjectKind::kPod, "v1", "Pod"},
    {ObjectKind::kNode, "v1", "Node"},
    {ObjectKind::kService, "v1", "Service"},
    {ObjectKind::kStatefulSet, "apps/v1", "StatefulSet"},
    {ObjectKind::kControllerRevision, "apps/v1", "ControllerRevision"},
    {ObjectKind::kPodGroup, kPodGroupApiVersion, kPodGroupKind},
};

// Empty where the object has no such text.
std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ObjectMark MarkOf(const char* kind, const ObservedMeta& meta) {
  return {{kind, meta.namespace_name, meta.name}, meta.uid, meta.resource_version};
}

// `read` reads the member where one is wanted.
absl::Status AddMember(const ObservedPod& pod, absl::FunctionRef<absl::StatusOr<GroupMember>()> read,
                       std::optional<GroupMember>* member) {
  if (!IsFailing(pod) || !pod.worker_index.has_value()) return absl::OkStatus();
  absl::StatusOr<GroupMember> found = read();
  if (found.ok()) *member = *std::move(found);
  return found.status();
}

}  // namespace

absl::StatusOr<ObjectMark> ReadMark(const Json& object) {
  const bool has_metadata = object.is_object() && object.contains("metadata") && object["metadata"].is_object();
  if (!has_metadata) return absl::InvalidArgumentError("the object has no metadata");
  const Json& metadata = object["metadata"];
  ObjectMark mark;
  mark.ref = {TextOf(object, "kind"), TextOf(metadata, "namespace"), TextOf(metadata, "name")};
  mark.uid = TextOf(metadata, "uid");
  mark.resource_version = TextOf(metadata, "resourceVersion");
  if (mark.ref.kind.empty() || mark.ref.name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("an object has no kind or no metadata.name: kind \"", mark.ref.kind,
                                                   "\", namespace \"", mark.ref.namespace_name, "\", name \"",
                                                   mark.ref.name, "\""));
  }
  return mark;
}

absl::StatusOr<ToldObject> ReadTold(const Json& object) {
  absl::StatusOr<ObjectMark> mark = ReadMark(object);
  if (!mark.ok()) return mark.status();
  absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
  if (!observed.ok()) return observed.status();
  ToldObject told{*std::move(mark), *std::move(observed), std::nullopt};
  const auto* pod = std::get_if<ObservedPod>(&told.observed);
  if (pod == nullptr) return told;
  absl::Status status = AddMember(
      *pod, [&object] { return ReadGroupMember(object); }, &told.member);
  if (!status.ok()) return status;
  return told;
}

absl::StatusOr<Json> ReadDocument(ObjectKind kind, absl::string_view text) {
  absl::StatusOr<Json> object = ParseJson(text, "object");
  if (!object.ok()) return object;
  if (!object->is_object()) return absl::InvalidArgumentError("what was told is no object");
  for (const auto& names : kKindNames) {
    if (names.object_kind != kind) continue;
    (*object)["apiVersion"] = names.api_version;
    (*object)["kind"] = names.kind;
  }
  return object;
}

absl::StatusOr<ToldObject> ToldReader::Read(ObjectKind kind, absl::string_view text) {
  if (kind == ObjectKind::kPod) {
    ObservedPod pod;
    absl::Status status = pods_.Read(text, &pod);
    if (!status.ok()) return status;
    ToldObject told{MarkOf("Pod", pod.meta), {}, std::nullopt};
    const auto read_member = [text]() -> absl::StatusOr<GroupMember> {
      const absl::StatusOr<Json> document = ReadDocument(ObjectKind::kPod, text);
      if (!document.ok()) return document.status();
      return ReadGroupMember(*document);
    };
    status = AddMember(pod, read_member, &told.member);
    if (!status.ok()) return status;
    told.observed = std::move(pod);
    return told;
  }
  if (kind == ObjectKind::kStatefulSet) {
    ObservedStatefulSet statefulset;
    absl::Status status = statefulsets_.Read(text, &statefulset);
    if (!status.ok()) return status;
    ToldObject told{MarkOf("StatefulSet", statefulset.meta), {}, std::nullopt};
    told.observed = std::move(statefulset);
    return told;
  }
  const absl::StatusOr<Json> document = ReadDocument(kind, text);
  if (!document.ok()) return document.status();
  return ReadTold(*document);
}

}  // namespace lws::internal
