#include "examples/lwsctl/cluster_file.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/object_shape.h"
#include "examples/lwsctl/proto_document.h"
#include "lws/adapters/kubernetes/kept_store.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/manifest.h"
#include "lws/api/object_kind.h"
#include "lws/api/packed_json.h"
#include "lws/api/validation.h"
#include "lws/api/well_known.h"
#include "lws/core/pod/pod_wait.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

// Saved observations are protocol buffers in their JSON form; no Kubernetes object has such a field.
constexpr char kSavedMark[] = "# lws observation\n";
constexpr char kNextDocument[] = "\n---\n";

std::string TextAt(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool IsOfDisaggregatedSets(const Json& object) {
  return TextAt(object, "apiVersion") == lws::kDisaggregatedSetApiVersion;
}

// A pod that does not parse as a member of a group counts as one without restarts.
void NoteRestarts(const Json& pod, ClusterFile* file) {
  const absl::StatusOr<lws::GroupMember> member = lws::ReadMemberForRestart(pod);
  const Json& metadata = pod["metadata"];
  if (member.ok()) file->restarts.Tell(TextAt(metadata, "namespace"), TextAt(metadata, "name"), *member);
}

void Note(const Json& object, absl::Time now, ClusterFile* file) {
  const lws::ObjectKind kind = lws::ObjectKindOf(object);
  if (kind == lws::ObjectKind::kOther && !IsOfDisaggregatedSets(object)) return;
  file->kinds.insert(TextAt(object, "kind"));
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return;
  if (kind == lws::ObjectKind::kStatefulSet) file->has_managed_fields |= metadata->contains("managedFields");
  const auto labels = metadata->find("labels");
  if (kind != lws::ObjectKind::kPod || labels == metadata->end()) return;
  const std::string set = TextAt(*labels, lws::kNameLabel);
  if (set.empty()) return;
  std::vector<lws::WaitingPod>& waiting = file->waiting[{TextAt(*metadata, "namespace"), set}];
  lws::PodWaiting why = lws::WhyPodWaits(object, now);
  NoteRestarts(object, file);
  if (why.reason != lws::PodWait::kNothing) waiting.push_back({TextAt(*metadata, "name"), std::move(why)});
}

// Whether a command reads objects of this kind.
bool IsRead(const Json& object) {
  return lws::ObjectKindOf(object) != lws::ObjectKind::kOther || IsOfDisaggregatedSets(object);
}

// In the namespace default unless it names one, as kubectl takes manifests. A Node has none. A manifest of a set may
// leave its name to the API server.
Json WithItsNames(Json object) {
  if (!IsRead(object) || lws::ObjectKindOf(object) == lws::ObjectKind::kNode) return object;
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return object;
  const bool is_set = lws::ObjectKindOf(object) == lws::ObjectKind::kLeaderWorkerSet || IsOfDisaggregatedSets(object);
  lws::ObjectMeta names;
  names.set_generate_name(TextAt(*metadata, "generateName"));
  const auto name = metadata->find("name");
  const bool has_name = name != metadata->end() && !name->is_null();
  if (is_set && !has_name && !names.generate_name().empty()) {
    (*metadata)["name"] = lws::internal::NameOrGenerated(names);
  }
  return TextAt(*metadata, "namespace").empty() ? WithNamespace(std::move(object)) : object;
}

absl::Status AddKept(const Json& config_map, ClusterFile* file) {
  const absl::StatusOr<std::string> bytes = lws::internal::BytesOfKeptConfigMap(config_map);
  file->kinds.insert("ConfigMap");
  return bytes.ok() ? file->kept.Add(*bytes) : bytes.status();
}

// Whether decisions on DisaggregatedSets read the object.
bool IsReadForRoles(const Json& object) {
  const lws::ObjectKind kind = lws::ObjectKindOf(object);
  return kind == lws::ObjectKind::kLeaderWorkerSet || kind == lws::ObjectKind::kService ||
         IsOfDisaggregatedSets(object);
}

absl::Status ReadObjectsInto(const std::string& path, std::string text, absl::Time now, ClusterFile* file) {
  absl::StatusOr<InputFile> input = ParseObjects(path, text);
  text = std::string();  // a state is large
  if (!input.ok()) return input.status();
  KnownObjects known;
  for (lws::ManifestObject& object : input->objects) {
    const Json placed = WithItsNames(object.object.Unpack());
    absl::Status status = CheckObjectShape(placed);
    if (status.ok() && IsRead(placed)) status = known.Add(placed);
    if (status.ok()) status = file->cluster.Add(placed);
    if (status.ok()) status = file->disaggregated.Add(placed);
    if (status.ok() && lws::internal::IsKeptConfigMap(placed)) status = AddKept(placed, file);
    if (!status.ok()) return input->Locate(object, status);
    Note(placed, now, file);
    if (IsReadForRoles(placed)) file->read_for_roles.push_back(std::move(object.object));
    object.object = lws::PackedJson();  // what was read of it is smaller
  }
  if (file->disaggregated.SetNames().empty()) file->read_for_roles.clear();
  return absl::OkStatus();
}

// The documents behind a saved state, whose lines are counted from the beginning of the file.
absl::Status ReadSavedRoles(const std::string& path, const std::string& documents, ClusterFile* file) {
  absl::StatusOr<InputFile> input = ParseObjects(path, documents);
  if (!input.ok()) return input.status();
  for (lws::ManifestObject& object : input->objects) {
    const Json placed = WithItsNames(object.object.Unpack());
    absl::Status status = CheckObjectShape(placed);
    if (status.ok()) status = file->disaggregated.Add(placed);
    if (!status.ok()) return input->Locate(object, status);
    file->kinds.insert(TextAt(placed, "kind"));
    file->read_for_roles.push_back(std::move(object.object));
  }
  return absl::OkStatus();
}

absl::Status ReadSaved(const std::string& path, const std::string& text, ClusterFile* file) {
  lws::ClusterStateProto state;
  const size_t end = text.find(kNextDocument);
  const absl::Status parsed = ReadProtoDocument(text.substr(0, end), &state);
  if (!parsed.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", parsed.message()));
  const std::pair<int, const char*> kinds[] = {
      {state.sets_size(), lws::kKind},    {state.statefulsets_size(), "StatefulSet"},
      {state.pods_size(), "Pod"},         {state.revisions_size(), "ControllerRevision"},
      {state.services_size(), "Service"}, {state.nodes_size(), "Node"},
  };
  for (const auto& [count, kind] : kinds) {
    if (count > 0) file->kinds.insert(kind);
  }
  const absl::Status loaded = file->cluster.Load(state);
  if (!loaded.ok() || end == std::string::npos) return loaded;
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(end), '\n'));
  return ReadSavedRoles(path, absl::StrCat(std::string(lines + 1, '\n'), text.substr(end)), file);
}

}  // namespace

