#include "lws/adapters/simulation/kubernetes/field_ownership.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/field_table.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

using internal::FieldInfo;
using internal::FieldKind;
using internal::FindTypeInfo;
using internal::ListType;
using internal::Texts;
using internal::TypeInfo;

namespace {

// Types and fields that are owned as a whole by Kubernetes' schema (x-kubernetes-map-type: atomic).
bool IsAtomicType(absl::string_view name) {
  static constexpr absl::string_view kTypes[] = {"LabelSelector",        "NodeSelector",
                                                 "NodeSelectorTerm",     "ObjectFieldSelector",
                                                 "SecretKeySelector",    "ResourceFieldSelector",
                                                 "ConfigMapKeySelector", "LocalObjectReference",
                                                 "FileKeySelector",      "TypedLocalObjectReference"};
  return std::find(std::begin(kTypes), std::end(kTypes), name) != std::end(kTypes);
}

Json OwnObject(const TypeInfo& type, const Json& object);

Json OwnListMap(const FieldInfo& field, const Json& list) {
  Json owned = Json::object();
  for (const Json& element : list) {
    Json key = Json::object();
    for (Texts name = field.rules().list_map_keys; *name != nullptr; ++name) {
      if (element.contains(*name)) {
        key[*name] = element[*name];
      } else if (const FieldInfo* info = field.object_type().Find(*name);
                 info != nullptr && info->rules().default_json != nullptr) {
        key[*name] = Json::parse(info->rules().default_json);
      }
    }
    Json& below = owned["k:" + key.dump()];
    below = OwnObject(field.object_type(), element);
    below["."] = Json::object();
  }
  return owned;
}

Json OwnField(const FieldInfo& field, const Json& value) {
  if (field.kind == FieldKind::kObject && value.is_object() && !IsAtomicType(field.object_type().name)) {
    return OwnObject(field.object_type(), value);
  }
  if (field.kind == FieldKind::kList && field.list_type == ListType::kMap && value.is_array()) {
    return OwnListMap(field, value);
  }
  if (field.kind == FieldKind::kMap && value.is_object() && absl::string_view(field.name) != "nodeSelector") {
    Json owned = Json::object();
    for (auto it = value.begin(); it != value.end(); ++it) owned["f:" + it.key()] = Json::object();
    return owned;
  }
  return Json::object();
}

Json OwnObject(const TypeInfo& type, const Json& object) {
  Json owned = Json::object();
  for (auto it = object.begin(); it != object.end(); ++it) {
    const FieldInfo* field = type.Find(it.key());
    owned["f:" + it.key()] = field == nullptr ? Json::object() : OwnField(*field, *it);
  }
  return owned;
}

// Owned fields of an object that is not in the field table. Its lists are owned as a whole.
Json OwnPlain(const Json& value) {
  Json owned = Json::object();
  if (!value.is_object()) return owned;
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it.key() == "template") {
      owned["f:template"] = OwnObject(*FindTypeInfo("PodTemplateSpec"), *it);
    } else if (it.key() == "selector" || it.key() == "data") {
      owned["f:" + it.key()] = Json::object();
    } else {
      owned["f:" + it.key()] = OwnPlain(*it);
    }
  }
  return owned;
}

Json OwnMetadata(const Json& metadata) {
  Json owned = Json::object();
  for (const char* map : {"labels", "annotations"}) {
    if (metadata.contains(map)) owned[absl::StrCat("f:", map)] = OwnPlain(metadata[map]);
  }
  if (metadata.contains("ownerReferences")) {
    for (const Json& owner : metadata["ownerReferences"]) {
      owned["f:ownerReferences"]["k:" + Json{{"uid", owner.value("uid", "")}}.dump()] = Json::object();
    }
  }
  return owned;
}

bool IsLeaf(const Json& fields) { return fields.empty(); }

// The element of `list` to which an entry "k:{...}" refers; end when there is none.
template <typename List>
auto FindElement(const std::string& entry, List* list) {
  const Json keys = Json::parse(entry.data() + 2, entry.data() + entry.size(), nullptr, false);
  return std::find_if(list->begin(), list->end(), [&](const Json& element) {
    for (auto key = keys.begin(); key != keys.end(); ++key) {
      // An absent key has its default value, and the entry contains that value.
      if (element.contains(key.key()) && element[key.key()] != *key) return false;
    }
    return true;
  });
}

