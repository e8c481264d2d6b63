#include "lws/adapters/host/told_object.h"

#include <utility>
#include <variant>

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

// Whether a group's decisions need the pod as a member.
bool IsMember(const ObservedPod& pod) { return IsFailingPod(pod) && pod.worker_index.has_value(); }

absl::StatusOr<ToldObject> ReadWhole(ObjectKind kind, absl::string_view text) {
  const absl::StatusOr<Json> document = ReadToldDocument(kind, text);
  if (!document.ok()) return document.status();
  return ReadToldObject(*document);
}

}  // namespace

absl::StatusOr<ObjectMark> ReadToldMark(const Json& object) {
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

absl::StatusOr<ToldObject> ReadToldObject(const Json& object) {
  absl::StatusOr<ObjectMark> mark = ReadToldMark(object);
  if (!mark.ok()) return mark.status();
  absl::StatusOr<ObservedObject> observed = ReadObservedObject(object);
  if (!observed.ok()) return observed.status();
  ToldObject told{*std::move(mark), *std::move(observed), std::nullopt};
  const auto* pod = std::get_if<ObservedPod>(&told.observed);
  if (pod == nullptr || !IsMember(*pod)) return told;
  absl::StatusOr<GroupMember> member = ReadMemberForRestart(object);
  if (!member.ok()) return member.status();
  told.member = *std::move(member);
  return told;
}

absl::StatusOr<Json> ReadToldDocument(ObjectKind kind, absl::string_view text) {
  absl::StatusOr<Json> object = ParseJson(text, "object");
  if (!object.ok()) return object;
  if (!object->is_object()) return absl::InvalidArgumentError("the text is not a JSON object");
  for (const auto& names : kKindNames) {
    if (names.object_kind != kind) continue;
    (*object)["apiVersion"] = names.api_version;
    (*object)["kind"] = names.kind;
  }
  return object;
}

// The quick readers leave the rest to the document: the words of an error, an object without a name, and how the
// containers of a failing pod ended.
absl::StatusOr<ToldObject> ToldReader::Read(ObjectKind kind, absl::string_view text) {
  if (kind == ObjectKind::kPod) {
    ObservedPod pod;
    const bool is_read = pods_.Read(text, &pod).ok() && !pod.meta.name.empty();
    if (!is_read || IsMember(pod)) return ReadWhole(kind, text);
    return ToldObject{MarkOf("Pod", pod.meta), std::move(pod), std::nullopt};
  }
  if (kind == ObjectKind::kStatefulSet) {
    ObservedStatefulSet statefulset;
    const bool is_read = statefulsets_.Read(text, &statefulset).ok() && !statefulset.meta.name.empty();
    if (!is_read) return ReadWhole(kind, text);
    return ToldObject{MarkOf("StatefulSet", statefulset.meta), std::move(statefulset), std::nullopt};
  }
  return ReadWhole(kind, text);
}

}  // namespace lws::internal
