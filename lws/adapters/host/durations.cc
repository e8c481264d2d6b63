#include "lws/adapters/host/durations.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace lws {

absl::StatusOr<absl::Duration> ReadDuration(const Json& from, const char* key, absl::Duration otherwise) {
  if (!from.contains(key)) return otherwise;
  const Json& text = from[key];
  absl::Duration duration;
  if (!text.is_string() || !absl::ParseDuration(text.get<std::string>(), &duration)) {
    return absl::InvalidArgumentError(absl::StrCat("scenario: ", key, ": ", text.dump(), " is not a duration"));
  }
  return duration;
}

}  // namespace lws
