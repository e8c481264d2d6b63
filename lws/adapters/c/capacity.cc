#include "lws/placement/capacity.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/place_request.h"
#include "lws/api/json.h"
#include "lws/placement/assignment.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/group_request.h"
#include "nlohmann/json.hpp"

namespace {

using GroupName = std::tuple<std::string, std::string, int>;  // namespace, set, index

struct PlacedGroup {
  std::shared_ptr<const lws::GroupRequest> request;
  lws::Assignment assignment;
};

}  // namespace

struct lws_capacity {
  std::unique_ptr<lws::Capacity> capacity;
  std::map<GroupName, PlacedGroup> placed;
};

namespace {

using lws::Json;
using lws::PlacementResult;
using lws::internal::AskedGroup;
using lws::internal::CallerDocument;
using lws::internal::CallerName;
using lws::internal::RunForCaller;

absl::Status CheckCapacity(const lws_capacity* capacity) {
  return capacity == nullptr ? absl::InvalidArgumentError("capacity: a null pointer") : absl::OkStatus();
}

GroupName NameOf(const AskedGroup& group) { return {group.namespace_name, group.set, group.index}; }

std::string Describe(const GroupName& group) {
  return absl::StrCat("group ", std::get<2>(group), " of ", std::get<0>(group), "/", std::get<1>(group));
}

absl::Status CheckNotPlaced(const std::vector<AskedGroup>& groups, const lws_capacity& capacity) {
  std::set<GroupName> asked;
  for (const AskedGroup& group : groups) {
    const GroupName name = NameOf(group);
    if (capacity.placed.count(name) > 0) {
      return absl::FailedPreconditionError(absl::StrCat(Describe(name), " holds nodes already"));
    }
    if (!asked.insert(name).second) {
      return absl::FailedPreconditionError(absl::StrCat("request: sets: ", Describe(name), " is there twice"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Json> Place(const Json& request, lws_capacity* capacity) {
  absl::Status status = lws::internal::CheckCallerPlaceKeys(request, /*names_cluster=*/false);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<AskedGroup>> groups = lws::internal::ReadCallerGroups(request);
  if (!groups.ok()) return groups.status();
  status = CheckNotPlaced(*groups, *capacity);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<PlacementResult>> results =
      lws::internal::AssignForCaller(*groups, capacity->capacity.get());
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < groups->size(); ++i) {
    const PlacementResult& result = (*results)[i];
    if (!result.assignment.has_value()) continue;
    capacity->placed.emplace(NameOf((*groups)[i]), PlacedGroup{(*groups)[i].request, *result.assignment});
  }
  return lws::internal::PlaceAnswerForCaller(*groups, *results, *capacity->capacity);
}

absl::Status Release(const GroupName& group, lws_capacity* capacity) {
  const auto found = capacity->placed.find(group);
  if (found == capacity->placed.end()) return absl::NotFoundError(absl::StrCat(Describe(group), " holds no nodes"));
  capacity->capacity->Release(*found->second.request, found->second.assignment);
  capacity->placed.erase(found);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<lws_capacity>> MakeCapacity(const char* cluster, size_t size) {
  const absl::StatusOr<Json> document = CallerDocument(cluster, size, "cluster");
  if (!document.ok()) return document.status();
  absl::Status status = lws::internal::CheckCallerPlaceKeys(*document, /*names_cluster=*/true);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<lws::Capacity>> capacity = lws::internal::ReadCallerCapacity(*document);
  if (!capacity.ok()) return capacity.status();
  auto made = std::make_unique<lws_capacity>();
  made->capacity = *std::move(capacity);
  return made;
}

}  // namespace

extern "C" {

lws_code lws_capacity_new(const char* cluster, size_t size, lws_capacity** out, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    if (out == nullptr) return absl::InvalidArgumentError("out: a null pointer");
    *out = nullptr;
    absl::StatusOr<std::unique_ptr<lws_capacity>> capacity = MakeCapacity(cluster, size);
    if (!capacity.ok()) return capacity.status();
    *out = capacity->release();
    return absl::OkStatus();
  });
}

void lws_capacity_free(lws_capacity* capacity) { delete capacity; }

lws_code lws_capacity_place(lws_capacity* capacity, const char* request, size_t size, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    absl::Status status = CheckCapacity(capacity);
    if (!status.ok()) return status;
    const absl::StatusOr<Json> document = CallerDocument(request, size, "request");
    if (!document.ok()) return document.status();
    const absl::StatusOr<Json> answer = Place(*document, capacity);
    if (!answer.ok()) return answer.status();
    return lws::internal::PutTextForCaller(answer->dump(), out);
  });
}

lws_code lws_capacity_release(lws_capacity* capacity, const char* namespace_name, const char* set_name, int32_t group,
                              lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckCapacity(capacity);
    if (!status.ok()) return status;
    const absl::StatusOr<absl::string_view> of_namespace = CallerName(namespace_name, "namespace_name");
    if (!of_namespace.ok()) return of_namespace.status();
    const absl::StatusOr<absl::string_view> of_set = CallerName(set_name, "set_name");
    if (!of_set.ok()) return of_set.status();
    return Release({std::string(*of_namespace), std::string(*of_set), group}, capacity);
  });
}

lws_code lws_capacity_use_pods(lws_capacity* capacity, const char* pods, size_t size, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckCapacity(capacity);
    if (!status.ok()) return status;
    const absl::StatusOr<Json> document = CallerDocument(pods, size, "pods");
    if (!document.ok()) return document.status();
    if (!document->is_array()) return absl::InvalidArgumentError("pods: not a list");
    return lws::UseCapacityOfRunningPods(lws::internal::SharedCallerItems(*document), capacity->capacity.get());
  });
}

}  // extern "C"
