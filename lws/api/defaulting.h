// The defaults that admission gives a LeaderWorkerSet, after those of the schema.
//
//   lws::internal::ApplyAdmissionDefaults(&set);    // set.spec().network_config().subdomain_policy() is "Shared"
//
// Laws:
//   1. ApplyAdmissionDefaults is idempotent.
//   2. Given values are kept, except that the restart policy Default becomes None.
//
// Thread-safety: may be called concurrently for distinct sets.
#ifndef LWS_API_DEFAULTING_H_
#define LWS_API_DEFAULTING_H_

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// restartPolicy Default becomes None; a missing replicas, size, restartPolicy or rolloutStrategy.type gets its default;
// a missing rollingUpdateConfiguration becomes partition 0, maxUnavailable 1, maxSurge 0; a missing networkConfig or
// subdomainPolicy becomes Shared.
void ApplyAdmissionDefaults(LeaderWorkerSet* set);

}  // namespace lws::internal

#endif  // LWS_API_DEFAULTING_H_
