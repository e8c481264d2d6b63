// Merge patches for the edits of scenarios.
//
//   lws::internal::ScenarioScalePatch(3);    // {"spec": {"replicas": 3}}
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PATCHES_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PATCHES_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "lws/api/json.h"

namespace lws::internal {

// Sets the replicas of a LeaderWorkerSet.
Json ScenarioScalePatch(int32_t replicas);

// Replaces the image of the first container of every template by `image_of` the old image. `set` is a LeaderWorkerSet,
// or a role of a DisaggregatedSet. Complexity: O(containers).
Json ScenarioImagesPatch(const Json& set, absl::FunctionRef<std::string(const std::string&)> image_of);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_PATCHES_H_
