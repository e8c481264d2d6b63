// The objects that a set owns, in the form in which they are written.
//
//   lws::Json statefulset = *lws::internal::LeaderStatefulSet(set, "6c5b8f7d9", /*partition=*/0, /*replicas=*/4);
//   lws::Json service = lws::internal::SharedService(set);
//
// Laws:
//   1. Equal arguments give equal bytes. The functions read nothing but their arguments.
//   2. Labels and annotations of LeaderWorkerSet replace the user's with the same name.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_DESIRED_DESIRED_OBJECTS_H_
#define LWS_CORE_DESIRED_DESIRED_OBJECTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// Errors: InvalidArgument for a maxSurge or maxUnavailable that is not a percentage. Complexity of all: O(templates).
absl::StatusOr<Json> LeaderStatefulSet(const LeaderWorkerSet& set, absl::string_view revision_key, int32_t partition,
                                       int32_t replicas);

// The worker StatefulSet of `leader`, made from the leader's revision: `set` is the live set with that revision
// applied. `topology_value` is the exclusive-topology label of the leader's node; nullopt without exclusive placement,
// or while it is unknown.
Json WorkerStatefulSet(const LeaderWorkerSet& set, const ObservedPod& leader,
                       std::optional<absl::string_view> topology_value);

// The set's headless Service, for the subdomain policy Shared.
Json SharedService(const LeaderWorkerSet& set);

// A group's headless Service, for UniquePerReplica.
Json GroupService(const LeaderWorkerSet& set, const ObservedPod& leader);

// A group's PodGroup. Errors: InvalidArgument for templates with amounts that are not quantities.
absl::StatusOr<Json> GroupPodGroup(const LeaderWorkerSet& set, const ObservedPod& leader);

// The ControllerRevision that keeps `data` under `key`.
Json RevisionObject(const LeaderWorkerSet& set, absl::string_view name, absl::string_view key, int64_t number,
                    const std::string& data);

// Whether all pods of the set share one subdomain.
bool HasSharedSubdomain(const LeaderWorkerSet& set);

}  // namespace lws::internal

#endif  // LWS_CORE_DESIRED_DESIRED_OBJECTS_H_
