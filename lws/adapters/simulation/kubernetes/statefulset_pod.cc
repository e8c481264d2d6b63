#include "lws/adapters/simulation/kubernetes/statefulset_pod.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/revision_key.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

Json ControllerReference(const Json& owner, absl::string_view api_version) {
  Json reference = {{"apiVersion", std::string(api_version)},
                    {"kind", owner["kind"]},
                    {"name", owner["metadata"]["name"]},
                    {"controller", true},
                    {"blockOwnerDeletion", true}};
  if (owner["metadata"].contains("uid")) reference["uid"] = owner["metadata"]["uid"];
  return reference;
}

std::string RevisionOfTemplate(const Json& statefulset) {
  const std::string name = statefulset["metadata"].value("name", "");
  return absl::StrCat(name, "-", RevisionKey(statefulset["spec"]["template"].dump()));
}

Json PodOfStatefulSet(const Json& statefulset, const Json& pod_template, int64_t ordinal, const std::string& revision) {
  const std::string set_name = statefulset["metadata"].value("name", "");
  const std::string name = absl::StrCat(set_name, "-", ordinal);
  Json metadata = pod_template.value("metadata", Json::object());
  metadata["name"] = name;
  metadata["generateName"] = absl::StrCat(set_name, "-");
  metadata["namespace"] = statefulset["metadata"].value("namespace", "");
  metadata["labels"]["controller-revision-hash"] = revision;
  metadata["labels"]["statefulset.kubernetes.io/pod-name"] = name;
  metadata["labels"]["apps.kubernetes.io/pod-index"] = absl::StrCat(ordinal);
  metadata["ownerReferences"] = Json::array({ControllerReference(statefulset, "apps/v1")});
  Json spec = pod_template["spec"];
  spec["hostname"] = name;
  spec["subdomain"] = statefulset["spec"].value("serviceName", "");
  for (const Json& claim : statefulset["spec"].value("volumeClaimTemplates", Json::array())) {
    const std::string volume = claim["metadata"].value("name", "");
    spec["volumes"].push_back(
        {{"name", volume}, {"persistentVolumeClaim", {{"claimName", absl::StrCat(volume, "-", name)}}}});
  }
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

}  // namespace lws::simulation
