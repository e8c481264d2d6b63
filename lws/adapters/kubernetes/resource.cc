#include "lws/adapters/kubernetes/resource.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/well_known.h"

namespace lws::internal {
namespace {

// Services and nodes are read without a label, since anybody may own a Service of the set's name, and nodes have no
// label of LeaderWorkerSet. kube_cluster.h says how a StatefulSet without the label is found.
const Resource kResources[] = {
    {ObjectKind::kLeaderWorkerSet, kApiVersion, kKind, "leaderworkersets", true, "", false},
    {ObjectKind::kStatefulSet, "apps/v1", "StatefulSet", "statefulsets", true, kNameLabel, false},
    {ObjectKind::kPod, "v1", "Pod", "pods", true, kNameLabel, false},
    {ObjectKind::kControllerRevision, "apps/v1", "ControllerRevision", "controllerrevisions", true, kNameLabel, false},
    {ObjectKind::kService, "v1", "Service", "services", true, "", true},
    {ObjectKind::kNode, "v1", "Node", "nodes", false, "", true},
    {ObjectKind::kPodGroup, kPodGroupApiVersion, kPodGroupKind, "podgroups", true, kNameLabel, true},
    {ObjectKind::kOther, kDisaggregatedSetApiVersion, kDisaggregatedSetKind, "disaggregatedsets", true, "", false},
    {ObjectKind::kOther, kDisaggregatedSetApiVersion, kRoleScalerKind, "disaggregatedsetrolescalers", true, "", false},
};

}  // namespace

absl::Span<const Resource> ApiResources() { return kResources; }

const Resource* FindApiResource(absl::string_view api_version, absl::string_view kind) {
  for (const Resource& resource : kResources) {
    if (resource.kind == kind && resource.api_version == api_version) return &resource;
  }
  return nullptr;
}

const Resource* FindApiResource(ObjectKind kind) {
  for (const Resource& resource : kResources) {
    if (resource.object_kind == kind) return &resource;
  }
  return nullptr;
}

std::string ApiCollectionPath(const Resource& resource, absl::string_view namespace_name) {
  // The core group of Kubernetes has no name and its own root.
  const bool has_group = resource.api_version.find('/') != absl::string_view::npos;
  std::string path = absl::StrCat(has_group ? "/apis/" : "/api/", resource.api_version);
  if (resource.has_namespaces && !namespace_name.empty()) {
    absl::StrAppend(&path, "/namespaces/", UrlEscaped(namespace_name));
  }
  return absl::StrCat(path, "/", resource.plural);
}

std::string ApiObjectPath(const Resource& resource, absl::string_view namespace_name, absl::string_view name) {
  return absl::StrCat(ApiCollectionPath(resource, namespace_name), "/", UrlEscaped(name));
}

std::string UrlEscaped(absl::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool is_plain =
        absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      escaped += c;
    } else {
      absl::StrAppendFormat(&escaped, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

}  // namespace lws::internal
