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

absl::Status LoadProto(absl::string_view bytes, Fleet* fleet) {
  google::protobuf::Arena arena;
  ClusterStateProto& state = *google::protobuf::Arena::CreateMessage<ClusterStateProto>(&arena);
  if (!ReadMessage(bytes, &state)) {
    return absl::InvalidArgumentError("state: not a lws.v1.ClusterStateProto");
  }
  return LoadObjects(&state, fleet);
}

absl::Status LoadObjects(ClusterStateProto* state, Fleet* fleet) {
  std::vector<ObservedStatefulSet> statefulsets;
  for (const ObservedStatefulSetProto& proto : state->statefulsets()) {
    absl::StatusOr<ObservedStatefulSet> statefulset = FromProto(proto);
    if (!statefulset.ok()) return statefulset.status();
    statefulsets.push_back(*std::move(statefulset));
  }
  for (LeaderWorkerSet& set : *state->mutable_sets()) fleet->AddSet(std::move(set));
  for (ObservedStatefulSet& statefulset : statefulsets) fleet->AddStatefulSet(std::move(statefulset));
  for (const ObservedPodProto& pod : state->pods()) fleet->AddPod(FromProto(pod));
  for (const ObservedRevisionProto& revision : state->revisions()) fleet->Add(FromProto(revision));
  for (const ObservedMetaProto& meta : state->services()) {
    fleet->Add(ObservedService{FromProto(meta)});
  }
  for (const ObservedMetaProto& meta : state->pod_groups()) {
    fleet->Add(ObservedPodGroup{FromProto(meta)});
  }
  for (const ObservedNodeProto& node : state->nodes()) fleet->Add(FromProto(node));
  return absl::OkStatus();
}

}  // namespace lws::internal
