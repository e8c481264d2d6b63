#include "lws/core/reconcile/former_revision.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_member.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_document.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/revision/revisions.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::CheckPodShape;
using internal::kAnnotations;
using internal::kLabels;
using internal::LeaderStatefulSet;
using internal::OwnedRevisions;
using internal::PodText;
using internal::TextMemberOf;

namespace {

// The revision that the pod should have instead of its own; null when it should keep its own.
const ObservedRevision* FormerRevision(const Json& pod, const SetObservation& observation) {
  if (observation.set == nullptr || observation.leader_statefulset == nullptr) return nullptr;
  const LeaderWorkerSet& set = *observation.set;
  if (!observation.leader_statefulset->on_delete) return nullptr;
  if (PodText(pod, kLabels, kNameLabel) != set.metadata().name()) return nullptr;
  if (PodText(pod, kLabels, kWorkerIndexLabel) != "0") return nullptr;
  const std::string key = PodText(pod, kLabels, kRevisionLabel).value_or("");
  if (key != observation.leader_statefulset->meta.revision_key) return nullptr;
  const std::optional<PodName> name = ParsePodName(TextMemberOf(pod["metadata"], "name"));
  const int32_t partition = set.spec().rollout_strategy().rolling_update_configuration().partition();
  if (!name.has_value() || name->parent != set.metadata().name() || name->ordinal >= partition) return nullptr;
  return OwnedRevisions(set, observation.revisions).NewestBut(key);
}

// Keeps, beside the entries of `kept`, those of `made` that did not come from its template `from`.
void KeepAdded(const Json& made, const Json& from, Json* kept) {
  if (!made.is_object()) return;
  if (!kept->is_object()) *kept = Json::object();
  for (const auto& [key, value] : made.items()) {
    if (!from.is_object() || !from.contains(key)) (*kept)[key] = value;
  }
}

Json NamedVolumes(const Json& spec) { return spec.value("volumes", Json::array()); }

std::set<std::string> NamesOf(const Json& volumes) {
  std::set<std::string> names;
  for (const Json& volume : volumes) names.insert(TextMemberOf(volume, "name"));
  return names;
}

// The volumes of claims come first and take the place of the template's, as the StatefulSet has them; what others added
// comes last.
void KeepAddedVolumes(const Json& made, const Json& statefulset, Json* kept) {
  std::set<std::string> claims;
  for (const Json& claim : statefulset["spec"].value("volumeClaimTemplates", Json::array())) {
    claims.insert(TextMemberOf(claim["metadata"], "name"));
  }
  const std::set<std::string> from = NamesOf(NamedVolumes(statefulset["spec"]["template"]["spec"]));
  Json volumes = Json::array();
  Json others = Json::array();
  for (const Json& volume : NamedVolumes(made)) {
    const std::string name = TextMemberOf(volume, "name");
    if (claims.count(name) > 0) {
      volumes.push_back(volume);
    } else if (from.count(name) == 0) {
      others.push_back(volume);
    }
  }
  for (const Json& volume : NamedVolumes(*kept)) {
    if (claims.count(TextMemberOf(volume, "name")) == 0) volumes.push_back(volume);
  }
  volumes.insert(volumes.end(), others.begin(), others.end());
  if (!volumes.empty()) (*kept)["volumes"] = std::move(volumes);
}

}  // namespace

absl::StatusOr<Json> KeepFormerRevision(Json pod, const SetObservation& observation) {
  absl::Status status = CheckPodShape(pod);
  if (!status.ok()) return status;
  const ObservedRevision* former = FormerRevision(pod, observation);
  if (former == nullptr) return pod;
  const LeaderWorkerSet& set = *observation.set;
  const absl::StatusOr<LeaderWorkerSet> former_set = ApplyRevision(set, former->data);
  if (!former_set.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("ControllerRevision ", former->meta.namespace_name, "/",
                                                   former->meta.name, ": ", former_set.status().message()));
  }
  const std::string key = PodText(pod, kLabels, kRevisionLabel).value_or("");
  const absl::StatusOr<Json> now = LeaderStatefulSet(set, key, 0, 0);
  const absl::StatusOr<Json> then = LeaderStatefulSet(*former_set, former->meta.revision_key, 0, 0);
  if (!now.ok()) return now.status();
  if (!then.ok()) return then.status();
  const Json& from = (*now)["spec"]["template"];
  Json kept = (*then)["spec"]["template"];
  for (const char* map : {kLabels, kAnnotations}) {
    KeepAdded(pod["metadata"].value(map, Json()), from["metadata"].value(map, Json()), &kept["metadata"][map]);
  }
  KeepAddedVolumes(pod["spec"], *now, &kept["spec"]);
  Json spec_of_pod = pod["spec"];
  if (spec_of_pod.is_object()) spec_of_pod.erase("volumes");
  KeepAdded(spec_of_pod, from["spec"], &kept["spec"]);
  for (const char* map : {kLabels, kAnnotations}) pod["metadata"][map] = std::move(kept["metadata"][map]);
  pod["spec"] = std::move(kept["spec"]);
  return pod;
}

}  // namespace lws
