#include "examples/lwsctl/object_shape.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/lwsctl/input.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_status.h"
#include "lws/api/field_value.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "lws/api/strict_reader.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;

enum class Type { kText, kFlag, kInteger, kCount, kTime, kTexts, kMap, kMaps };

// A field, and those below it when it is a map or a list of maps. Lists of fields end with a name that is null.
struct Field {
  const char* name;
  Type type;
  const Field* below;  // null: whatever is below is not looked at
};

constexpr Field kEnd = {nullptr, Type::kText, nullptr};

constexpr Field kOwner[] = {{"kind", Type::kText, nullptr},
                            {"name", Type::kText, nullptr},
                            {"uid", Type::kText, nullptr},
                            {"controller", Type::kFlag, nullptr},
                            kEnd};
constexpr Field kMetadata[] = {{"name", Type::kText, nullptr},
                               {"generateName", Type::kText, nullptr},
                               {"namespace", Type::kText, nullptr},
                               {"uid", Type::kText, nullptr},
                               {"resourceVersion", Type::kText, nullptr},
                               {"generation", Type::kInteger, nullptr},
                               {"creationTimestamp", Type::kTime, nullptr},
                               {"deletionTimestamp", Type::kTime, nullptr},
                               {"labels", Type::kTexts, nullptr},
                               {"annotations", Type::kTexts, nullptr},
                               {"ownerReferences", Type::kMaps, kOwner},
                               {"managedFields", Type::kMaps, nullptr},
                               kEnd};

constexpr Field kResources[] = {{"requests", Type::kMap, nullptr}, {"limits", Type::kMap, nullptr}, kEnd};
constexpr Field kContainer[] = {
    {"name", Type::kText, nullptr}, {"image", Type::kText, nullptr}, {"resources", Type::kMap, kResources}, kEnd};
constexpr Field kSchedulingGate[] = {{"name", Type::kText, nullptr}, kEnd};
constexpr Field kReadinessGate[] = {{"conditionType", Type::kText, nullptr}, kEnd};
constexpr Field kPodSpec[] = {{"nodeName", Type::kText, nullptr},
                              {"priority", Type::kInteger, nullptr},
                              {"containers", Type::kMaps, kContainer},
                              {"initContainers", Type::kMaps, kContainer},
                              {"schedulingGates", Type::kMaps, kSchedulingGate},
                              {"readinessGates", Type::kMaps, kReadinessGate},
                              kEnd};

constexpr Field kCondition[] = {{"type", Type::kText, nullptr},
                                {"status", Type::kText, nullptr},
                                {"reason", Type::kText, nullptr},
                                {"message", Type::kText, nullptr},
                                {"lastTransitionTime", Type::kTime, nullptr},
                                kEnd};
constexpr Field kWaiting[] = {{"reason", Type::kText, nullptr}, {"message", Type::kText, nullptr}, kEnd};
constexpr Field kRunning[] = {{"startedAt", Type::kTime, nullptr}, kEnd};
constexpr Field kTerminated[] = {{"exitCode", Type::kInteger, nullptr}, {"reason", Type::kText, nullptr},
                                 {"message", Type::kText, nullptr},     {"startedAt", Type::kTime, nullptr},
                                 {"finishedAt", Type::kTime, nullptr},  kEnd};
constexpr Field kState[] = {{"waiting", Type::kMap, kWaiting},
                            {"running", Type::kMap, kRunning},
                            {"terminated", Type::kMap, kTerminated},
                            kEnd};
constexpr Field kContainerStatus[] = {{"name", Type::kText, nullptr},
                                      {"restartCount", Type::kCount, nullptr},
                                      {"ready", Type::kFlag, nullptr},
                                      {"started", Type::kFlag, nullptr},
                                      {"state", Type::kMap, kState},
                                      {"lastState", Type::kMap, kState},
                                      kEnd};
