#include "lws/api/object_meta_validation.h"

#include <algorithm>
#include <cstdint>
#include <optional>
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
  for (const std::string& detail : details) errors->push_back(FieldInvalidText(field, text, detail));
}

// The fields of metadata that have rules, borrowed from a message or a document.
using Texts = std::vector<std::pair<absl::string_view, absl::string_view>>;  // in the order of their keys

struct Owner {
  absl::string_view api_version;
  absl::string_view kind;
  absl::string_view name;
  absl::string_view uid;
  std::optional<bool> controller;
  std::optional<bool> block_owner_deletion;
};

struct Meta {
  absl::string_view name;
  absl::string_view generate_name;
  absl::string_view namespace_name;
  int64_t generation = 0;
  Texts labels;
  Texts annotations;
  std::vector<Owner> owners;
  std::vector<absl::string_view> finalizers;
};

Texts Sorted(const google::protobuf::Map<std::string, std::string>& map) {
  Texts texts(map.begin(), map.end());
  std::sort(texts.begin(), texts.end());
  return texts;
}

Meta MetaOf(const ObjectMeta& message) {
  Meta meta;
  meta.name = message.name();
  meta.generate_name = message.generate_name();
  meta.namespace_name = message.namespace_();
  meta.generation = message.generation();
  meta.labels = Sorted(message.labels());
  meta.annotations = Sorted(message.annotations());
  for (const OwnerReference& from : message.owner_references()) {
    Owner owner = {from.api_version(), from.kind(), from.name(), from.uid(), std::nullopt, std::nullopt};
    if (from.has_controller()) owner.controller = from.controller();
    if (from.has_block_owner_deletion()) owner.block_owner_deletion = from.block_owner_deletion();
    meta.owners.push_back(owner);
  }
  meta.finalizers.assign(message.finalizers().begin(), message.finalizers().end());
  return meta;
}

// Each reads a value of the type that it has in every usual object, and returns false for any other.
bool ReadText(const Json& value, absl::string_view* text) {
  if (!value.is_string()) return false;
  *text = value.get_ref<const std::string&>();
  return true;
}

bool ReadTexts(const Json& value, Texts* texts) {
  if (!value.is_object()) return false;
  texts->reserve(value.size());
  for (auto it = value.begin(); it != value.end(); ++it) {
    texts->emplace_back(it.key(), absl::string_view());
    if (!ReadText(*it, &texts->back().second)) return false;
  }
  return true;
}

bool ReadFlag(const Json& value, std::optional<bool>* flag) {
  if (!value.is_boolean()) return false;
  *flag = value.get<bool>();
  return true;
}

bool ReadOwner(const Json& value, Owner* owner) {
  if (!value.is_object()) return false;
  for (auto it = value.begin(); it != value.end(); ++it) {
    const std::string& key = it.key();
    const bool is_read = key == "apiVersion"           ? ReadText(*it, &owner->api_version)
                         : key == "kind"               ? ReadText(*it, &owner->kind)
                         : key == "name"               ? ReadText(*it, &owner->name)
                         : key == "uid"                ? ReadText(*it, &owner->uid)
                         : key == "controller"         ? ReadFlag(*it, &owner->controller)
                         : key == "blockOwnerDeletion" ? ReadFlag(*it, &owner->block_owner_deletion)
                                                       : false;
    if (!is_read) return false;
  }
  return true;
}

bool ReadOwners(const Json& value, std::vector<Owner>* owners) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [owners](const Json& owner) {
           return ReadOwner(owner, &owners->emplace_back());
         });
}

bool ReadFinalizers(const Json& value, std::vector<absl::string_view>* finalizers) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [finalizers](const Json& finalizer) {
           return ReadText(finalizer, &finalizers->emplace_back());
         });
}

bool ReadGeneration(const Json& value, int64_t* generation) {
  const bool is_read = value.is_number_integer() && !(value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX);
  if (!is_read) return false;
  *generation = value.get<int64_t>();
  return true;
}

// nullopt when a field is not of the type that it has in every usual object.
std::optional<Meta> MetaOf(const Json& metadata) {
  Meta meta;
  if (!metadata.is_object()) return std::nullopt;
  for (auto it = metadata.begin(); it != metadata.end(); ++it) {
    const std::string& key = it.key();
    const bool is_read = key == "name"              ? ReadText(*it, &meta.name)
                         : key == "generateName"    ? ReadText(*it, &meta.generate_name)
                         : key == "namespace"       ? ReadText(*it, &meta.namespace_name)
                         : key == "generation"      ? ReadGeneration(*it, &meta.generation)
                         : key == "labels"          ? ReadTexts(*it, &meta.labels)
                         : key == "annotations"     ? ReadTexts(*it, &meta.annotations)
                         : key == "ownerReferences" ? ReadOwners(*it, &meta.owners)
                         : key == "finalizers"      ? ReadFinalizers(*it, &meta.finalizers)
                                                    : true;  // without rules
    if (!is_read) return std::nullopt;
  }
  return meta;
}

