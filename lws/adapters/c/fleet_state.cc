#include "lws/adapters/c/fleet_state.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/io/coded_stream.h"
#include "lws/adapters/c/read_message.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/core/snapshot/observed_serialization.h"

namespace lws::internal {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

namespace {

absl::Status NoState() { return absl::InvalidArgumentError("state: not a lws.v1.ClusterStateProto"); }

absl::Status AddTo(Fleet* fleet, const ObservedStatefulSetProto& proto) {
  absl::StatusOr<ObservedStatefulSet> statefulset = ObservedFromProto(proto);
  if (!statefulset.ok()) return statefulset.status();
  fleet->AddStatefulSet(*std::move(statefulset));
  return absl::OkStatus();
}

// The bytes of the fields of a message, by the number of the field.
struct Fields {
  std::array<std::vector<absl::string_view>, ClusterStateProto::kNodesFieldNumber + 1> of_number;
};

// Returns nullopt for bytes that hold anything but the known fields in their shortest form, or are no message.
std::optional<Fields> SplitFields(absl::string_view bytes) {
  constexpr size_t kMost = std::numeric_limits<int32_t>::max();
  constexpr uint32_t kLengthDelimited = 2;
  if (bytes.size() > kMost) return std::nullopt;
  CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  Fields fields;
  int end = 0;  // of the fields so far
  while (const uint32_t tag = input.ReadTag()) {
    const uint32_t number = tag >> 3;
    const bool is_known = number > 0 && number < fields.of_number.size() && (tag & 7) == kLengthDelimited;
    int size = 0;
    if (!is_known || !input.ReadVarintSizeAsInt(&size)) return std::nullopt;
    const int begin = input.CurrentPosition();
    // Longer forms of the tag and the size are left to the parser, which knows which of them are legal.
    const size_t shortest =
        CodedOutputStream::VarintSize32(tag) + CodedOutputStream::VarintSize32(static_cast<uint32_t>(size));
    if (static_cast<size_t>(begin - end) != shortest || !input.Skip(size)) return std::nullopt;
    fields.of_number[number].push_back(bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(size)));
    end = begin + size;
  }
  if (!input.ConsumedEntireMessage()) return std::nullopt;
  return fields;
}

// Calls add(message) for each object of the kind. The message is one for all of them, so that its texts keep their
// memory.
template <typename Message, typename Add>
absl::Status ForEachObject(const Fields& fields, int number, const Add& add) {
  Message message;
  for (const absl::string_view bytes : fields.of_number[static_cast<size_t>(number)]) {
    if (!ReadCallerMessage(bytes, &message)) return NoState();
    absl::Status status = add(&message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadCallerFleetProto(absl::string_view bytes, Fleet* fleet) {
  google::protobuf::Arena arena;
  ClusterStateProto& state = *google::protobuf::Arena::CreateMessage<ClusterStateProto>(&arena);
  if (!ReadCallerMessage(bytes, &state)) return NoState();
  return LoadCallerObjects(&state, fleet);
}

absl::Status LoadCallerProtoIntoEmptyFleet(absl::string_view bytes, Fleet* fleet) {
  const std::optional<Fields> fields = SplitFields(bytes);
  if (!fields.has_value()) return LoadCallerFleetProto(bytes, fleet);
  using State = ClusterStateProto;
  const auto added = [fleet](auto&& object) {
    fleet->Add(std::forward<decltype(object)>(object));
    return absl::OkStatus();
  };
  absl::Status status = ForEachObject<LeaderWorkerSet>(*fields, State::kSetsFieldNumber, [&](LeaderWorkerSet* set) {
    fleet->AddSet(std::exchange(*set, {}));
    return absl::OkStatus();
  });
  status.Update(ForEachObject<ObservedStatefulSetProto>(
      *fields, State::kStatefulsetsFieldNumber,
      [&](const ObservedStatefulSetProto* proto) { return AddTo(fleet, *proto); }));
  status.Update(ForEachObject<ObservedPodProto>(*fields, State::kPodsFieldNumber, [&](const ObservedPodProto* proto) {
    fleet->AddPod(ObservedFromProto(*proto));
    return absl::OkStatus();
  }));
  status.Update(ForEachObject<ObservedRevisionProto>(
      *fields, State::kRevisionsFieldNumber,
      [&](const ObservedRevisionProto* proto) { return added(ObservedFromProto(*proto)); }));
  status.Update(ForEachObject<ObservedMetaProto>(
      *fields, State::kServicesFieldNumber,
      [&](const ObservedMetaProto* proto) { return added(ObservedService{ObservedFromProto(*proto)}); }));
  status.Update(ForEachObject<ObservedMetaProto>(
      *fields, State::kPodGroupsFieldNumber,
      [&](const ObservedMetaProto* proto) { return added(ObservedPodGroup{ObservedFromProto(*proto)}); }));
  status.Update(ForEachObject<ObservedNodeProto>(
      *fields, State::kNodesFieldNumber,
      [&](const ObservedNodeProto* proto) { return added(ObservedFromProto(*proto)); }));
  return status;
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
