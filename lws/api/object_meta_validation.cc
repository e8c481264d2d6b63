#include "lws/api/object_meta_validation.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/name_rules.h"
#include "lws/api/proto_json.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr int kMaxAnnotationBytes = 256 * 1024;

void AddAll(absl::string_view field, absl::string_view text, const std::vector<std::string>& details,
            FieldErrors* errors) {
  for (const std::string& detail : details) errors->push_back(InvalidText(field, text, detail));
}

std::map<std::string, std::string> Sorted(const google::protobuf::Map<std::string, std::string>& map) {
  return {map.begin(), map.end()};
}

void CheckNamespace(const ObjectMeta& meta, FieldErrors* errors) {
  const std::string field = "metadata.namespace";
  if (meta.namespace_().empty()) {
    errors->push_back(RequiredValue(field, ""));
  } else if (absl::StrContains(meta.namespace_(), ".")) {
    errors->push_back(InvalidText(field, meta.namespace_(), "must not contain dots"));
  } else {
    AddAll(field, meta.namespace_(), Dns1123LabelErrors(meta.namespace_()), errors);
  }
}

void CheckLabels(const ObjectMeta& meta, FieldErrors* errors) {
  for (const auto& [key, value] : Sorted(meta.labels())) {
    AddAll("metadata.labels", key, LabelKeyErrors(key), errors);
    AddAll("metadata.labels", value, LabelValueErrors(value), errors);
  }
}

void CheckAnnotations(const ObjectMeta& meta, FieldErrors* errors) {
  size_t bytes = 0;
  for (const auto& [key, value] : Sorted(meta.annotations())) {
    // Annotation keys, unlike label keys, may have upper case letters in their prefix.
    AddAll("metadata.annotations", key, LabelKeyErrors(absl::AsciiStrToLower(key)), errors);
    bytes += key.size() + value.size();
  }
  if (bytes > kMaxAnnotationBytes) errors->push_back(TooLong("metadata.annotations", kMaxAnnotationBytes));
}

// An owner as Kubernetes prints it.
std::string Show(const OwnerReference& owner) {
  std::string shown = absl::StrCat("{\"apiVersion\":", Quote(owner.api_version()), ",\"kind\":", Quote(owner.kind()),
                                   ",\"name\":", Quote(owner.name()), ",\"uid\":", Quote(owner.uid()));
  if (owner.has_controller()) absl::StrAppend(&shown, ",\"controller\":", owner.controller() ? "true" : "false");
  if (owner.has_block_owner_deletion()) {
    absl::StrAppend(&shown, ",\"blockOwnerDeletion\":", owner.block_owner_deletion() ? "true" : "false");
  }
  return shown + "}";
}

// Whether the text has the form "group/version" or "version".
bool HasVersion(absl::string_view api_version) {
  return !api_version.empty() && std::count(api_version.begin(), api_version.end(), '/') <= 1 &&
         !absl::EndsWith(api_version, "/");
}

void CheckOwner(const OwnerReference& owner, FieldErrors* errors) {
  const std::string field = "metadata.ownerReferences";
  if (!HasVersion(owner.api_version())) {
    errors->push_back(InvalidText(field + ".apiVersion", owner.api_version(), "version must not be empty"));
  }
  if (owner.kind().empty()) errors->push_back(InvalidText(field + ".kind", "", "must not be empty"));
  if (owner.name().empty()) errors->push_back(InvalidText(field + ".name", "", "must not be empty"));
  if (owner.uid().empty()) errors->push_back(InvalidText(field + ".uid", "", "must not be empty"));
  if (owner.api_version() == "v1" && owner.kind() == "Event") {
    errors->push_back(InvalidValue(field, Show(owner), "/v1, Kind=Event is disallowed from being an owner"));
  }
}

void CheckOwners(const ObjectMeta& meta, FieldErrors* errors) {
  const OwnerReference* controller = nullptr;
  for (const OwnerReference& owner : meta.owner_references()) {
    CheckOwner(owner, errors);
    if (!owner.controller()) continue;
    if (controller != nullptr) {
      const auto show = [](std::string* out, const OwnerReference& reference) { out->append(Show(reference)); };
      errors->push_back(InvalidValue(
          "metadata.ownerReferences", absl::StrCat("[", absl::StrJoin(meta.owner_references(), ",", show), "]"),
          absl::StrCat("Only one reference can have Controller set to true. Found \"true\" in references for ",
                       controller->kind(), "/", controller->name(), " and ", owner.kind(), "/", owner.name())));
      continue;
    }
    controller = &owner;
  }
}

void CheckFinalizers(const ObjectMeta& meta, FieldErrors* errors) {
  bool orphan = false;
  bool foreground = false;
  for (const std::string& finalizer : meta.finalizers()) {
    AddAll("metadata.finalizers", finalizer, LabelKeyErrors(finalizer), errors);
    orphan |= finalizer == "orphan";
    foreground |= finalizer == "foregroundDeletion";
  }
  if (orphan && foreground) {
    const auto quote = [](std::string* out, const std::string& text) { out->append(Quote(text)); };
    errors->push_back(InvalidValue("metadata.finalizers",
                                   absl::StrCat("[", absl::StrJoin(meta.finalizers(), ",", quote), "]"),
                                   "finalizer orphan and foregroundDeletion cannot be both set"));
  }
}

