// Labels, annotations and containers of a pod document.
//
//   lws::internal::PodText(pod, lws::internal::kAnnotations, lws::kSizeAnnotation);            // "2", or nullopt
//   lws::internal::SetPodText(lws::internal::kLabels, lws::kGroupIndexLabel, "3", &pod);
//
// Thread-safety: may be called concurrently for distinct pods.
#ifndef LWS_API_POD_DOCUMENT_H_
#define LWS_API_POD_DOCUMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

inline constexpr char kLabels[] = "labels";
inline constexpr char kAnnotations[] = "annotations";

// OK when `pod` has the shape that the functions below rely on: metadata, labels, annotations, spec and containers are
// absent or of the right types. Errors: InvalidArgument naming the pod and the field.
absl::Status CheckPodShape(const Json& pod);

// metadata.MAP[KEY]; `map` is kLabels or kAnnotations. This and the following functions REQUIRE
// CheckPodShape(pod).ok().
std::optional<std::string> PodText(const Json& pod, const char* map, const char* key);
void SetPodText(const char* map, const char* key, absl::string_view text, Json* pod);

// The containers, and the init containers; borrowed from `pod`.
std::vector<Json*> ContainersOfPod(Json* pod);
std::vector<Json*> InitContainersOfPod(Json* pod);

// The value of the container's variable of that name; nullopt when there is none.
std::optional<std::string> ContainerEnvValue(const Json& container, absl::string_view name);
// Appends a variable.
void AppendContainerEnv(absl::string_view name, absl::string_view value, Json* container);

}  // namespace lws::internal

#endif  // LWS_API_POD_DOCUMENT_H_
