#include "lws/api/statefulset_pod.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/field_value.h"
#include "lws/api/json_member.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// Law 2.
Json VolumesOfPod(const FieldValue& spec, const FieldValue& pod_template, const std::string& pod_name) {
  Json volumes = Json::array();
  std::set<std::string> claimed;
  for (const FieldValue& claim : spec["volumeClaimTemplates"].Items()) {
    const std::string name = claim["metadata"]["name"].Text();
    if (!claimed.insert(name).second) continue;
    volumes.push_back({{"name", name}, {"persistentVolumeClaim", {{"claimName", absl::StrCat(name, "-", pod_name)}}}});
  }
  for (const FieldValue& volume : pod_template["spec"]["volumes"].Items()) {
    if (claimed.count(volume["name"].Text()) == 0) volumes.push_back(volume.json());
  }
  return volumes;
}

// A copy of an object, to write into. Any other value gives an empty object.
Json ObjectOf(const Json& value) { return value.is_object() ? value : Json::object(); }
Json ObjectOf(const FieldValue& value) { return ObjectOf(value.json()); }

Json ReferenceTo(const Json& metadata) {
  Json reference = Json::object();
  reference["apiVersion"] = "apps/v1";
  reference["kind"] = "StatefulSet";
  reference["name"] = TextMemberOf(metadata, "name");
  reference["uid"] = TextMemberOf(metadata, "uid");
  reference["controller"] = true;
  reference["blockOwnerDeletion"] = true;
  return reference;
}

}  // namespace

Json StatefulSetReference(const Json& statefulset) { return ReferenceTo(MemberOf(statefulset, "metadata")); }

Json StatefulSetPod(const Json& statefulset, const Json& pod_template, int64_t ordinal, absl::string_view revision) {
  return StatefulSetPod(MemberOf(statefulset, "metadata"), MemberOf(statefulset, "spec"), pod_template, ordinal,
                        revision);
}

// Pods are made often, so the template is read without the paths that errors would name.
Json StatefulSetPod(const Json& metadata_of_set, const Json& spec_of_set, const Json& pod_template, int64_t ordinal,
                    absl::string_view revision) {
  const std::string parent = TextMemberOf(metadata_of_set, "name");
  const std::string name = absl::StrCat(parent, "-", ordinal);
  Json pod = Json::object();
  pod["apiVersion"] = "v1";
  pod["kind"] = "Pod";
  Json& metadata = pod["metadata"] = ObjectOf(MemberOf(pod_template, "metadata"));
  metadata["name"] = name;
  metadata["generateName"] = absl::StrCat(parent, "-");
  metadata["namespace"] = TextMemberOf(metadata_of_set, "namespace");
  Json& labels = metadata["labels"];
  if (!labels.is_object()) labels = Json::object();
  labels[kPodRevisionLabel] = std::string(revision);
  labels["statefulset.kubernetes.io/pod-name"] = name;
  labels["apps.kubernetes.io/pod-index"] = absl::StrCat(ordinal);
  Json& owners = metadata["ownerReferences"] = Json::array();
  owners.push_back(ReferenceTo(metadata_of_set));
  Json& spec = pod["spec"] = ObjectOf(MemberOf(pod_template, "spec"));
  spec["hostname"] = name;
  spec["subdomain"] = TextMemberOf(spec_of_set, "serviceName");
  // Without claims the template's own volumes stay.
  if (!MemberOf(spec_of_set, "volumeClaimTemplates").empty()) {
    Json volumes = VolumesOfPod(FieldValue(spec_of_set, ""), FieldValue(pod_template, ""), name);
    if (!volumes.empty()) spec["volumes"] = std::move(volumes);
  }
  return pod;
}

std::vector<Json> StatefulSetClaims(const Json& statefulset, absl::string_view pod_name) {
  const FieldValue document(statefulset, "");
  const FieldValue spec = document["spec"];
  const bool goes_with_set = spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"].Text() == "Delete";
  std::vector<Json> claims;
  for (const FieldValue& from : spec["volumeClaimTemplates"].Items()) {
    Json claim = ObjectOf(from);
    claim["apiVersion"] = "v1";
    claim["kind"] = "PersistentVolumeClaim";
    Json metadata = ObjectOf(from["metadata"]);
    metadata["name"] = absl::StrCat(from["metadata"]["name"].Text(), "-", pod_name);
    metadata["namespace"] = document["metadata"]["namespace"].Text();
    Json labels = ObjectOf(from["metadata"]["labels"]);
    labels.update(ObjectOf(spec["selector"]["matchLabels"]));
    metadata["labels"] = std::move(labels);
    if (goes_with_set) metadata["ownerReferences"] = Json::array({StatefulSetReference(statefulset)});
    claim["metadata"] = std::move(metadata);
    claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace lws::internal
