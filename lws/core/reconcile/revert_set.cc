#include "lws/core/reconcile/revert_set.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

Json SetMergePatch(const Json& from, const Json& to) {
  if (from == to) return nullptr;
  if (!from.is_object() || !to.is_object()) return to;
  Json patch = Json::object();
  for (const auto& [key, value] : from.items()) {
    if (!to.contains(key)) patch[key] = nullptr;
  }
  for (const auto& [key, value] : to.items()) {
    if (!from.contains(key)) {
      patch[key] = value;
    } else if (from[key] != value) {
      patch[key] = SetMergePatch(from[key], value);
    }
  }
  return patch;
}

absl::StatusOr<Json> RevertSetPatch(const LeaderWorkerSet& set, const ObservedRevision& former) {
  const absl::StatusOr<LeaderWorkerSet> reverted = ApplyRevision(set, former.data);
  if (!reverted.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("ControllerRevision ", former.meta.namespace_name, "/",
                                                   former.meta.name, ": ", reverted.status().message()));
  }
  const Json from = LeaderWorkerSetToJson(set);
  const Json to = LeaderWorkerSetToJson(*reverted);
  Json spec = SetMergePatch(from.value("spec", Json::object()), to.value("spec", Json::object()));
  return Json{{"spec", spec.is_null() ? Json::object() : std::move(spec)}};
}

}  // namespace lws::internal
