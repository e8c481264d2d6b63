// The CustomResourceDefinitions of the kinds that the API has, made from the field table.
//
//   lws::internal::CustomResourceDefinition("LeaderWorkerSet")["metadata"]["name"];
//   // leaderworkersets.leaderworkerset.x-k8s.io
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_CUSTOM_RESOURCE_H_
#define LWS_API_CUSTOM_RESOURCE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// LeaderWorkerSet, DisaggregatedSet and its role scaler.
const std::vector<std::string>& CustomKinds();

// Null for a kind that is none of them. Complexity: O(document).
Json CustomResourceDefinition(absl::string_view kind);

}  // namespace lws::internal

#endif  // LWS_API_CUSTOM_RESOURCE_H_