constexpr Field kPodStatus[] = {{"phase", Type::kText, nullptr},
                                {"conditions", Type::kMaps, kCondition},
                                {"initContainerStatuses", Type::kMaps, kContainerStatus},
                                {"containerStatuses", Type::kMaps, kContainerStatus},
                                kEnd};

constexpr Field kTaint[] = {
    {"key", Type::kText, nullptr}, {"value", Type::kText, nullptr}, {"effect", Type::kText, nullptr}, kEnd};
constexpr Field kNodeSpec[] = {{"unschedulable", Type::kFlag, nullptr}, {"taints", Type::kMaps, kTaint}, kEnd};
constexpr Field kNodeStatus[] = {{"allocatable", Type::kMap, nullptr}, {"conditions", Type::kMaps, kCondition}, kEnd};

constexpr Field kRollingUpdate[] = {{"partition", Type::kCount, nullptr}, kEnd};
constexpr Field kUpdateStrategy[] = {
    {"type", Type::kText, nullptr}, {"rollingUpdate", Type::kMap, kRollingUpdate}, kEnd};
constexpr Field kTemplate[] = {{"metadata", Type::kMap, kMetadata}, {"spec", Type::kMap, kPodSpec}, kEnd};
constexpr Field kStatefulSetSpec[] = {{"replicas", Type::kCount, nullptr},
                                      {"serviceName", Type::kText, nullptr},
                                      {"selector", Type::kMap, nullptr},
                                      {"template", Type::kMap, kTemplate},
                                      {"updateStrategy", Type::kMap, kUpdateStrategy},
                                      {"volumeClaimTemplates", Type::kMaps, nullptr},
                                      kEnd};
constexpr Field kStatefulSetStatus[] = {{"replicas", Type::kCount, nullptr},
                                        {"readyReplicas", Type::kCount, nullptr},
                                        {"availableReplicas", Type::kCount, nullptr},
                                        {"updatedReplicas", Type::kCount, nullptr},
                                        {"currentRevision", Type::kText, nullptr},
                                        {"updateRevision", Type::kText, nullptr},
                                        kEnd};

constexpr Field kPod[] = {{"spec", Type::kMap, kPodSpec}, {"status", Type::kMap, kPodStatus}, kEnd};
constexpr Field kNode[] = {{"spec", Type::kMap, kNodeSpec}, {"status", Type::kMap, kNodeStatus}, kEnd};
constexpr Field kStatefulSet[] = {
    {"spec", Type::kMap, kStatefulSetSpec}, {"status", Type::kMap, kStatefulSetStatus}, kEnd};
constexpr Field kRevision[] = {{"revision", Type::kInteger, nullptr}, {"data", Type::kMap, nullptr}, kEnd};
constexpr Field kSpecAndStatus[] = {{"spec", Type::kMap, nullptr}, {"status", Type::kMap, nullptr}, kEnd};

// The fields beside the metadata; null for a kind that no command reads.
const Field* FieldsOf(const Json& object) {
  switch (lws::ObjectKindOf(object)) {
    case lws::ObjectKind::kPod:
      return kPod;
    case lws::ObjectKind::kNode:
      return kNode;
    case lws::ObjectKind::kStatefulSet:
      return kStatefulSet;
    case lws::ObjectKind::kControllerRevision:
      return kRevision;
    case lws::ObjectKind::kService:
    case lws::ObjectKind::kPodGroup:
    case lws::ObjectKind::kLeaderWorkerSet:  // whose fields are read by their types anyway
      return kSpecAndStatus;
    case lws::ObjectKind::kOther:
      return FieldValue(object, "")["apiVersion"].Text() == lws::kDisaggregatedSetApiVersion ? kSpecAndStatus : nullptr;
  }
  return nullptr;
}

bool IsTime(const FieldValue& value) {
  absl::Time time;
  const bool is_read =
      value.json().is_string() && absl::ParseTime(absl::RFC3339_full, value.Text(), &time, /*err=*/nullptr);
  return is_read && time != absl::InfiniteFuture() && time != absl::InfinitePast();
}

