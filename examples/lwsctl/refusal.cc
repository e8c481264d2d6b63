#include "examples/lwsctl/refusal.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lwsctl {

using lws::RefusedKind;

std::string DescribeRefusal(const lws::RefusedObject& refused) {
  static const std::map<RefusedKind, const char*> kNames = {{RefusedKind::kLeaderStatefulSet, "StatefulSet"},
                                                            {RefusedKind::kLeaderPods, "leader pods"},
                                                            {RefusedKind::kServices, "Services"},
                                                            {RefusedKind::kWorkerStatefulSets, "worker StatefulSets"},
                                                            {RefusedKind::kWorkerPods, "worker pods"}};
  return absl::StrCat("its ", kNames.at(refused.kind), " ", refused.is_certain ? "will" : "may", " be refused",
                      refused.group > 0 ? absl::StrCat(" from group ", refused.group, " on") : "", ": ",
                      lws::JoinFieldErrors(refused.errors));
}

std::string FieldOfRefusal(const lws::RefusedObject& refused, const lws::Json& manifest) {
  if (refused.errors.empty()) return "";
  absl::string_view field = refused.errors[0].field;
  const lws::FieldValue groups = lws::FieldValue(manifest, "")["spec"]["leaderWorkerTemplate"];
  const bool is_of_leader = refused.kind == RefusedKind::kLeaderStatefulSet || refused.kind == RefusedKind::kLeaderPods;
  const bool has_own = is_of_leader && groups["leaderTemplate"].exists();
  const char* pod_template = has_own ? "leaderTemplate" : "workerTemplate";
  const bool is_of_pods = refused.kind == RefusedKind::kLeaderPods || refused.kind == RefusedKind::kWorkerPods;
  if (is_of_pods || absl::ConsumePrefix(&field, "spec.template.")) {
    // What the templates do not have comes from the set's name and annotations.
    const lws::FieldValue from = groups[pod_template];
    const bool is_label = absl::StartsWith(field, "metadata.labels");
    if (is_label && !from["metadata"]["labels"].exists()) return "metadata.name";
    const bool is_affinity = absl::StartsWith(field, "spec.affinity");
    if (is_affinity && !from["spec"]["affinity"].exists()) return "metadata.annotations";
    return absl::StrCat("spec.leaderWorkerTemplate.", pod_template, ".", field);
  }
  if (!absl::ConsumePrefix(&field, "spec.volumeClaimTemplates")) return "";
  return absl::StrCat("spec.leaderWorkerTemplate.volumeClaimTemplates", field);
}

}  // namespace lwsctl
