#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/group_request.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace {

using lws::Json;
using lws::internal::Call;
using lws::internal::CallerDocument;
using lws::internal::Put;

struct PlacedGroup {
  std::string set;
  int index = 0;
  const lws::GroupRequest* request = nullptr;
};

absl::Status Wrong(const std::string& key, const char* wanted) {
  return absl::InvalidArgumentError(absl::StrCat("request: ", key, ": not ", wanted));
}

absl::Status CheckKeys(const Json& request) {
  if (!request.is_object()) return absl::InvalidArgumentError("request: not an object");
  for (const auto& [key, value] : request.items()) {
    const bool is_list = key == "nodes" || key == "pods" || key == "sets" || key == "levels";
    const bool is_text =
        key == "required" || key == "preferred" || key == "subgroup" || key == "exclusive" || key == "profile";
    if (!is_list && !is_text) return absl::InvalidArgumentError(absl::StrCat("request: unknown key ", key));
    if (is_list && !value.is_array()) return Wrong(key, "a list");
    if (is_text && !value.is_string()) return Wrong(key, "a text");
  }
  if (request.contains("required") && request.contains("preferred")) {
    return absl::InvalidArgumentError("request: required and preferred exclude each other");
  }
  return absl::OkStatus();
}

std::vector<lws::SharedJson> ListOf(const Json& request, const char* key) {
  std::vector<lws::SharedJson> list;
  if (!request.contains(key)) return list;
  for (const Json& object : request[key]) list.push_back(std::make_shared<const Json>(object));
  return list;
}

std::optional<std::string> TextOf(const Json& request, const char* key) {
  if (!request.contains(key)) return std::nullopt;
  return request[key].get<std::string>();
}

absl::StatusOr<lws::SetPlacement> PlacementOf(const Json& request) {
  lws::SetPlacement placement;
  if (const std::optional<std::string> level = TextOf(request, "required"); level.has_value()) {
    placement.closeness = lws::Closeness::kRequired;
    placement.level = *level;
  }
  if (const std::optional<std::string> level = TextOf(request, "preferred"); level.has_value()) {
    placement.closeness = lws::Closeness::kPreferred;
    placement.level = *level;
  }
  placement.subgroup_level = TextOf(request, "subgroup");
  placement.exclusive_level = TextOf(request, "exclusive");
  const std::string profile = TextOf(request, "profile").value_or("best-fit");
  const std::map<std::string, lws::PlacementProfile> profiles = {
      {"best-fit", lws::PlacementProfile::kBestFit},
      {"least-free", lws::PlacementProfile::kLeastFree},
      {"balanced", lws::PlacementProfile::kBalanced},
  };
  const auto found = profiles.find(profile);
  if (found == profiles.end()) return Wrong("profile", "best-fit, least-free or balanced");
  placement.profile = found->second;
  return placement;
}

absl::StatusOr<std::unique_ptr<lws::Capacity>> CapacityOf(const Json& request) {
  std::vector<std::string> levels;
  for (const lws::SharedJson& level : ListOf(request, "levels")) {
    if (!level->is_string()) return Wrong("levels", "texts");
    levels.push_back(level->get<std::string>());
  }
  const absl::StatusOr<std::shared_ptr<const lws::Topology>> topology =
      lws::TopologyFromNodes(ListOf(request, "nodes"), std::move(levels));
  if (!topology.ok()) return topology.status();
  auto capacity = std::make_unique<lws::Capacity>(*topology);
  absl::Status status = lws::UsePods(ListOf(request, "pods"), capacity.get());
  if (!status.ok()) return status;
  return capacity;
}

// The groups of the sets in their order, and the requests that they point to.
struct Groups {
  std::vector<std::unique_ptr<lws::GroupRequest>> requests;
  std::vector<PlacedGroup> groups;
};

absl::StatusOr<Groups> GroupsOf(const Json& request, const lws::SetPlacement& placement) {
  Groups groups;
  for (const lws::SharedJson& manifest : ListOf(request, "sets")) {
    const std::string where = absl::StrCat("sets[", groups.requests.size(), "]: ");
    const lws::SetAdmission admission = lws::AdmitSet(*manifest);
    if (admission.set == nullptr) return absl::InvalidArgumentError(absl::StrCat(where, lws::Join(admission.errors)));
    absl::StatusOr<lws::GroupRequest> group = lws::GroupRequestFromSet(*admission.set, placement);
    if (!group.ok()) return absl::InvalidArgumentError(absl::StrCat(where, group.status().message()));
    groups.requests.push_back(std::make_unique<lws::GroupRequest>(*std::move(group)));
    for (int index = 0; index < admission.set->spec().replicas(); ++index) {
      groups.groups.push_back({admission.set->metadata().name(), index, groups.requests.back().get()});
    }
  }
  return groups;
}

Json ToJson(const lws::Topology& topology, const PlacedGroup& group, const lws::PlacementResult& result) {
  Json json = {{"set", group.set}, {"index", group.index}, {"assignment", nullptr}};
  if (!group.request->not_looked_at.empty()) json["notLookedAt"] = group.request->not_looked_at;
  if (result.assignment.has_value()) {
    json["assignment"] = Json::array();
    for (const int32_t node : result.assignment->NodesByRank()) {
      json["assignment"].push_back({{"rank", json["assignment"].size()}, {"node", topology.Node(node).facts.name}});
    }
    return json;
  }
  const lws::NoFit& no_fit = result.no_fit;
  json["reason"] = std::string(lws::NoFitReasonText(no_fit.reason));
  json["description"] = lws::DescribeNoFit(no_fit);
  json["level"] = no_fit.level;
  json["best"] = {{"domain", no_fit.best_domain}, {"pods", no_fit.best_pods}};
  json["excluded"] = no_fit.excluded.empty() ? Json::object() : Json(no_fit.excluded);
  if (!no_fit.limited.empty()) json["limited"] = no_fit.limited;
  return json;
}

absl::StatusOr<Json> Place(const Json& request) {
  absl::Status status = CheckKeys(request);
  if (!status.ok()) return status;
  const absl::StatusOr<lws::SetPlacement> placement = PlacementOf(request);
  if (!placement.ok()) return placement.status();
  const absl::StatusOr<std::unique_ptr<lws::Capacity>> capacity = CapacityOf(request);
  if (!capacity.ok()) return capacity.status();
  const absl::StatusOr<Groups> groups = GroupsOf(request, *placement);
  if (!groups.ok()) return groups.status();
  std::vector<const lws::GroupRequest*> batch;
  for (const PlacedGroup& group : groups->groups) batch.push_back(group.request);
  const absl::StatusOr<std::vector<lws::PlacementResult>> results = lws::AssignGroups(batch, capacity->get());
  if (!results.ok()) return results.status();
  Json answer = {{"groups", Json::array()}};
  for (size_t i = 0; i < groups->groups.size(); ++i) {
    answer["groups"].push_back(ToJson((*capacity)->topology(), groups->groups[i], (*results)[i]));
  }
  return answer;
}

}  // namespace

extern "C" lws_code lws_place(const char* request, size_t size, lws_text* out, lws_text* error) {
  return Call(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Json> document = CallerDocument(request, size, "request");
    if (!document.ok()) return document.status();
    const absl::StatusOr<Json> answer = Place(*document);
    if (!answer.ok()) return answer.status();
    return Put(answer->dump(), out);
  });
}
