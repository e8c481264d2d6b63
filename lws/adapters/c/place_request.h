// What requests of placement say, and how they are answered.
//
//   absl::StatusOr<std::unique_ptr<lws::Capacity>> capacity = lws::internal::ReadCallerCapacity(document);
//   absl::StatusOr<std::vector<lws::internal::AskedGroup>> groups = lws::internal::ReadCallerGroups(document);
//   auto results = lws::internal::AssignForCaller(*groups, capacity->get());
//   lws::Json answer = lws::internal::PlaceAnswerForCaller(*groups, *results, **capacity);
//
// Thread-safety: all functions here may be called concurrently for distinct capacities.
#ifndef LWS_ADAPTERS_C_PLACE_REQUEST_H_
#define LWS_ADAPTERS_C_PLACE_REQUEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lws/api/json.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"

namespace lws::internal {

struct AskedGroup {
  std::string namespace_name;
  std::string set;
  int index = 0;
  std::shared_ptr<const GroupRequest> request;
  // The contiguous nodes that the group asks for; null for none.
  std::shared_ptr<const CuboidOfGrid> cuboid;
};

// Errors: InvalidArgument for an unknown key, or a value of another type. `names_cluster`: whether nodes, levels and
// pods belong to the document.
absl::Status CheckCallerPlaceKeys(const Json& request, bool names_cluster);

// The groups of the sets in their order. Errors: InvalidArgument naming the set and the field.
absl::StatusOr<std::vector<AskedGroup>> ReadCallerGroups(const Json& request);

// The nodes and the pods on them. Errors: InvalidArgument naming the object and the field.
absl::StatusOr<std::unique_ptr<Capacity>> ReadCallerCapacity(const Json& cluster);

// The objects of a list.
std::vector<SharedJson> SharedCallerItems(const Json& list);

// Assigns the groups, which take their room. Errors: those of AssignGroups and AssignCuboid; nothing is then changed.
absl::StatusOr<std::vector<PlacementResult>> AssignForCaller(absl::Span<const AskedGroup> groups, Capacity* capacity);

// {"groups": [...]}. REQUIRES: a result for each group.
Json PlaceAnswerForCaller(absl::Span<const AskedGroup> groups, absl::Span<const PlacementResult> results,
                          const Capacity& capacity);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_PLACE_REQUEST_H_