void SetApplied(const Json& applied, const Json& fields, Json* live) {
  if (IsLeaf(fields)) {
    *live = applied;
    return;
  }
  if (applied.is_array()) {
    if (!live->is_array()) *live = Json::array();
    for (auto it = fields.begin(); it != fields.end(); ++it) {
      Json copy = applied;
      const auto from = FindElement(it.key(), &copy);
      const auto to = FindElement(it.key(), live);
      if (from == copy.end()) continue;
      if (to == live->end()) {
        live->push_back(*from);
      } else {
        SetApplied(*from, *it, &*to);
      }
    }
    return;
  }
  if (!live->is_object()) *live = Json::object();
  for (auto it = fields.begin(); it != fields.end(); ++it) {
    if (!absl::StartsWith(it.key(), "f:")) continue;
    const std::string name = it.key().substr(2);
    if (applied.contains(name)) SetApplied(applied[name], *it, &(*live)[name]);
  }
}

bool Owns(const std::vector<const Json*>& owners, const std::string& key) {
  return std::any_of(owners.begin(), owners.end(), [&](const Json* owner) { return owner->contains(key); });
}

std::vector<const Json*> Below(const std::vector<const Json*>& owners, const std::string& key) {
  std::vector<const Json*> below;
  for (const Json* owner : owners) {
    if (owner->contains(key)) below.push_back(&(*owner)[key]);
  }
  return below;
}

// Removes what `before` owned and none of the `owners` owns.
void RemoveUnowned(const Json& before, const std::vector<const Json*>& owners, Json* live) {
  for (auto it = before.begin(); it != before.end(); ++it) {
    const bool is_field = absl::StartsWith(it.key(), "f:");
    if (!is_field && !absl::StartsWith(it.key(), "k:")) continue;
    if (is_field) {
      const std::string name = it.key().substr(2);
      if (!live->is_object() || !live->contains(name)) continue;
      if (!Owns(owners, it.key())) {
        live->erase(name);
      } else if (!IsLeaf(*it)) {
        RemoveUnowned(*it, Below(owners, it.key()), &(*live)[name]);
      }
      continue;
    }
    if (!live->is_array()) continue;
    const auto element = FindElement(it.key(), live);
    if (element == live->end()) continue;
    if (!Owns(owners, it.key())) {
      live->erase(element);
    } else {
      RemoveUnowned(*it, Below(owners, it.key()), &*element);
    }
  }
}

const Json* FindBelow(const std::string& entry, const Json& value) {
  if (absl::StartsWith(entry, "f:")) {
    if (!value.is_object() || !value.contains(entry.substr(2))) return nullptr;
    return &value[entry.substr(2)];
  }
  if (!absl::StartsWith(entry, "k:") || !value.is_array()) return nullptr;
  const auto element = FindElement(entry, &value);
  return element == value.end() ? nullptr : &*element;
}

void FindConflicts(const Json& applied, const Json& fields, const Json& other, const Json& live,
                   const std::string& path, size_t limit, std::vector<std::string>* paths) {
  for (auto it = fields.begin(); it != fields.end() && paths->size() < limit; ++it) {
    if (!other.contains(it.key())) continue;
    const Json* wanted = FindBelow(it.key(), applied);
    const Json* present = FindBelow(it.key(), live);
    if (wanted == nullptr || present == nullptr) continue;
    const std::string below = absl::StrCat(path, ".", it.key().substr(2));
    const Json& others = other[it.key()];
    if (!IsLeaf(*it) && !IsLeaf(others)) {
      FindConflicts(*wanted, *it, others, *present, below, limit, paths);
    } else if (*wanted != *present) {
      paths->push_back(below);
    }
  }
}

}  // namespace

Json OwnedFields(const Json& object) {
  Json owned = Json::object();
  for (auto it = object.begin(); it != object.end(); ++it) {
    if (it.key() == "apiVersion" || it.key() == "kind") continue;
    Json below = it.key() == "metadata" ? OwnMetadata(*it) : OwnPlain(*it);
    if (it.key() == "metadata" && below.empty()) continue;
    owned["f:" + it.key()] = std::move(below);
  }
  return owned;
}

void MergeAppliedFields(const Json& applied, const Json& before, const Json& after, const std::vector<Json>& others,
                        Json* live) {
  std::vector<const Json*> owners = {&after};
  for (const Json& other : others) owners.push_back(&other);
  RemoveUnowned(before, owners, live);
  SetApplied(applied, after, live);
}

std::vector<std::string> FieldConflicts(const Json& applied, const Json& fields, const Json& other, const Json& live,
                                        size_t limit) {
  std::vector<std::string> paths;
  FindConflicts(applied, fields, other, live, "", limit, &paths);
  return paths;
}

void TakeFieldOwnership(const Json& fields, Json* other) {
  for (auto it = fields.begin(); it != fields.end(); ++it) {
    // Several managers may own an element of a list map, including its name.
    if (it.key() == "." || !other->contains(it.key())) continue;
    Json& below = (*other)[it.key()];
    if (!IsLeaf(below)) TakeFieldOwnership(*it, &below);
    if (IsLeaf(below)) other->erase(it.key());
  }
}

}  // namespace lws::simulation
