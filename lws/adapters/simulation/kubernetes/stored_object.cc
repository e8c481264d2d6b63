#include "lws/adapters/simulation/kubernetes/stored_object.h"

#include <algorithm>
#include <utility>

#include "lws/api/json_member.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {

using internal::MemberOf;

namespace {

const Json& Null() {
  static const Json& null = *new Json();
  return null;
}

const std::string& TextOf(const Json& value) {
  static const std::string& empty = *new std::string();
  return value.is_string() ? value.get_ref<const std::string&>() : empty;
}

}  // namespace

StoredObject::StoredObject(Json document) {
  if (!document.is_object()) return;
  members_.reserve(document.size());
  for (auto it = document.begin(); it != document.end(); ++it) {
    members_.push_back({it.key(), std::make_shared<Json>(std::move(*it))});
  }
  // Status, spec and metadata first: they are asked for most.
  std::reverse(members_.begin(), members_.end());
  const std::shared_ptr<Json>* metadata = Find("metadata");
  if (metadata == nullptr || !(*metadata)->is_object()) return;
  const auto version = (*metadata)->find("resourceVersion");
  if (version == (*metadata)->end() || !version->is_string()) return;
  resource_version_ = std::move(version->get_ref<std::string&>());
  (*metadata)->erase(version);
}

const std::shared_ptr<Json>* StoredObject::Find(absl::string_view member) const {
  for (const StoredMember& its : members_) {
    if (its.name == member) return &its.value;
  }
  return nullptr;
}

void StoredObject::Forget(absl::string_view member) {
  document_ = nullptr;
  if (member == "metadata" || member == "kind") meta_ = nullptr;
}

std::shared_ptr<Json>& StoredObject::At(absl::string_view member) {
  Forget(member);
  for (StoredMember& its : members_) {
    if (its.name == member) return its.value;
  }
  return members_.emplace_back(StoredMember{std::string(member), nullptr}).value;
}

const Json& StoredObject::operator[](absl::string_view member) const {
  const std::shared_ptr<Json>* value = Find(member);
  return value == nullptr ? Null() : **value;
}

const StoredObject::Apart* StoredObject::FindApart(absl::string_view member, absl::string_view field) const {
  for (const Apart& apart : apart_) {
    if (field == apart.field && member == apart.member) return &apart;
  }
  return nullptr;
}

bool StoredObject::HasApart(absl::string_view member) const {
  return std::any_of(apart_.begin(), apart_.end(), [member](const Apart& apart) { return member == apart.member; });
}

void StoredObject::PutApart(absl::string_view member, Json* value) const {
  for (const Apart& apart : apart_) {
    if (member == apart.member) (*value)[apart.field] = *apart.value;
  }
}

void StoredObject::ForgetApart(absl::string_view member) {
  apart_.erase(
      std::remove_if(apart_.begin(), apart_.end(), [member](const Apart& apart) { return member == apart.member; }),
      apart_.end());
}

const Json& StoredObject::Field(absl::string_view member, absl::string_view field) const {
  const Apart* apart = FindApart(member, field);
  return apart == nullptr ? MemberOf((*this)[member], field) : *apart->value;
}

bool StoredObject::HasEqual(const StoredObject& other, absl::string_view member) const {
  if (!HasApart(member) && !other.HasApart(member)) return (*this)[member] == other[member];
  Json mine = (*this)[member];
  Json its = other[member];
  PutApart(member, &mine);
  other.PutApart(member, &its);
  return mine == its;
}

