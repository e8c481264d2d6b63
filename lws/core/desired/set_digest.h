// What decisions need of a set at every look, computed once when the set is seen.
//
//   const lws::internal::SetDigest digest = lws::internal::DigestOfDesiredSet(set);
//   lws::SetObservation observation;
//   observation.digest = &digest;    // ReconcileSet then builds no JSON for a set that needs no change
//
// Laws:
//   1. It depends only on the set: a plan with it equals the plan without it.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_DESIRED_SET_DIGEST_H_
#define LWS_CORE_DESIRED_SET_DIGEST_H_

#include <memory>
#include <string>

#include "lws/api/canonical_text.h"
#include "lws/api/json.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

struct SetDigest {
  std::string revision_data;  // as RevisionData
  std::string revision_key;   // as RevisionKey of it
  // DigestOfAppliedStatefulSet of the leader StatefulSet with that key; empty when maxSurge or maxUnavailable do not
  // parse.
  std::string leader_core;
  // That StatefulSet, with partition and replicas 0; null when maxSurge or maxUnavailable do not parse.
  SharedJson leader_statefulset;
  // Its text, for plans that apply it; null as above.
  std::shared_ptr<const StatefulSetText> leader_text;
};

// Complexity: O(templates).
SetDigest DigestOfDesiredSet(const LeaderWorkerSet& set);

}  // namespace lws::internal

#endif  // LWS_CORE_DESIRED_SET_DIGEST_H_
