#include "lws/adapters/kubernetes/role_view.h"

#include <vector>

#include "lws/adapters/host/resource_version.h"
#include "lws/adapters/host/told_object.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json_reader.h"
#include "lws/api/observed_roles.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// An item of a list, and an object that is read as metadata, does not say its kind.
absl::StatusOr<Json> Document(const Resource& resource, absl::string_view text) {
  absl::StatusOr<Json> document = ParseJson(text, resource.kind);
  if (!document.ok()) return document;
  if (!document->is_object()) return absl::InvalidArgumentError("an item of a list is no object");
  (*document)["apiVersion"] = std::string(resource.api_version);
  (*document)["kind"] = std::string(resource.kind);
  return document;
}

template <typename T, typename AddIt>
absl::Status AddRead(const absl::StatusOr<T>& read, const AddIt& add) {
  if (read.ok()) add(*read);
  return read.status();
}

}  // namespace

absl::StatusOr<std::string> RoleView::Tell(const Resource& resource, absl::string_view text) {
  const absl::StatusOr<Json> document = Document(resource, text);
  if (!document.ok()) return document.status();
  const absl::StatusOr<ObjectMark> mark = ReadToldMark(*document);
  if (!mark.ok()) return mark.status();
  if (own_writes_.IsNews(mark->ref, mark->uid, mark->resource_version)) {
    const absl::Status status = Add(*document);
    if (!status.ok()) return status;
  }
  const auto of_kind = known_.find(mark->ref.kind);
  if (of_kind != known_.end()) {
    const auto known = of_kind->second.find({mark->ref.namespace_name, mark->ref.name});
    if (known != of_kind->second.end()) known->second.was_told = true;
  }
  return mark->resource_version;
}

absl::StatusOr<std::string> RoleView::TellGone(const Resource& resource, absl::string_view text) {
  const absl::StatusOr<Json> document = Document(resource, text);
  if (!document.ok()) return document.status();
  const absl::StatusOr<ObjectMark> mark = ReadToldMark(*document);
  if (!mark.ok()) return mark.status();
  if (own_writes_.IsNews(mark->ref, mark->uid, mark->resource_version, /*is_gone=*/true)) Remove(mark->ref);
  return mark->resource_version;
}

void RoleView::BeginRelist(absl::string_view kind) {
  const auto of_kind = known_.find(std::string(kind));
  if (of_kind == known_.end()) return;
  for (auto& [name, known] : of_kind->second) known.was_told = false;
}

void RoleView::EndRelist(absl::string_view kind, absl::string_view resource_version) {
  const std::string newest = ResourceVersionOrNewest(resource_version);
  std::vector<ObjectRef> gone;
  const auto of_kind = known_.find(std::string(kind));
  if (of_kind != known_.end()) {
    for (const auto& [name, known] : of_kind->second) {
      const bool is_in_list_or_gone = IsAsNewResourceVersion(newest, known.resource_version);
      if (!known.was_told && is_in_list_or_gone) gone.push_back({std::string(kind), name.first, name.second});
    }
  }
  for (const ObjectRef& ref : gone) Remove(ref);
  own_writes_.Listed(kind, resource_version);
}

absl::Status RoleView::TakeIn(const Action& action, const absl::StatusOr<WriteAnswer>& answer) {
  if (answer.ok() && answer->gone) {
    const std::string& uid = answer->uid.empty() ? action.uid : answer->uid;
    if (own_writes_.WroteGone(action.target, uid)) Remove(action.target);
    return absl::OkStatus();
  }
  if (!answer.ok() || answer->object == nullptr) {
    own_writes_.Failed(action.target);
    return answer.status();  // the watch tells what an answer without an object has written
  }
  if (!own_writes_.Wrote(action.target, answer->uid, answer->resource_version)) return absl::OkStatus();
  return Add(*answer->object);
}

absl::Status RoleView::Add(const Json& object) {
  const absl::StatusOr<ObjectMark> mark = ReadToldMark(object);
  if (!mark.ok()) return mark.status();
  absl::Status status = absl::OkStatus();
  if (mark->ref.kind == kDisaggregatedSetKind) {
    status = AddRead(DisaggregatedSetFromJson(object), [this](const auto& set) { fleet_.AddSet(set); });
  } else if (mark->ref.kind == kRoleScalerKind) {
    status = AddRead(RoleScalerFromJson(object), [this](const auto& scaler) { fleet_.AddScaler(scaler); });
  } else if (mark->ref.kind == kKind) {
    status = AddRead(ObserveChild(object), [this](const auto& child) { fleet_.AddChild(child); });
  } else {
    status = AddRead(ObserveRoleService(object), [this](const auto& service) { fleet_.AddService(service); });
  }
  if (!status.ok()) return status;
  Known& known = known_[mark->ref.kind][{mark->ref.namespace_name, mark->ref.name}];
  known.api_version = JsonReader(object).Text({"apiVersion"});
  known.uid = mark->uid;
  known.resource_version = mark->resource_version;
  return absl::OkStatus();
}

void RoleView::Remove(const ObjectRef& ref) {
  fleet_.Remove(ref.kind, ref.namespace_name, ref.name);
  const auto of_kind = known_.find(ref.kind);
  if (of_kind == known_.end()) return;
  of_kind->second.erase({ref.namespace_name, ref.name});
  if (of_kind->second.empty()) known_.erase(of_kind);
}

EventObject RoleView::Refer(const ObjectRef& ref) const {
  const auto of_kind = known_.find(ref.kind);
  if (of_kind == known_.end()) return {ref, "", "", ""};
  const auto known = of_kind->second.find({ref.namespace_name, ref.name});
  if (known == of_kind->second.end()) return {ref, "", "", ""};
  return {ref, known->second.api_version, known->second.uid, known->second.resource_version};
}

}  // namespace lws::internal