// The checks that creation and update share. `name_rule` returns what is wrong with a name.
FieldErrors CheckMeta(const ObjectMeta& meta, std::vector<std::string> (*name_rule)(absl::string_view)) {
  FieldErrors errors;
  if (!meta.generate_name().empty()) {
    // A generated name appends letters to the prefix, so the prefix may end with '-'.
    const std::string generated = absl::StrCat(absl::StripSuffix(meta.generate_name(), "-"), "a");
    AddAll("metadata.generateName", meta.generate_name(), name_rule(generated), &errors);
  }
  if (!meta.name().empty()) {
    AddAll("metadata.name", meta.name(), name_rule(meta.name()), &errors);
  } else if (meta.generate_name().empty()) {
    errors.push_back(RequiredValue("metadata.name", "name or generateName is required"));
  }
  CheckNamespace(meta, &errors);
  if (meta.generation() < 0) {
    errors.push_back(
        InvalidValue("metadata.generation", absl::StrCat(meta.generation()), "must be greater than or equal to 0"));
  }
  CheckLabels(meta, &errors);
  CheckAnnotations(meta, &errors);
  CheckOwners(meta, &errors);
  CheckFinalizers(meta, &errors);
  return errors;
}

void CheckImmutable(absl::string_view field, const std::string& before, const std::string& after, FieldErrors* errors) {
  if (before != after)
    errors->push_back(
        {absl::StrCat("metadata.", field), absl::StrCat("Invalid value: ", after, ": field is immutable")});
}

void CheckNewFinalizers(const ObjectMeta& old_meta, const ObjectMeta& meta, FieldErrors* errors) {
  if (!old_meta.has_deletion_timestamp()) return;
  const std::set<std::string> before(old_meta.finalizers().begin(), old_meta.finalizers().end());
  std::set<std::string> added;
  for (const std::string& finalizer : meta.finalizers()) {
    if (before.count(finalizer) == 0) added.insert(Quote(finalizer));
  }
  if (added.empty()) return;
  errors->push_back(Forbidden(
      "metadata.finalizers",
      absl::StrCat("no new finalizers can be added if the object is being deleted, found new finalizers []string{",
                   absl::StrJoin(added, ", "), "}")));
}

}  // namespace

FieldErrors ValidateObjectMeta(const ObjectMeta& meta) {
  return CheckMeta(meta, [](absl::string_view name) { return Dns1123SubdomainErrors(name, "characters"); });
}

FieldErrors ValidateMetadata(const Json& object, std::vector<std::string> (*name_rule)(absl::string_view)) {
  // The fields that have rules; the others, managedFields above all, are not read.
  static constexpr const char* kFields[] = {"name",   "generateName", "namespace",       "generation",
                                            "labels", "annotations",  "ownerReferences", "finalizers"};
  Json fields = Json::object();
  const auto metadata = object.find("metadata");
  for (const char* field : kFields) {
    if (metadata != object.end() && metadata->contains(field)) fields[field] = (*metadata)[field];
  }
  ObjectMeta meta;
  ProtoFromJson(fields, &meta).IgnoreError();
  FieldErrors errors = CheckMeta(meta, name_rule);
  for (int i = 0; i < meta.finalizers_size(); ++i) {
    const std::string& name = meta.finalizers(i);
    if (absl::StrContains(name, "/") || name == "kubernetes" || name == "orphan" || name == "foregroundDeletion")
      continue;
    errors.push_back(InvalidText(absl::StrCat("metadata.finalizers[", i, "]"), name,
                                 "name is neither a standard finalizer name nor is it fully qualified"));
  }
  return errors;
}

FieldErrors ValidateObjectMetaUpdate(const ObjectMeta& old_meta, const ObjectMeta& meta) {
  FieldErrors errors = CheckMeta(meta, PathSegmentErrors);
  CheckNewFinalizers(old_meta, meta, &errors);
  if (meta.resource_version().empty()) {
    errors.push_back(InvalidText("metadata.resourceVersion", "", "must be specified for an update"));
  }
  if (meta.generation() < old_meta.generation()) {
    errors.push_back(InvalidValue("metadata.generation", absl::StrCat(meta.generation()), "must not be decremented"));
  }
  const auto text_or_null = [](bool present, const std::string& text) { return present ? Quote(text) : "null"; };
  const auto number_or_null = [](bool present, int64_t number) {
    return present ? absl::StrCat(number) : std::string("null");
  };
  CheckImmutable("name", Quote(old_meta.name()), Quote(meta.name()), &errors);
  CheckImmutable("namespace", Quote(old_meta.namespace_()), Quote(meta.namespace_()), &errors);
  CheckImmutable("uid", Quote(old_meta.uid()), Quote(meta.uid()), &errors);
  CheckImmutable("creationTimestamp", Quote(old_meta.creation_timestamp()), Quote(meta.creation_timestamp()), &errors);
  CheckImmutable("deletionTimestamp", text_or_null(old_meta.has_deletion_timestamp(), old_meta.deletion_timestamp()),
                 text_or_null(meta.has_deletion_timestamp(), meta.deletion_timestamp()), &errors);
  CheckImmutable("deletionGracePeriodSeconds",
                 number_or_null(old_meta.has_deletion_grace_period_seconds(), old_meta.deletion_grace_period_seconds()),
                 number_or_null(meta.has_deletion_grace_period_seconds(), meta.deletion_grace_period_seconds()),
                 &errors);
  return errors;
}

}  // namespace lws::internal