void CheckNamespace(const Meta& meta, FieldErrors* errors) {
  const std::string field = "metadata.namespace";
  if (meta.namespace_name.empty()) {
    errors->push_back(FieldRequired(field, ""));
  } else if (absl::StrContains(meta.namespace_name, ".")) {
    errors->push_back(FieldInvalidText(field, meta.namespace_name, "must not contain dots"));
  } else {
    AddAll(field, meta.namespace_name, Dns1123LabelErrors(meta.namespace_name), errors);
  }
}

void CheckLabels(const Meta& meta, FieldErrors* errors) {
  for (const auto& [key, value] : meta.labels) {
    AddAll("metadata.labels", key, LabelKeyErrors(key), errors);
    AddAll("metadata.labels", value, LabelValueErrors(value), errors);
  }
}

void CheckAnnotations(const Meta& meta, FieldErrors* errors) {
  size_t bytes = 0;
  for (const auto& [key, value] : meta.annotations) {
    // Annotation keys, unlike label keys, may have upper case letters in their prefix.
    const bool has_upper = std::any_of(key.begin(), key.end(), absl::ascii_isupper);
    AddAll("metadata.annotations", key, has_upper ? LabelKeyErrors(absl::AsciiStrToLower(key)) : LabelKeyErrors(key),
           errors);
    bytes += key.size() + value.size();
  }
  if (bytes > kMaxAnnotationBytes) errors->push_back(FieldTooLong("metadata.annotations", kMaxAnnotationBytes));
}

// An owner as Kubernetes prints it.
std::string Show(const Owner& owner) {
  std::string shown = absl::StrCat("{\"apiVersion\":", GoQuoted(owner.api_version), ",\"kind\":", GoQuoted(owner.kind),
                                   ",\"name\":", GoQuoted(owner.name), ",\"uid\":", GoQuoted(owner.uid));
  if (owner.controller.has_value()) absl::StrAppend(&shown, ",\"controller\":", *owner.controller ? "true" : "false");
  if (owner.block_owner_deletion.has_value()) {
    absl::StrAppend(&shown, ",\"blockOwnerDeletion\":", *owner.block_owner_deletion ? "true" : "false");
  }
  return shown + "}";
}

// Whether the text has the form "group/version" or "version".
bool HasVersion(absl::string_view api_version) {
  return !api_version.empty() && std::count(api_version.begin(), api_version.end(), '/') <= 1 &&
         !absl::EndsWith(api_version, "/");
}

void CheckOwner(const Owner& owner, FieldErrors* errors) {
  const std::string field = "metadata.ownerReferences";
  if (!HasVersion(owner.api_version)) {
    errors->push_back(FieldInvalidText(field + ".apiVersion", owner.api_version, "version must not be empty"));
  }
  if (owner.kind.empty()) errors->push_back(FieldInvalidText(field + ".kind", "", "must not be empty"));
  if (owner.name.empty()) errors->push_back(FieldInvalidText(field + ".name", "", "must not be empty"));
  if (owner.uid.empty()) errors->push_back(FieldInvalidText(field + ".uid", "", "must not be empty"));
  if (owner.api_version == "v1" && owner.kind == "Event") {
    errors->push_back(FieldInvalid(field, Show(owner), "/v1, Kind=Event is disallowed from being an owner"));
  }
}

void CheckOwners(const Meta& meta, FieldErrors* errors) {
  const Owner* controller = nullptr;
  for (const Owner& owner : meta.owners) {
    CheckOwner(owner, errors);
    if (!owner.controller.value_or(false)) continue;
    if (controller != nullptr) {
      const auto show = [](std::string* out, const Owner& reference) { out->append(Show(reference)); };
      errors->push_back(FieldInvalid(
          "metadata.ownerReferences", absl::StrCat("[", absl::StrJoin(meta.owners, ",", show), "]"),
          absl::StrCat("Only one reference can have Controller set to true. Found \"true\" in references for ",
                       controller->kind, "/", controller->name, " and ", owner.kind, "/", owner.name)));
      continue;
    }
    controller = &owner;
  }
}

void CheckFinalizers(const Meta& meta, FieldErrors* errors) {
  bool orphan = false;
  bool foreground = false;
  for (const absl::string_view finalizer : meta.finalizers) {
    AddAll("metadata.finalizers", finalizer, LabelKeyErrors(finalizer), errors);
    orphan |= finalizer == "orphan";
    foreground |= finalizer == "foregroundDeletion";
  }
  if (orphan && foreground) {
    const auto quote = [](std::string* out, absl::string_view text) { out->append(GoQuoted(text)); };
    errors->push_back(FieldInvalid("metadata.finalizers",
                                   absl::StrCat("[", absl::StrJoin(meta.finalizers, ",", quote), "]"),
                                   "finalizer orphan and foregroundDeletion cannot be both set"));
  }
}

