#include "lws/api/statefulset_pod.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/field_value.h"
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
Json ObjectOf(const FieldValue& value) { return value.json().is_object() ? value.json() : Json::object(); }

}  // namespace

Json StatefulSetReference(const Json& statefulset) {
  const FieldValue metadata = FieldValue(statefulset, "")["metadata"];
  return {{"apiVersion", "apps/v1"},       {"kind", "StatefulSet"}, {"name", metadata["name"].Text()},
          {"uid", metadata["uid"].Text()}, {"controller", true},    {"blockOwnerDeletion", true}};
}

Json StatefulSetPod(const Json& statefulset, const Json& pod_template, int64_t ordinal, absl::string_view revision) {
  const FieldValue document(statefulset, "");
  const FieldValue from(pod_template, "");
  const std::string parent = document["metadata"]["name"].Text();
  const std::string name = absl::StrCat(parent, "-", ordinal);
  Json metadata = ObjectOf(from["metadata"]);
  metadata["name"] = name;
  metadata["generateName"] = absl::StrCat(parent, "-");
  metadata["namespace"] = document["metadata"]["namespace"].Text();
  Json labels = ObjectOf(from["metadata"]["labels"]);
  labels[kPodRevisionLabel] = std::string(revision);
  labels["statefulset.kubernetes.io/pod-name"] = name;
  labels["apps.kubernetes.io/pod-index"] = absl::StrCat(ordinal);
  metadata["labels"] = std::move(labels);
  metadata["ownerReferences"] = Json::array({StatefulSetReference(statefulset)});
  Json spec = ObjectOf(from["spec"]);
  spec["hostname"] = name;
  spec["subdomain"] = document["spec"]["serviceName"].Text();
  Json volumes = VolumesOfPod(document["spec"], from, name);
  if (!volumes.empty()) spec["volumes"] = std::move(volumes);
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
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