bool IsInteger(const FieldValue& value, int64_t least, int64_t most) {
  const std::optional<int64_t> number = value.json().is_number_integer() ? value.Number() : std::nullopt;
  return number.has_value() && *number >= least && *number <= most;
}

// What the value should be; "" when it is that.
absl::string_view WhatIsWanted(const FieldValue& value, Type type) {
  using Limits = std::numeric_limits<int64_t>;
  switch (type) {
    case Type::kText:
      return value.json().is_string() ? "" : "a string";
    case Type::kFlag:
      return value.json().is_boolean() ? "" : "true or false";
    case Type::kInteger:
      return IsInteger(value, Limits::min(), Limits::max()) ? "" : "an integer";
    case Type::kCount:
      return IsInteger(value, 0, std::numeric_limits<int32_t>::max()) ? "" : "a count of 32 bits";
    case Type::kTime:
      return IsTime(value) ? "" : "a time";
    case Type::kMaps:
      return value.json().is_array() ? "" : "a list";
    case Type::kTexts:
    case Type::kMap:
      return value.json().is_object() ? "" : "an object";
  }
  return "";
}

// Finds the first field of a wrong type.
class ShapeCheck {
 public:
  explicit ShapeCheck(const Json& object) : object_(object) {}

  const absl::Status& status() const { return status_; }

  void CheckAll(const FieldValue& map, const Field* fields) {
    for (; fields != nullptr && fields->name != nullptr && status_.ok(); ++fields) Check(map[fields->name], *fields);
  }

  void Fail(const std::string& path, absl::string_view message) {
    if (status_.ok()) status_ = lws::FieldStatus(lws::internal::DescribeJsonObject(object_), path, message);
  }

 private:
  void Check(const FieldValue& value, const Field& field) {
    if (!value.exists()) return;
    Want(value, field.type);
    if (field.type == Type::kMap) CheckAll(value, field.below);
    if (field.type == Type::kTexts) CheckTexts(value);
    if (field.type != Type::kMaps) return;
    for (const FieldValue& item : value.Items()) {
      Want(item, Type::kMap);
      CheckAll(item, field.below);
    }
  }

  void CheckTexts(const FieldValue& map) {
    for (const std::string& key : map.Keys()) {
      const FieldValue value = map[key];
      if (value.exists()) Want(value, Type::kText);
    }
  }

  void Want(const FieldValue& value, Type type) {
    const absl::string_view wanted = WhatIsWanted(value, type);
    if (!wanted.empty()) Fail(value.path(), absl::StrCat(lws::ShownJsonValue(value.json()), " is not ", wanted));
  }

  const Json& object_;
  absl::Status status_;
};

}  // namespace

absl::Status CheckObjectShape(const Json& object) {
  const Field* const fields = FieldsOf(object);
  if (fields == nullptr) return absl::OkStatus();
  ShapeCheck check(object);
  const FieldValue document(object, "");
  const Field metadata[] = {{"metadata", Type::kMap, kMetadata}, kEnd};
  check.CheckAll(document, metadata);
  check.CheckAll(document, fields);
  if (document["metadata"]["name"].Text().empty()) check.Fail("metadata.name", "missing");
  return check.status();
}

absl::Status KnownObjects::Add(const Json& object) {
  const std::string name = lws::internal::DescribeJsonObject(object);
  if (names_.insert(name).second) return absl::OkStatus();
  return lws::FieldStatus(name, "metadata.name", "the file has this object twice");
}

absl::Status KnownObjects::AddManifest(const std::string& where, const Json& manifest) {
  if (FieldValue(manifest, "")["metadata"]["name"].Text().empty()) return absl::OkStatus();
  return lws::StatusWithPrefix(where, Add(WithNamespace(manifest)));
}

}  // namespace lwsctl
