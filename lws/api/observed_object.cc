#include "lws/api/observed_object.h"

#include <string>
#include <utility>

#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/object_kind.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DescribeJsonObject;
using internal::JsonReader;

namespace {

absl::StatusOr<ObservedObject> ReadSet(const Json& object) {
  absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(object);
  if (set.ok()) return *std::move(set);
  const std::string field = FieldOfStatus(set.status());
  return FieldStatus(DescribeJsonObject(object), field,
                     set.status().message().substr(field.empty() ? 0 : field.size() + 2));
}

// The kind and name must be readable even if no decision reads the object.
absl::StatusOr<ObservedObject> ReadOther(const Json& object) {
  JsonReader reader(object);
  reader.Text({"apiVersion"});
  reader.Text({"kind"});
  if (!reader.status().ok()) return reader.status();
  return ObservedObject();
}

}  // namespace

absl::StatusOr<ObservedObject> ReadObservedObject(const Json& object) {
  switch (ObjectKindOf(object)) {
    case ObjectKind::kPod:
      return ObservePod(object);
    case ObjectKind::kStatefulSet:
      return ObserveStatefulSet(object);
    case ObjectKind::kControllerRevision:
      return ObserveRevision(object);
    case ObjectKind::kService:
      return ObserveService(object);
    case ObjectKind::kPodGroup:
      return ObservePodGroup(object);
    case ObjectKind::kNode:
      return ObserveNode(object);
    case ObjectKind::kLeaderWorkerSet:
      return ReadSet(object);
    case ObjectKind::kOther:
      return ReadOther(object);
  }
  return ObservedObject();
}

}  // namespace lws
