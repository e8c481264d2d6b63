// What a leader pod wants next: its workers, or a reason to wait.
//
//   lws::LeaderFacts facts;
//   lws::DecisionReason reason = lws::DecideLeader(facts);    // what the group of the leader lacks
//
// A first-match table over a handful of facts; the observation is reduced to them first.
//
// Laws:
//   1. Only kWorkersMissing creates anything.
//   2. Nothing is created for a leader that is terminating, or whose revision is not there.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_POD_LEADER_DECISION_H_
#define LWS_CORE_POD_LEADER_DECISION_H_

#include "lws/core/observation.h"
#include "lws/core/plan/decision.h"

namespace lws {

class LeaderWorkerSet;

struct LeaderFacts {
  bool is_mistaken = false;  // a worker by its annotation
  bool terminating = false;
  bool single_member = false;       // the group is its leader
  bool waits_for_ready = false;     // startup policy LeaderReady, and it is not
  bool has_revision = false;        // that it was made from
  bool waits_for_schedule = false;  // exclusive placement, and it is on no node
  bool has_workers = false;         // their StatefulSet
};

// What the set alone says: single_member, and the two waits as if the leader were neither ready nor on a node.
LeaderFacts LeaderFactsOfSet(const LeaderWorkerSet& set);

// The reduction. REQUIRES: observation.pod and observation.set are there.
LeaderFacts ReadLeaderFacts(const PodObservation& observation);

DecisionReason DecideLeader(const LeaderFacts& facts);

}  // namespace lws

#endif  // LWS_CORE_POD_LEADER_DECISION_H_
