#include "lws/adapters/c/place_request.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/no_fit_json.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

absl::Status Wrong(const std::string& key, const char* wanted) {
  return absl::InvalidArgumentError(absl::StrCat("request: ", key, ": not ", wanted));
}

std::optional<std::string> TextOf(const Json& request, const char* key) {
  if (!request.contains(key)) return std::nullopt;
  return request[key].get<std::string>();
}

// The objects of a list, which may be absent.
std::vector<SharedJson> ReadList(const Json& request, const char* key) {
  return request.contains(key) ? SharedCallerItems(request[key]) : std::vector<SharedJson>();
}

absl::StatusOr<SetPlacement> PlacementOf(const Json& request) {
  SetPlacement placement;
  if (const std::optional<std::string> level = TextOf(request, "required"); level.has_value()) {
    placement.closeness = Closeness::kRequired;
    placement.level = *level;
  }
  if (const std::optional<std::string> level = TextOf(request, "preferred"); level.has_value()) {
    placement.closeness = Closeness::kPreferred;
    placement.level = *level;
  }
  placement.subgroup_level = TextOf(request, "subgroup");
  placement.exclusive_level = TextOf(request, "exclusive");
  const std::string profile = TextOf(request, "profile").value_or("best-fit");
  const std::map<std::string, PlacementProfile> profiles = {
      {"best-fit", PlacementProfile::kBestFit},
      {"least-free", PlacementProfile::kLeastFree},
      {"balanced", PlacementProfile::kBalanced},
  };
  const auto found = profiles.find(profile);
  if (found == profiles.end()) return Wrong("profile", "best-fit, least-free or balanced");
  placement.profile = found->second;
  placement.keeps_empty = request.value("keepEmpty", false);
  return placement;
}

// Calls read(axis, value) for the values of a list of as many values as the cuboid has axes, as long as it returns
// true. Errors: InvalidArgument when it does not, or for any other list.
absl::Status ReadAxes(const Json& cuboid, const char* key, const char* wanted, size_t axes,
                      absl::FunctionRef<bool(size_t axis, const Json& value)> read) {
  const auto list = cuboid.find(key);
  bool are_read = list != cuboid.end() && list->is_array() && list->size() == axes;
  for (size_t axis = 0; are_read && axis < axes; ++axis) are_read = read(axis, (*list)[axis]);
  if (are_read) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("request: cuboid.", key, ": not a list of ", axes, " ", wanted));
}

bool ReadSize(const Json& value, int32_t* size) {
  if (!value.is_number_unsigned()) return false;
  const uint64_t number = value.get<uint64_t>();
  *size = static_cast<int32_t>(std::min(number, uint64_t{kMostGridNodes}));
  return number > 0;
}

absl::Status ReadCuboid(const Json& given, CuboidOfGrid* cuboid) {
  const auto size = given.find("size");
  const size_t axes = size != given.end() && size->is_array() ? size->size() : 0;
  if (axes == 0 || axes > kGridAxes) return Wrong("cuboid.size", "a list of one to three numbers");
  absl::Status status = ReadAxes(given, "size", "numbers from 1 on", axes, [&](size_t axis, const Json& value) {
    return ReadSize(value, &cuboid->cuboid.size[axis]);
  });
  if (!status.ok()) return status;
  status = ReadAxes(given, "grid", "numbers from 1 on", axes,
                    [&](size_t axis, const Json& value) { return ReadSize(value, &cuboid->grid.extents[axis]); });
  if (!status.ok()) return status;
  status = ReadAxes(given, "coordinates", "texts", axes, [&](size_t axis, const Json& value) {
    if (value.is_string()) cuboid->grid.labels[axis] = value.get_ref<const std::string&>();
    return value.is_string();
  });
  if (!status.ok() || !given.contains("wrap")) return status;
  return ReadAxes(given, "wrap", "booleans", axes, [&](size_t axis, const Json& value) {
    cuboid->grid.wraps[axis] = value.is_boolean() && value.get<bool>();
    return value.is_boolean();
  });
}

// Null without a cuboid.
absl::StatusOr<std::shared_ptr<const CuboidOfGrid>> CuboidOf(const Json& request) {
  const auto found = request.find("cuboid");
  if (found == request.end()) return std::shared_ptr<const CuboidOfGrid>();
  if (!found->is_object()) return Wrong("cuboid", "an object");
  for (const auto& [key, value] : found->items()) {
    const bool is_known = key == "size" || key == "grid" || key == "coordinates" || key == "wrap" || key == "turn";
    if (!is_known) return absl::InvalidArgumentError(absl::StrCat("request: cuboid: unknown key ", key));
  }
  auto cuboid = std::make_shared<CuboidOfGrid>();
  absl::Status status = ReadCuboid(*found, cuboid.get());
  if (!status.ok()) return status;
  const auto turn = found->find("turn");
  if (turn != found->end() && !turn->is_boolean()) return Wrong("cuboid.turn", "a boolean");
  cuboid->cuboid.may_turn = turn != found->end() && turn->get<bool>();
  return std::shared_ptr<const CuboidOfGrid>(std::move(cuboid));
}

