// Which of two resource versions is newer. They are compared as integers, as Kubernetes promises since 1.35.
//
//   lws::internal::IsOlderResourceVersion("9", "12");                                // true
//   lws::internal::IsAsNewResourceVersion("12", "9");                                // true
//   lws::internal::IsAsNewResourceVersion(lws::internal::ResourceVersionOrNewest(""), "9");    // true
//
// Laws:
//   1. An integer is older than another exactly when it is not as new.
//   2. Where one is no integer, nothing is older, and only the same version, or the newest, is as new.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_RESOURCE_VERSION_H_
#define LWS_ADAPTERS_HOST_RESOURCE_VERSION_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

// A version that is newer than every other.
inline constexpr absl::string_view kNewestVersion = "newest";

// The version, or kNewestVersion for an empty one, which stands for the newest.
std::string ResourceVersionOrNewest(absl::string_view version);

bool IsOlderResourceVersion(absl::string_view a, absl::string_view b);
bool IsAsNewResourceVersion(absl::string_view seen, absl::string_view wanted);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_RESOURCE_VERSION_H_
