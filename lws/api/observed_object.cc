#include "lws/api/observed_object.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DescribeObject;
using internal::JsonReader;

absl::StatusOr<ObservedObject> ReadObservedObject(const Json& object) {
  JsonReader reader(object);
  const std::string kind = reader.Text({"kind"});
  if (kind == "Pod") return ObservePod(object);
  if (kind == "StatefulSet") return ObserveStatefulSet(object);
  if (kind == "ControllerRevision") return ObserveRevision(object);
  if (kind == "Service") return ObserveService(object);
  if (kind == kPodGroupKind) return ObservePodGroup(object);
  if (kind == "Node") return ObserveNode(object);
  if (kind != kKind) {
    if (!reader.status().ok()) return reader.status();
    return ObservedObject();
  }
  absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(object);
  if (set.ok()) return *std::move(set);
  return absl::InvalidArgumentError(absl::StrCat(DescribeObject(object), ": ", set.status().message()));
}

}  // namespace lws
