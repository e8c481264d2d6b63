#include "lws/api/observed_roles.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DescribeJsonObject;
using internal::JsonReader;

namespace {

RoleLabels ReadLabels(JsonReader& reader) {
  return {reader.Text({"metadata", "labels", kDisaggregatedNameLabel}), reader.Text({"metadata", "labels", kRoleLabel}),
          reader.Text({"metadata", "labels", kSliceLabel}),
          reader.Text({"metadata", "labels", kDisaggregatedRevisionLabel})};
}

}  // namespace

bool IsControlledBy(const ObservedMeta& meta, absl::string_view uid) {
  return meta.controller.has_value() && meta.controller->uid == uid;
}

absl::StatusOr<ObservedChild> ObserveChild(const Json& object) {
  absl::StatusOr<ObservedMeta> meta = ObserveMeta(object);
  if (!meta.ok()) return meta.status();
  JsonReader reader(object);
  ObservedChild child;
  child.meta = *std::move(meta);
  child.labels = ReadLabels(reader);
  const std::string created = reader.Text({"metadata", "creationTimestamp"});
  std::string error;
  if (!created.empty() && !absl::ParseTime(absl::RFC3339_full, created, &child.created, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(DescribeJsonObject(object), ": metadata.creationTimestamp: \"", created, "\" is not a time"));
  }
  child.initial_replicas = reader.OptionalText({"metadata", "annotations", kInitialReplicasAnnotation});
  if (reader.Find({"spec", "replicas"}) != nullptr) child.spec_replicas = reader.Count({"spec", "replicas"}, 0);
  child.status_replicas = reader.Count({"status", "replicas"}, 0);
  child.ready_replicas = reader.Count({"status", "readyReplicas"}, 0);
  child.updated_replicas = reader.Count({"status", "updatedReplicas"}, 0);
  if (!reader.status().ok()) return reader.status();
  return child;
}

absl::StatusOr<ObservedRoleService> ObserveRoleService(const Json& object) {
  absl::StatusOr<ObservedMeta> meta = ObserveMeta(object);
  if (!meta.ok()) return meta.status();
  JsonReader reader(object);
  ObservedRoleService service{*std::move(meta), ReadLabels(reader)};
  if (!reader.status().ok()) return reader.status();
  return service;
}

}  // namespace lws
