// Durations in files: "90s", "10m", "1h30m".
//
//   absl::StatusOr<absl::Duration> wait = lws::ReadDuration(document, "wait", absl::ZeroDuration());
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_DURATIONS_H_
#define LWS_ADAPTERS_HOST_DURATIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/api/json.h"

namespace lws {

// `from[key]`, which is `otherwise` when absent. Errors: InvalidArgument for what is no duration.
absl::StatusOr<absl::Duration> ReadDuration(const Json& from, const char* key, absl::Duration otherwise);

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_DURATIONS_H_
