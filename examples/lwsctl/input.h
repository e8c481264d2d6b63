// Files and arguments of lwsctl.
#ifndef LWS_EXAMPLES_LWSCTL_INPUT_H_
#define LWS_EXAMPLES_LWSCTL_INPUT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "lws/api/manifest.h"
#include "lws/placement/providers/pod_group.h"
#include "lws/rollout/policies.h"

namespace lwsctl {

struct Arguments {
  std::vector<std::string> files;
  std::map<std::string, std::string> flags;  // "--seed" -> "7"; "" for a flag without a value

  std::string Flag(const std::string& name, const std::string& otherwise) const;
};

// Errors: InvalidArgument for a flag that is not among `with_value` or `without_value`, or lacks its value.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words,
                                         const std::vector<std::string>& with_value,
                                         const std::vector<std::string>& without_value);

// The text of a file, of standard input for "-". A relative path starts where the user stands.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Writes a file, at a path as ReadFile takes it.
absl::Status WriteFile(const std::string& path, const std::string& text);

absl::StatusOr<std::vector<lws::ManifestObject>> ReadObjects(const std::string& path);

// The LeaderWorkerSets among the objects of a file; an error when there is none.
absl::StatusOr<std::vector<lws::ManifestObject>> ReadSets(const std::string& path);

// The first of them, WithNamespace.
absl::StatusOr<lws::Json> ReadSet(const std::string& path);

// The manifest in the namespace `default` unless it names one, as kubectl sends it.
lws::Json WithNamespace(lws::Json manifest);

// Of the flag --scheduler-provider; none without it. Errors: InvalidArgument for another than volcano.
absl::StatusOr<lws::SchedulerProvider> ReadSchedulerProvider(const Arguments& arguments);

// Errors: InvalidArgument "--policy: NAME is none of reference, ...".
absl::StatusOr<lws::NamedRolloutPolicy> ReadPolicy(const std::string& name);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_INPUT_H_
