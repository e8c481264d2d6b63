#include "lws/core/pod/leader_decision.h"

#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/spec_counts.h"
#include "lws/api/well_known.h"
#include "lws/core/revision/revisions.h"

namespace lws {

using internal::OwnedRevisions;
using internal::SpecSize;

LeaderFacts LeaderFactsOfSet(const LeaderWorkerSet& set) {
  LeaderFacts facts;
  facts.single_member = SpecSize(set.spec()) == 1;
  facts.waits_for_ready = set.spec().startup_policy() == kLeaderReady;
  // The set has exclusive placement. An empty key counts too, but no node has such a label.
  facts.waits_for_schedule = set.metadata().annotations().count(kExclusiveTopologyAnnotation) > 0;
  return facts;
}

LeaderFacts ReadLeaderFacts(const PodObservation& observation) {
  const LeaderWorkerSet& set = *observation.set;
  const ObservedPod& pod = *observation.pod;
  LeaderFacts facts = LeaderFactsOfSet(set);
  facts.is_mistaken = pod.leader_name.has_value();
  facts.terminating = pod.meta.terminating;
  facts.waits_for_ready = facts.waits_for_ready && !pod.has_ready_condition;
  facts.has_revision = OwnedRevisions(set, observation.revisions).Find(pod.meta.revision_key) != nullptr;
  facts.waits_for_schedule = facts.waits_for_schedule && pod.node_name.empty();
  facts.has_workers = observation.worker_statefulset != nullptr;
  return facts;
}

DecisionReason DecideLeader(const LeaderFacts& facts) {
  const struct {
    bool matches;
    DecisionReason reason;
  } table[] = {
      // Kubernetes before 1.27 numbers workers from 0, so worker 0 looks like a leader.
      {facts.is_mistaken, DecisionReason::kMistakenLeader},
      {facts.terminating, DecisionReason::kLeaderTerminating},
      {facts.single_member, DecisionReason::kSingleMember},
      {facts.waits_for_ready, DecisionReason::kWaitingForLeaderReady},
      // Workers are made from the revision of their leader, not from the present set.
      {!facts.has_revision, DecisionReason::kWaitingForRevision},
      // With exclusive placement, workers follow their leader to its domain.
      {facts.waits_for_schedule, DecisionReason::kWaitingForSchedule},
      {facts.has_workers, DecisionReason::kWorkersExist},
  };
  for (const auto& row : table) {
    if (row.matches) return row.reason;
  }
  return DecisionReason::kWorkersMissing;
}

}  // namespace lws
