// What a leader pod needs next: its workers, or a reason to wait.
//
//   lws::LeaderFacts facts;
//   lws::DecisionReason reason = lws::DecideLeader(facts);    // what the group of the leader lacks
//
// The decision is a first-match table over a few facts, to which the observation is reduced first.
//
// Laws:
//   1. Only kWorkersMissing creates anything.
//   2. Nothing is created for a leader that is terminating, or whose revision does not exist.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_POD_LEADER_DECISION_H_
#define LWS_CORE_POD_LEADER_DECISION_H_

#include "lws/core/observation.h"
#include "lws/core/plan/decision.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

struct LeaderFacts {
  bool is_mistaken = false;  // its annotation says that it is a worker
  bool terminating = false;
  bool single_member = false;       // the group has no workers
  bool waits_for_ready = false;     // startup policy LeaderReady, and the leader is not ready
  bool has_revision = false;        // the revision of which it was made exists
  bool waits_for_schedule = false;  // exclusive placement, and it has no node yet
  bool has_workers = false;         // their StatefulSet exists
};

// The facts that depend only on the set: single_member, and both waits as if the leader were neither ready nor on a
// node.
LeaderFacts LeaderFactsOfSet(const LeaderWorkerSet& set);

// Reduces the observation to facts. REQUIRES: observation.pod and observation.set are not null.
LeaderFacts ReadLeaderFacts(const PodObservation& observation);

DecisionReason DecideLeader(const LeaderFacts& facts);

}  // namespace lws

#endif  // LWS_CORE_POD_LEADER_DECISION_H_