absl::StatusOr<ClusterFile> ReadClusterFile(const std::string& path, absl::Time now) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return ParseClusterFile(path, *std::move(text), now);
}

absl::StatusOr<ClusterFile> ParseClusterFile(const std::string& path, std::string text, absl::Time now) {
  ClusterFile file;
  const absl::Status status = absl::StartsWith(text, kSavedMark)
                                  ? ReadSaved(path, text.substr(sizeof(kSavedMark) - 1), &file)
                                  : ReadObjectsInto(path, std::move(text), now, &file);
  if (!status.ok()) return status;
  return file;
}

absl::Status SaveCluster(const ClusterFile& file, const std::string& path) {
  const absl::StatusOr<std::string> text = ProtoDocument(file.cluster.Save(), /*indented=*/true);
  if (!text.ok()) return text.status();
  std::string saved = absl::StrCat(kSavedMark, *text);
  for (const lws::PackedJson& object : file.read_for_roles) {
    absl::StrAppend(&saved, kNextDocument, object.Unpack().dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  if (!file.read_for_roles.empty()) saved += '\n';
  return WriteFile(path, saved);
}

bool HasOnlyManifests(const ClusterFile& file) {
  const bool is_of_users = std::none_of(file.kinds.begin(), file.kinds.end(), [](const std::string& kind) {
    return kind == "StatefulSet" || kind == "Pod" || kind == "ControllerRevision";
  });
  const auto sets = file.cluster.SetNames();
  const auto of_roles = file.disaggregated.SetNames();
  if (!is_of_users || (sets.empty() && of_roles.empty())) return false;
  const auto has_status = [&file](const auto& name) {
    return file.cluster.ObserveSet(name.first, name.second).set->status().ByteSizeLong() > 0;
  };
  const auto has_status_of_roles = [&file](const auto& name) {
    return file.disaggregated.Observe(name.first, name.second).set->status().ByteSizeLong() > 0;
  };
  return std::none_of(sets.begin(), sets.end(), has_status) &&
         std::none_of(of_roles.begin(), of_roles.end(), has_status_of_roles);
}

}  // namespace lwsctl