const StoredMeta& StoredObject::meta() const {
  if (meta_ != nullptr) return *meta_;
  const Json& metadata = (*this)["metadata"];
  const auto member = [&metadata](const char* name) -> const Json& { return MemberOf(metadata, name); };
  auto meta = std::make_shared<StoredMeta>();
  meta->key = {TextOf((*this)["kind"]), TextOf(member("namespace")), TextOf(member("name"))};
  meta->uid = TextOf(member("uid"));
  const Json& generation = Field("metadata", "generation");
  if (generation.is_number_integer()) meta->generation = generation.get<int64_t>();
  meta->is_deleting = !Field("metadata", "deletionTimestamp").is_null();
  meta->owners = &member("ownerReferences");
  meta->controller = nullptr;
  for (const Json& owner : *meta->owners) {
    if (meta->controller == nullptr && MemberOf(owner, "controller") == true) meta->controller = &owner;
  }
  meta->finalizers = &member("finalizers");
  meta->labels = &member("labels");
  meta_ = std::move(meta);
  return *meta_;
}

bool StoredObject::SharesWith(const StoredObject& other, absl::string_view member) const {
  const std::shared_ptr<Json>* mine = Find(member);
  const std::shared_ptr<Json>* its = other.Find(member);
  const bool is_same = mine == nullptr || its == nullptr ? mine == its : *mine == *its;
  if (!is_same || (apart_.empty() && other.apart_.empty())) return is_same;
  const auto has = [member](const StoredObject& object, const Apart& apart) {
    const Apart* found = member == apart.member ? object.FindApart(member, apart.field) : &apart;
    return found != nullptr && found->value == apart.value;
  };
  return std::all_of(apart_.begin(), apart_.end(), [&](const Apart& apart) { return has(other, apart); }) &&
         std::all_of(other.apart_.begin(), other.apart_.end(), [&](const Apart& apart) { return has(*this, apart); });
}

Json& StoredObject::Edit(absl::string_view member) {
  std::shared_ptr<Json>& value = At(member);
  if (value == nullptr) value = std::make_shared<Json>();
  if (value.use_count() > 1) value = std::make_shared<Json>(*value);
  PutApart(member, value.get());
  ForgetApart(member);
  return *value;
}

void StoredObject::Set(absl::string_view member, Json value) {
  At(member) = std::make_shared<Json>(std::move(value));
  ForgetApart(member);
}

void StoredObject::SetApart(const char* member, const char* field, Json value) {
  Forget(member);
  auto shared = std::make_shared<const Json>(std::move(value));
  for (Apart& apart : apart_) {
    const bool is_it = absl::string_view(apart.member) == member && absl::string_view(apart.field) == field;
    if (is_it) {
      apart.value = std::move(shared);
      return;
    }
  }
  apart_.push_back({member, field, std::move(shared)});
}

void StoredObject::Share(const StoredObject& other, absl::string_view member) {
  ForgetApart(member);
  for (const Apart& apart : other.apart_) {
    if (member == apart.member) apart_.push_back(apart);
  }
  const std::shared_ptr<Json>* its = other.Find(member);
  if (its != nullptr) {
    At(member) = *its;
    return;
  }
  Forget(member);
  members_.erase(
      std::remove_if(members_.begin(), members_.end(), [&](const StoredMember& mine) { return mine.name == member; }),
      members_.end());
}

void StoredObject::SetResourceVersion(std::string version) {
  document_ = nullptr;
  resource_version_ = std::move(version);
}

SharedJson StoredObject::Document() const {
  if (document_ != nullptr) return document_;
  Json document = Json::object();
  for (const StoredMember& member : members_) document[member.name] = *member.value;
  for (const Apart& apart : apart_) document[apart.member][apart.field] = *apart.value;
  const Json& metadata = (*this)["metadata"];
  const bool takes_version = metadata.is_null() || metadata.is_object();
  if (!resource_version_.empty() && takes_version) document["metadata"]["resourceVersion"] = resource_version_;
  document_ = std::make_shared<const Json>(std::move(document));
  return document_;
}

std::vector<absl::string_view> StoredObject::Members() const {
  std::vector<absl::string_view> names;
  names.reserve(members_.size());
  for (const StoredMember& member : members_) names.push_back(member.name);
  return names;
}

}  // namespace lws::simulation
