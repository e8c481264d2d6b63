#include "lws/adapters/c/fleet_state.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/arena.h"
#include "lws/adapters/c/read_message.h"
#include "lws/api/observed.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/core/snapshot/observed_serialization.h"

namespace lws::internal {

absl::Status LoadCallerFleetProto(absl::string_view bytes, Fleet* fleet) {
  google::protobuf::Arena arena;
  ClusterStateProto& state = *google::protobuf::Arena::CreateMessage<ClusterStateProto>(&arena);
  if (!ReadCallerMessage(bytes, &state)) {
    return absl::InvalidArgumentError("state: not a lws.v1.ClusterStateProto");
  }
  return LoadCallerObjects(&state, fleet);
}

absl::Status LoadCallerObjects(ClusterStateProto* state, Fleet* fleet) {
  // Only applied fields can be wrong, so those are read before anything is added.
  std::vector<ObservedStatefulSet> applied;
  for (const ObservedStatefulSetProto& proto : state->statefulsets()) {
    if (!proto.has_applied()) continue;
    absl::StatusOr<ObservedStatefulSet> statefulset = ObservedFromProto(proto);
    if (!statefulset.ok()) return statefulset.status();
    applied.push_back(*std::move(statefulset));
  }
  for (LeaderWorkerSet& set : *state->mutable_sets()) fleet->AddSet(std::move(set));
  auto next_applied = applied.begin();
  for (const ObservedStatefulSetProto& proto : state->statefulsets()) {
    if (proto.has_applied()) {
      fleet->AddStatefulSet(std::move(*next_applied++));
    } else if (absl::StatusOr<ObservedStatefulSet> statefulset = ObservedFromProto(proto); statefulset.ok()) {
      fleet->AddStatefulSet(*std::move(statefulset));
    }
  }
  for (const ObservedPodProto& pod : state->pods()) fleet->AddPod(ObservedFromProto(pod));
  for (const ObservedRevisionProto& revision : state->revisions()) fleet->Add(ObservedFromProto(revision));
  for (const ObservedMetaProto& meta : state->services()) {
    fleet->Add(ObservedService{ObservedFromProto(meta)});
  }
  for (const ObservedMetaProto& meta : state->pod_groups()) {
    fleet->Add(ObservedPodGroup{ObservedFromProto(meta)});
  }
  for (const ObservedNodeProto& node : state->nodes()) fleet->Add(ObservedFromProto(node));
  return absl::OkStatus();
}

}  // namespace lws::internal