// Places one group after another. On an error nothing is committed.
absl::StatusOr<std::vector<PlacementResult>> AssignCuboids(absl::Span<const AskedGroup> groups, Capacity* capacity) {
  std::vector<PlacementResult> results;
  absl::Status status;
  for (const AskedGroup& group : groups) {
    absl::StatusOr<PlacementResult> result =
        AssignCuboid(*capacity, *group.request, group.cuboid->grid, group.cuboid->cuboid);
    status = result.status();
    if (!status.ok()) break;
    if (result->assignment.has_value()) capacity->Commit(*group.request, *result->assignment);
    results.push_back(*std::move(result));
  }
  if (status.ok()) return results;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].assignment.has_value()) capacity->Release(*groups[i].request, *results[i].assignment);
  }
  return status;
}

Json ToJson(const Topology& topology, const AskedGroup& group, const PlacementResult& result) {
  Json json = {
      {"namespace", group.namespace_name}, {"set", group.set}, {"index", group.index}, {"assignment", nullptr}};
  if (!group.request->not_looked_at.empty()) json["notLookedAt"] = group.request->not_looked_at;
  if (result.assignment.has_value()) {
    json["assignment"] = Json::array();
    for (const int32_t node : result.assignment->NodesByRank()) {
      json["assignment"].push_back({{"rank", json["assignment"].size()}, {"node", topology.Node(node).facts.name}});
    }
    return json;
  }
  json.update(NoFitToJson(result.no_fit));
  json["description"] = DescribeNoFit(result.no_fit);
  return json;
}

}  // namespace

absl::Status CheckCallerPlaceKeys(const Json& request, bool names_cluster) {
  if (!request.is_object()) return absl::InvalidArgumentError("request: not an object");
  for (const auto& [key, value] : request.items()) {
    const bool is_of_cluster = key == "nodes" || key == "pods" || key == "levels";
    const bool is_list = key == "sets" || (names_cluster && is_of_cluster);
    const bool is_text =
        key == "required" || key == "preferred" || key == "subgroup" || key == "exclusive" || key == "profile";
    if (key == "cuboid") continue;  // CuboidOf looks at it
    if (key == "keepEmpty") {
      if (!value.is_boolean()) return Wrong(key, "a boolean");
      continue;
    }
    if (!is_list && !is_text) return absl::InvalidArgumentError(absl::StrCat("request: unknown key ", key));
    if (is_list && !value.is_array()) return Wrong(key, "a list");
    if (is_text && !value.is_string()) return Wrong(key, "a text");
  }
  if (request.contains("required") && request.contains("preferred")) {
    return absl::InvalidArgumentError("request: required and preferred exclude each other");
  }
  return absl::OkStatus();
}

std::vector<SharedJson> SharedCallerItems(const Json& list) {
  std::vector<SharedJson> items;
  for (const Json& object : list) items.push_back(std::make_shared<const Json>(object));
  return items;
}

absl::StatusOr<std::unique_ptr<Capacity>> ReadCallerCapacity(const Json& request) {
  std::vector<std::string> levels;
  for (const SharedJson& level : ReadList(request, "levels")) {
    if (!level->is_string()) return Wrong("levels", "texts");
    levels.push_back(level->get<std::string>());
  }
  const absl::StatusOr<std::shared_ptr<const Topology>> topology =
      TopologyFromNodes(ReadList(request, "nodes"), std::move(levels));
  if (!topology.ok()) return topology.status();
  auto capacity = std::make_unique<Capacity>(*topology);
  absl::Status status = UseCapacityOfRunningPods(ReadList(request, "pods"), capacity.get());
  if (!status.ok()) return status;
  return capacity;
}

absl::StatusOr<std::vector<AskedGroup>> ReadCallerGroups(const Json& request) {
  const absl::StatusOr<SetPlacement> placement = PlacementOf(request);
  if (!placement.ok()) return placement.status();
  const absl::StatusOr<std::shared_ptr<const CuboidOfGrid>> cuboid = CuboidOf(request);
  if (!cuboid.ok()) return cuboid.status();
  std::vector<AskedGroup> groups;
  int number = 0;
  for (const SharedJson& manifest : ReadList(request, "sets")) {
    const std::string where = absl::StrCat("sets[", number++, "]: ");
    const SetAdmission admission = AdmitSet(*manifest);
    if (admission.set == nullptr)
      return absl::InvalidArgumentError(absl::StrCat(where, JoinFieldErrors(admission.errors)));
    absl::StatusOr<GroupRequest> asked = GroupRequestFromSet(*admission.set, *placement);
    if (!asked.ok()) return absl::InvalidArgumentError(absl::StrCat(where, asked.status().message()));
    const auto shared = std::make_shared<const GroupRequest>(*std::move(asked));
    const ObjectMeta& meta = admission.set->metadata();
    for (int index = 0; index < admission.set->spec().replicas(); ++index) {
      groups.push_back({meta.namespace_(), meta.name(), index, shared, *cuboid});
    }
  }
  return groups;
}

absl::StatusOr<std::vector<PlacementResult>> AssignForCaller(absl::Span<const AskedGroup> groups, Capacity* capacity) {
  if (!groups.empty() && groups[0].cuboid != nullptr) return AssignCuboids(groups, capacity);
  std::vector<const GroupRequest*> batch;
  for (const AskedGroup& group : groups) batch.push_back(group.request.get());
  return AssignGroups(batch, capacity);
}

Json PlaceAnswerForCaller(absl::Span<const AskedGroup> groups, absl::Span<const PlacementResult> results,
                          const Capacity& capacity) {
  Json answer = {{"groups", Json::array()}};
  for (size_t i = 0; i < groups.size(); ++i) {
    answer["groups"].push_back(ToJson(capacity.topology(), groups[i], results[i]));
  }
  return answer;
}

}  // namespace lws::internal
