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
  for (const Member& its : members_) {
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
  for (Member& its : members_) {
    if (its.name == member) return its.value;
  }
  return members_.emplace_back(Member{std::string(member), nullptr}).value;
}

const Json& StoredObject::operator[](absl::string_view member) const {
  const std::shared_ptr<Json>* value = Find(member);
  return value == nullptr ? Null() : **value;
}

const StoredMeta& StoredObject::meta() const {
  if (meta_ != nullptr) return *meta_;
  const Json& metadata = (*this)["metadata"];
  const auto member = [&metadata](const char* name) -> const Json& { return MemberOf(metadata, name); };
  auto meta = std::make_shared<StoredMeta>();
  meta->key = {TextOf((*this)["kind"]), TextOf(member("namespace")), TextOf(member("name"))};
  meta->uid = TextOf(member("uid"));
  const Json& generation = member("generation");
  if (generation.is_number_integer()) meta->generation = generation.get<int64_t>();
  meta->is_deleting = !member("deletionTimestamp").is_null();
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
  return mine == nullptr || its == nullptr ? mine == its : *mine == *its;
}

Json& StoredObject::Edit(absl::string_view member) {
  std::shared_ptr<Json>& value = At(member);
  if (value == nullptr) value = std::make_shared<Json>();
  if (value.use_count() > 1) value = std::make_shared<Json>(*value);
  return *value;
}

void StoredObject::Set(absl::string_view member, Json value) { At(member) = std::make_shared<Json>(std::move(value)); }

void StoredObject::Share(const StoredObject& other, absl::string_view member) {
  const std::shared_ptr<Json>* its = other.Find(member);
  if (its != nullptr) {
    At(member) = *its;
    return;
  }
  Forget(member);
  members_.erase(
      std::remove_if(members_.begin(), members_.end(), [&](const Member& mine) { return mine.name == member; }),
      members_.end());
}

void StoredObject::SetResourceVersion(std::string version) {
  document_ = nullptr;
  resource_version_ = std::move(version);
}

SharedJson StoredObject::Document() const {
  if (document_ != nullptr) return document_;
  Json document = Json::object();
  for (const Member& member : members_) document[member.name] = *member.value;
  const Json& metadata = (*this)["metadata"];
  const bool takes_version = metadata.is_null() || metadata.is_object();
  if (!resource_version_.empty() && takes_version) document["metadata"]["resourceVersion"] = resource_version_;
  document_ = std::make_shared<const Json>(std::move(document));
  return document_;
}

std::vector<absl::string_view> StoredObject::Members() const {
  std::vector<absl::string_view> names;
  names.reserve(members_.size());
  for (const Member& member : members_) names.push_back(member.name);
  return names;
}

}  // namespace lws::simulation
