#include "lws/adapters/c/saved_fleet.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

#include "google/protobuf/arena.h"
#include "lws/adapters/c/fleet_state.h"
#include "lws/adapters/c/fleet_state.pb.h"
#include "lws/adapters/c/read_message.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/kept_state.pb.h"
#include "lws/adapters/host/restart_counts.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/message_bytes.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/core/snapshot/observed_serialization.h"

namespace lws::internal {
namespace {

// Adds an object to the state.
struct Saver {
  ClusterStateProto* state;

  void operator()(std::monostate) {}
  void operator()(const LeaderWorkerSet& set) { *state->add_sets() = set; }
  void operator()(const ObservedPod& pod) { *state->add_pods() = ObservedToProto(pod); }
  void operator()(const ObservedStatefulSet& statefulset) { *state->add_statefulsets() = ObservedToProto(statefulset); }
  void operator()(const ObservedRevision& revision) { *state->add_revisions() = ObservedToProto(revision); }
  void operator()(const ObservedService& service) { *state->add_services() = ObservedToProto(service.meta); }
  void operator()(const ObservedPodGroup& pod_group) { *state->add_pod_groups() = ObservedToProto(pod_group.meta); }
  void operator()(const ObservedNode& node) { *state->add_nodes() = ObservedToProto(node); }
};

void SaveMember(const std::string& namespace_name, const std::string& name, const GroupMember& member,
                FleetStateProto* state) {
  FleetStateProto::RestartedPod& pod = *state->add_restarted_pods();
  pod.set_namespace_(namespace_name);
  pod.set_name(name);
  pod.set_uid(member.uid);
  pod.set_worker_index(member.index);
  pod.set_restarts(member.restarts);
  if (!member.last_end.has_value()) return;
  pod.mutable_last_end()->set_exit_code(member.last_end->exit_code);
  pod.mutable_last_end()->set_reason(member.last_end->reason);
}

GroupMember MemberOf(const FleetStateProto::RestartedPod& pod) {
  GroupMember member;
  member.uid = pod.uid();
  member.index = pod.worker_index();
  member.restarts = pod.restarts();
  if (pod.has_last_end()) member.last_end = ContainerEnd{pod.last_end().exit_code(), pod.last_end().reason()};
  return member;
}

}  // namespace

absl::StatusOr<std::string> SaveCallerFleet(const lws_fleet& fleet) {
  google::protobuf::Arena arena;
  FleetStateProto& state = *google::protobuf::Arena::CreateMessage<FleetStateProto>(&arena);
  Saver saver{state.mutable_objects()};
  ForEachObject(*fleet.objects, [&saver](const ObservedObject& object) { std::visit(saver, object); });
  fleet.kept.SaveTo(state.mutable_kept());
  fleet.counts.ForEach([&state](const std::string& namespace_name, const std::string& name, const GroupMember& member) {
    SaveMember(namespace_name, name, member, &state);
  });
  if (state.ByteSizeLong() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return absl::ResourceExhaustedError("the fleet takes more than 2 GiB as one message");
  }
  return MessageBytes(state);
}

absl::Status LoadCallerFleet(absl::string_view bytes, lws_fleet* fleet) {
  google::protobuf::Arena arena;
  FleetStateProto& state = *google::protobuf::Arena::CreateMessage<FleetStateProto>(&arena);
  if (!ReadCallerMessage(bytes, &state)) {
    return absl::InvalidArgumentError("saved: not a lws.v1.FleetStateProto");
  }
  // SaveCallerFleet always writes both, in this order, so a file without the second one was cut.
  if (!state.has_objects() || !state.has_kept()) return absl::InvalidArgumentError("saved: the end is missing");
  auto objects = std::make_unique<Fleet>();
  absl::Status status = LoadCallerObjects(state.mutable_objects(), objects.get());
  if (!status.ok()) return status;
  KeptState kept;
  kept.Add(state.kept());
  RestartCounts counts;
  for (const FleetStateProto::RestartedPod& pod : state.restarted_pods()) {
    counts.Tell(pod.namespace_(), pod.name(), MemberOf(pod));
  }
  fleet->objects = std::move(objects);
  fleet->kept = std::move(kept);
  fleet->counts = std::move(counts);
  fleet->restarted_again.clear();
  fleet->remembering.clear();
  return absl::OkStatus();
}

}  // namespace lws::internal