// The checks that creation and update share. `name_rule` returns what is wrong with a name.
FieldErrors CheckMeta(const Meta& meta, std::vector<std::string> (*name_rule)(absl::string_view)) {
  FieldErrors errors;
  if (!meta.generate_name.empty()) {
    // A generated name appends letters to the prefix, so the prefix may end with '-'.
    const std::string generated = absl::StrCat(absl::StripSuffix(meta.generate_name, "-"), "a");
    AddAll("metadata.generateName", meta.generate_name, name_rule(generated), &errors);
  }
  if (!meta.name.empty()) {
    AddAll("metadata.name", meta.name, name_rule(meta.name), &errors);
  } else if (meta.generate_name.empty()) {
    errors.push_back(FieldRequired("metadata.name", "name or generateName is required"));
  }
  CheckNamespace(meta, &errors);
  if (meta.generation < 0) {
    errors.push_back(
        FieldInvalid("metadata.generation", absl::StrCat(meta.generation), "must be greater than or equal to 0"));
  }
  CheckLabels(meta, &errors);
  CheckAnnotations(meta, &errors);
  CheckOwners(meta, &errors);
  CheckFinalizers(meta, &errors);
  return errors;
}

// The fields that have rules, as far as they read; the others, managedFields above all, are not read.
ObjectMeta ReadMessage(const Json& metadata) {
  static constexpr const char* kFields[] = {"name",   "generateName", "namespace",       "generation",
                                            "labels", "annotations",  "ownerReferences", "finalizers"};
  Json fields = Json::object();
  for (const char* field : kFields) {
    if (metadata.contains(field)) fields[field] = metadata[field];
  }
  ObjectMeta message;
  ProtoFromJson(fields, &message).IgnoreError();
  return message;
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
    if (before.count(finalizer) == 0) added.insert(GoQuoted(finalizer));
  }
  if (added.empty()) return;
  errors->push_back(FieldForbidden(
      "metadata.finalizers",
      absl::StrCat("no new finalizers can be added if the object is being deleted, found new finalizers []string{",
                   absl::StrJoin(added, ", "), "}")));
}

}  // namespace

FieldErrors ValidateObjectMeta(const ObjectMeta& meta) {
  return CheckMeta(MetaOf(meta), [](absl::string_view name) { return Dns1123SubdomainErrors(name, "characters"); });
}

FieldErrors ValidateMetadata(const Json& object, std::vector<std::string> (*name_rule)(absl::string_view)) {
  static const Json& none = *new Json(Json::object());
  const auto found = object.find("metadata");
  const Json& metadata = found == object.end() ? none : *found;
  std::optional<Meta> usual = MetaOf(metadata);
  ObjectMeta message;
  if (!usual.has_value()) message = ReadMessage(metadata);
  const Meta meta = usual.has_value() ? *std::move(usual) : MetaOf(message);
  FieldErrors errors = CheckMeta(meta, name_rule);
  for (size_t i = 0; i < meta.finalizers.size(); ++i) {
    const absl::string_view name = meta.finalizers[i];
    if (absl::StrContains(name, "/") || name == "kubernetes" || name == "orphan" || name == "foregroundDeletion")
      continue;
    errors.push_back(FieldInvalidText(absl::StrCat("metadata.finalizers[", i, "]"), name,
                                      "name is neither a standard finalizer name nor is it fully qualified"));
  }
  return errors;
}

FieldErrors ValidateObjectMetaUpdate(const ObjectMeta& old_meta, const ObjectMeta& meta) {
  FieldErrors errors = CheckMeta(MetaOf(meta), PathSegmentErrors);
  CheckNewFinalizers(old_meta, meta, &errors);
  if (meta.resource_version().empty()) {
    errors.push_back(FieldInvalidText("metadata.resourceVersion", "", "must be specified for an update"));
  }
  if (meta.generation() < old_meta.generation()) {
    errors.push_back(FieldInvalid("metadata.generation", absl::StrCat(meta.generation()), "must not be decremented"));
  }
  const auto text_or_null = [](bool present, const std::string& text) { return present ? GoQuoted(text) : "null"; };
  const auto number_or_null = [](bool present, int64_t number) {
    return present ? absl::StrCat(number) : std::string("null");
  };
  CheckImmutable("name", GoQuoted(old_meta.name()), GoQuoted(meta.name()), &errors);
  CheckImmutable("namespace", GoQuoted(old_meta.namespace_()), GoQuoted(meta.namespace_()), &errors);
  CheckImmutable("uid", GoQuoted(old_meta.uid()), GoQuoted(meta.uid()), &errors);
  CheckImmutable("creationTimestamp", GoQuoted(old_meta.creation_timestamp()), GoQuoted(meta.creation_timestamp()),
                 &errors);
  CheckImmutable("deletionTimestamp", text_or_null(old_meta.has_deletion_timestamp(), old_meta.deletion_timestamp()),
                 text_or_null(meta.has_deletion_timestamp(), meta.deletion_timestamp()), &errors);
  CheckImmutable("deletionGracePeriodSeconds",
                 number_or_null(old_meta.has_deletion_grace_period_seconds(), old_meta.deletion_grace_period_seconds()),
                 number_or_null(meta.has_deletion_grace_period_seconds(), meta.deletion_grace_period_seconds()),
                 &errors);
  return errors;
}

}  // namespace lws::internal
