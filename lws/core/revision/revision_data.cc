#include "lws/core/revision/revision_data.h"

#include <utility>

#include "absl/status/status.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// Applies a stored part. It replaces `part` if it says {"$patch": "replace"}; else it is merged, like Kubernetes'
// patches.
void ApplyPart(const Json& stored, Json* part) {
  if (stored.is_object() && stored.value("$patch", Json()) != "replace") {
    part->merge_patch(stored);
  } else {
    *part = stored;
  }
}

}  // namespace

std::string RevisionData(const LeaderWorkerSet& set) {
  Json group = LeaderWorkerTemplateToJson(set.spec().leader_worker_template());
  group["$patch"] = "replace";
  const NetworkConfig& network = set.spec().network_config();
  Json network_config = {{"$patch", "replace"}};
  if (!set.spec().has_network_config()) {
    network_config["subdomainPolicy"] = kSubdomainShared;
  } else {
    network_config["subdomainPolicy"] = network.has_subdomain_policy() ? Json(network.subdomain_policy()) : Json();
  }
  const Json data = {
      {"spec", {{"leaderWorkerTemplate", std::move(group)}, {"networkConfig", std::move(network_config)}}}};
  return CanonicalJson(data);
}

absl::StatusOr<LeaderWorkerSet> ApplyRevision(const LeaderWorkerSet& set, absl::string_view data) {
  absl::StatusOr<Json> document = ParseJson(data, "revision data");
  if (!document.ok()) return document.status();
  if (document->is_null()) *document = Json::object();
  if (!document->is_object()) return absl::InvalidArgumentError("revision data: not an object");
  const Json spec = document->value("spec", Json());
  if (!spec.is_null() && !spec.is_object()) return absl::InvalidArgumentError("revision data: spec: not an object");

  Json patched = LeaderWorkerSetToJson(set);
  const bool has_network_config = set.spec().has_network_config();
  if (spec.is_object() && spec.contains("leaderWorkerTemplate")) {
    ApplyPart(spec["leaderWorkerTemplate"], &patched["spec"]["leaderWorkerTemplate"]);
  }
  if (spec.is_object() && spec.contains("networkConfig") && has_network_config) {
    ApplyPart(spec["networkConfig"], &patched["spec"]["networkConfig"]);
  }
  return LeaderWorkerSetFromJson(patched);
}

bool IsReadableRevision(absl::string_view data) {
  const absl::StatusOr<Json> document = ParseJson(data, "revision data");
  if (!document.ok() || !document->is_object()) return false;
  const Json spec = document->value("spec", Json());
  if (!spec.is_object()) return false;
  Json set = {{"spec", Json::object()}};
  for (const char* part : {"leaderWorkerTemplate", "networkConfig"}) {
    if (!spec.contains(part)) continue;
    const Json& stored = spec[part];
    if (!stored.is_object() || stored.value("$patch", Json()) != "replace") return false;
    set["spec"][part] = stored;
  }
  return LeaderWorkerSetFromJson(set).ok();
}

bool SameRevision(const LeaderWorkerSet& set, absl::string_view stored, absl::string_view proposed) {
  if (stored == proposed) return true;
  const absl::StatusOr<LeaderWorkerSet> applied = ApplyRevision(set, stored);
  return applied.ok() && RevisionData(*applied) == proposed;
}

}  // namespace lws
