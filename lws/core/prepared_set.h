// What decisions need of a set at every look, worked out once when the set is seen.
//
//   const lws::PreparedSet prepared = lws::Prepare(set);
//   observation.prepared = &prepared;    // ReconcileSet then builds no JSON for a set that wants nothing
//
// Laws:
//   1. A function of the set alone: a plan with it equals the plan without it.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_CORE_PREPARED_SET_H_
#define LWS_CORE_PREPARED_SET_H_

#include <string>

#include "lws/api/json.h"

namespace lws {

class LeaderWorkerSet;

struct PreparedSet {
  std::string revision_data;  // as RevisionData
  std::string revision_key;   // as RevisionKey of it
  // AppliedCore of the leader StatefulSet of that key; empty when maxSurge or maxUnavailable do not read.
  std::string leader_core;
  // That StatefulSet, with partition and replicas 0; null as above.
  SharedJson leader_statefulset;
};

// Complexity: O(templates).
PreparedSet Prepare(const LeaderWorkerSet& set);

}  // namespace lws

#endif  // LWS_CORE_PREPARED_SET_H_
