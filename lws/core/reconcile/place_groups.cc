#include "lws/core/reconcile/place_groups.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/core/desired/set_digest.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/revision/revisions.h"
#include "lws/placement/assign_group.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/labelled_group.h"
#include "lws/placement/pod_facts.h"
#include "lws/placement/rank_shape.h"
#include "lws/placement/reassign_group.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::GroupOfPod;
using internal::JsonReader;
using internal::OwnedRevisions;
using internal::PlanBuilder;
using internal::RankOfPod;
using internal::ShapeOfRank;

namespace {

// A pod of a group.
struct GroupPod {
  const Json* document = nullptr;
  ObservedMeta meta;
  bool waits = false;  // it has the gate
  std::string node;    // that it is on, or is to run on; empty: none
};

struct Group {
  std::map<int64_t, GroupPod> members;  // by rank, without those that are being deleted
  std::vector<std::string> nodes;       // of the leader's annotation, by rank
  std::string no_place;                 // of the leader's annotation

  const GroupPod* leader() const {
    const auto found = members.find(0);
    return found == members.end() ? nullptr : &found->second;
  }
  bool AnyWaits() const {
    return std::any_of(members.begin(), members.end(), [](const auto& member) { return member.second.waits; });
  }
};

// A text that is not a list of names counts as none: the group is then placed again.
std::vector<std::string> ReadNodes(const std::string& text) {
  const Json list = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return {};
  std::vector<std::string> nodes;
  for (const Json& name : list) {
    if (!name.is_string()) return {};
    nodes.push_back(name.get<std::string>());
  }
  return nodes;
}

// The pods as placement counts them, and their groups.
class Pods {
 public:
  absl::Status Read(absl::Span<const SharedJson> pods) {
    for (const SharedJson& pod : pods) {
      absl::Status status = Read(pod);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Every pod that is on a node, or is to run on one, has that node here.
  const std::vector<SharedJson>& placed() const { return placed_; }
  // The same without those that are being deleted.
  const std::vector<SharedJson>& staying() const { return staying_; }
  const std::map<GroupId, Group>& groups() const { return groups_; }

 private:
  absl::Status Read(const SharedJson& document) {
    JsonReader pod(*document);
    GroupPod member;
    member.document = document.get();
    member.waits = PodWaitsForPlace(*document);
    member.node = pod.Text({"spec", "nodeName"});
    const bool is_bound = !member.node.empty();
    if (!is_bound && !member.waits) member.node = pod.Text({"metadata", "annotations", kNodeAnnotation});
    if (IsFinishedPhase(ReadPodPhase(pod.Text({"status", "phase"})))) return pod.status();  // it takes no room
    const bool is_leaving = pod.Find({"metadata", "deletionTimestamp"}) != nullptr;
    if (!member.node.empty()) Place(document, is_bound ? "" : member.node, is_leaving);
    if (!is_leaving) AddToGroup(pod, std::move(member));
    return pod.status();
  }

  void Place(SharedJson document, const std::string& node, bool is_leaving) {
    if (!node.empty()) {
      Json bound = *document;
      bound["spec"]["nodeName"] = node;
      document = std::make_shared<const Json>(std::move(bound));
    }
    if (!is_leaving) staying_.push_back(document);
    placed_.push_back(std::move(document));
  }

  void AddToGroup(JsonReader& pod, GroupPod member) {
    const std::optional<GroupId> id = GroupOfPod(pod);
    const std::optional<int64_t> rank = RankOfPod(pod);
    if (!id.has_value() || !rank.has_value()) return;
    member.meta.namespace_name = id->namespace_name;
    member.meta.name = pod.Text({"metadata", "name"});
    member.meta.uid = pod.Text({"metadata", "uid"});
    member.meta.resource_version = pod.Text({"metadata", "resourceVersion"});
    member.meta.revision_key = pod.Text({"metadata", "labels", kRevisionLabel});
    Group& group = groups_[*id];
    // Labels may be copied. The pod of the smallest name counts, whatever the order of the pods.
    const auto known = group.members.find(*rank);
    if (known != group.members.end() && known->second.meta.name < member.meta.name) return;
    if (*rank == 0) {
      group.nodes = ReadNodes(pod.Text({"metadata", "annotations", kNodesAnnotation}));
      group.no_place = pod.Text({"metadata", "annotations", kNoPlaceAnnotation});
    }
    group.members[*rank] = std::move(member);
  }

  std::vector<SharedJson> placed_;
  std::vector<SharedJson> staying_;
  std::map<GroupId, Group> groups_;
};

// Removes the gate from a pod and binds it to the node.
Json PatchOf(const GroupPod& member, const NodeFacts& node) {
  Json spec = member.document->value("spec", Json::object());
  Json gates = Json::array();
  for (const Json& gate : spec.value("schedulingGates", Json::array())) {
    if (!gate.is_object() || gate.value("name", Json()) != kPlaceGate) gates.push_back(gate);
  }
  BindPodToAssignedNode(node, NodeBinding::kNodeAffinity, &spec);
  Json patch;
  patch["metadata"]["annotations"][kNodeAnnotation] = node.name;
  patch["spec"]["schedulingGates"] = gates.empty() ? Json() : std::move(gates);
  patch["spec"]["affinity"] = spec["affinity"];
  return patch;
}

// One look at all groups, beside what the cluster runs.
class Placing {
 public:
  Placing(const PlacementObservation& observation, const Pods& pods)
      : observation_(observation),
        topology_(*observation.topology),
        pods_(pods),
        free_(observation.topology),
        most_pods_(MostPods()) {}

  absl::StatusOr<std::vector<Plan>> Run() && {
    absl::Status status = UseCapacityOfRunningPods(pods_.placed(), &free_);
    if (!status.ok()) return status;
    for (const auto& [id, group] : pods_.groups()) Reserve(id, group);
    for (const auto& [id, work] : open_) {
      Plan plan = work.leader->waits ? PlaceNew(id, work) : Complete(id, work);
      if (!plan.empty()) plans_.push_back(std::move(plan));
    }
    return std::move(plans_);
  }

 private:
  // A group of which a pod waits.
  struct Work {
    const Group* group = nullptr;
    const GroupPod* leader = nullptr;
    absl::StatusOr<GroupRequest> request;
    bool is_too_large = false;                  // more pods than the nodes may run
    std::vector<std::optional<int32_t>> nodes;  // by rank; empty when the leader waits, or the group is too large
  };

  // The node, if a pod of the shape may run on it and has room there.
  std::optional<int32_t> UsableNode(const std::string& name, const PodShape& shape) const {
    const std::optional<int32_t> node = topology_.FindNode(name);
    if (!node.has_value()) return std::nullopt;
    if (shape.filter.Check(topology_.Node(*node).facts) != NodeExclusion::kNone) return std::nullopt;
    const std::vector<std::string>& resources = topology_.resources();
    for (size_t i = 0; i < resources.size(); ++i) {
      const auto wanted = shape.amounts.find(resources[i]);
      const bool is_short = wanted != shape.amounts.end() && wanted->second > free_.Free(*node)[i];
      if (is_short) return std::nullopt;
    }
    return node;
  }

  // The most pods that all nodes together may run. No group has more of them with a node.
  int64_t MostPods() const {
    int64_t most = 0;
    for (int32_t node = 0; node < topology_.NodeCount(); ++node) {
      const int64_t pods = std::max<int64_t>(0, topology_.Allocatable(node)[0]);
      most = std::min<int64_t>(kMaxGroupPods, most + std::min<int64_t>(pods, kMaxGroupPods));
    }
    return most;
  }

  // Takes the room for a pod that is not on its node yet.
  void Use(int32_t node, const PodShape& shape) {
    free_.Use(node, shape);
    taken_.emplace_back(node, shape);
  }

  // Takes the room of a placed group's ranks without a pod on a node, and collects the groups that wait.
  void Reserve(const GroupId& id, const Group& group) {
    const GroupPod* leader = group.leader();
    if (leader == nullptr || (group.nodes.empty() && !group.AnyWaits())) return;
    std::optional<absl::StatusOr<GroupRequest>> request = observation_.find_request(id, leader->meta.revision_key);
    if (!request.has_value()) return;
    Work work = {&group, leader, *std::move(request), false, {}};
    work.is_too_large = work.request.ok() && work.request->Pods() > most_pods_;
    if (work.request.ok() && !leader->waits && !work.is_too_large) work.nodes = ReserveRanks(group, *work.request);
    if (group.AnyWaits()) open_.emplace(id, std::move(work));
  }

  std::vector<std::optional<int32_t>> ReserveRanks(const Group& group, const GroupRequest& request) {
    std::vector<std::optional<int32_t>> nodes(static_cast<size_t>(request.Pods()));
    for (size_t rank = 0; rank < nodes.size(); ++rank) {
      const auto member = group.members.find(static_cast<int64_t>(rank));
      if (member != group.members.end() && !member->second.node.empty()) {
        nodes[rank] = topology_.FindNode(member->second.node);
      } else if (rank < group.nodes.size()) {
        nodes[rank] = UsableNode(group.nodes[rank], ShapeOfRank(request, rank));
        if (nodes[rank].has_value()) Use(*nodes[rank], ShapeOfRank(request, rank));
      }
    }
    HoldDomainsOfSubgroups(request, nodes);
    return nodes;
  }

  // Keeps other subgroups out of the domains of exclusive ones, whether their pods run already or not.
  void HoldDomainsOfSubgroups(const GroupRequest& request, const std::vector<std::optional<int32_t>>& nodes) {
    const bool leader_is_outside = request.leader.has_value() && request.subgroup_leader == SubgroupLeader::kOutside;
    for (const SubgroupLayer& layer : request.subgroups) {
      const std::optional<int> level = topology_.LevelOf(layer.level);
      if (!layer.exclusive || !level.has_value()) continue;
      std::set<int32_t> domains;
      for (size_t rank = leader_is_outside; rank < nodes.size(); ++rank) {
        if (nodes[rank].has_value()) domains.insert(topology_.DomainOf(*level, *nodes[rank]));
      }
      for (const int32_t domain : domains) free_.Hold(Holder::kSubgroup, request.namespace_name, *level, domain);
    }
  }

  Plan PlaceNew(const GroupId& id, const Work& work) {
    if (!work.request.ok()) return RecordError(id, work, work.request.status());
    const absl::StatusOr<PlacementResult> result = AssignGroup(free_, *work.request);
    if (!result.ok()) return RecordError(id, work, result.status());
    if (!result->assignment.has_value()) return RecordNoFit(id, work, result->no_fit);
    free_.Commit(*work.request, *result->assignment);
    const std::vector<int32_t> nodes = result->assignment->NodesByRank();
    for (size_t rank = 0; rank < nodes.size(); ++rank)
      taken_.emplace_back(nodes[rank], ShapeOfRank(*work.request, rank));
    PlanBuilder plan(id.namespace_name, id.set_name);
    Json patch = PatchOf(*work.leader, topology_.Node(nodes[0]).facts);
    patch["metadata"]["annotations"][kNodesAnnotation] = NamesOf(nodes);
    if (!work.group->no_place.empty()) patch["metadata"]["annotations"][kNoPlaceAnnotation] = nullptr;
    Patch(*work.leader, std::move(patch), &plan);
    return plan.Take();
  }

  // Gives the workers that wait the nodes of their ranks, and new nodes to ranks that lost theirs.
  Plan Complete(const GroupId& id, const Work& work) {
    PlanBuilder plan(id.namespace_name, id.set_name);
    if (!work.request.ok()) return RecordError(id, work, work.request.status());
    if (work.is_too_large) return PlaceNew(id, work);                           // no place: AssignGroup tells why
    if (!work.nodes.empty() && !work.nodes[0].has_value()) return plan.Take();  // the leader itself has no node
    std::vector<std::optional<int32_t>> nodes = work.nodes;
    Json patch;
    if (IsMissing(work)) {
      const absl::StatusOr<PlacementResult> result = AssignMissingRanks(free_, *work.request, nodes);
      if (!result.ok()) return RecordError(id, work, result.status());
      if (!result->assignment.has_value()) return RecordNoFit(id, work, result->no_fit);
      const std::vector<int32_t> found = result->assignment->NodesByRank();
      for (size_t rank = 0; rank < nodes.size(); ++rank) {
        if (!nodes[rank].has_value()) Use(found[rank], ShapeOfRank(*work.request, rank));
        nodes[rank] = found[rank];
      }
      patch["metadata"]["annotations"][kNodesAnnotation] = NamesOf(found);
    }
    if (!work.group->no_place.empty()) patch["metadata"]["annotations"][kNoPlaceAnnotation] = nullptr;
    if (!patch.is_null()) Patch(*work.leader, std::move(patch), &plan);
    for (const auto& [rank, member] : work.group->members) {
      const bool is_of_group = rank > 0 && rank < static_cast<int64_t>(nodes.size());
      if (!member.waits || !is_of_group) continue;
      Patch(member, PatchOf(member, topology_.Node(*nodes[static_cast<size_t>(rank)]).facts), &plan);
    }
    return plan.Take();
  }

  // Whether a worker waits whose rank has no node.
  static bool IsMissing(const Work& work) {
    const auto& members = work.group->members;
    return std::any_of(members.begin(), members.end(), [&work](const auto& member) {
      const auto rank = static_cast<size_t>(member.first);
      return member.second.waits && member.first >= 0 && rank < work.nodes.size() && !work.nodes[rank].has_value();
    });
  }

  Plan RecordNoFit(const GroupId& id, const Work& work, const NoFit& no_fit) {
    if (pods_.staying().size() < pods_.placed().size() && FitsWithoutThoseThatLeave(work)) return Plan();
    return RecordNoPlace(id, work, NoFitReasonText(no_fit.reason), DescribeNoFit(no_fit));
  }

  bool FitsWithoutThoseThatLeave(const Work& work) {
    const Capacity* staying = Staying();
    if (staying == nullptr) return false;
    const absl::StatusOr<PlacementResult> result = work.nodes.empty()
                                                       ? AssignGroup(*staying, *work.request)
                                                       : AssignMissingRanks(*staying, *work.request, work.nodes);
    return result.ok() && result->assignment.has_value();
  }

  // What is free when the pods that are being deleted are gone, beside what groups took in this look. Null when a pod
  // does not parse. The pods are read once.
  const Capacity* Staying() {
    if (!staying_.has_value()) {
      staying_.emplace(observation_.topology);
      if (!UseCapacityOfRunningPods(pods_.staying(), &*staying_).ok()) return nullptr;
    }
    for (; taken_by_staying_ < taken_.size(); ++taken_by_staying_) {
      staying_->Use(taken_[taken_by_staying_].first, taken_[taken_by_staying_].second);
    }
    return &*staying_;
  }

  static Plan RecordError(const GroupId& id, const Work& work, const absl::Status& status) {
    return RecordNoPlace(id, work, status.message(), status.message());
  }

  // Law 4.
  static Plan RecordNoPlace(const GroupId& id, const Work& work, absl::string_view reason, absl::string_view note) {
    PlanBuilder plan(id.namespace_name, id.set_name);
    if (work.group->no_place == reason) return plan.Take();
    Json patch;
    patch["metadata"]["annotations"][kNoPlaceAnnotation] = std::string(reason);
    Patch(*work.leader, std::move(patch), &plan);
    plan.Warn("NoPlace", "Place", absl::StrCat("group ", id.index, " has no place: ", note),
              ObjectRef{"Pod", work.leader->meta.namespace_name, work.leader->meta.name});
    return plan.Take();
  }

  static void Patch(const GroupPod& member, Json patch, PlanBuilder* plan) {
    Action& action = plan->Patch("v1", "Pod", member.meta, std::move(patch));
    action.uid = member.meta.uid;
    action.resource_version = member.meta.resource_version;
    action.conflict_is_retry = true;
  }

  std::string NamesOf(const std::vector<int32_t>& nodes) const {
    Json names = Json::array();
    for (const int32_t node : nodes) names.push_back(topology_.Node(node).facts.name);
    return names.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  const PlacementObservation& observation_;
  const Topology& topology_;
  const Pods& pods_;
  Capacity free_;
  const int64_t most_pods_;
  std::vector<std::pair<int32_t, PodShape>> taken_;  // for pods that are not on their nodes yet
  std::optional<Capacity> staying_;
  size_t taken_by_staying_ = 0;  // of taken_
  std::map<GroupId, Work> open_;
  std::vector<Plan> plans_;
};

}  // namespace

absl::StatusOr<std::vector<Plan>> PlaceGroups(const PlacementObservation& observation) {
  Pods pods;
  absl::Status status = pods.Read(observation.pods);
  if (!status.ok()) return status;
  return Placing(observation, pods).Run();
}

std::optional<absl::StatusOr<GroupRequest>> GroupRequestAtRevision(const SetObservation& observation,
                                                                   absl::string_view revision_key,
                                                                   const SetPlacement& placement, int64_t group_index) {
  if (observation.set == nullptr) return std::nullopt;
  const ObservedRevision* revision = OwnedRevisions(*observation.set, observation.revisions).Find(revision_key);
  if (revision == nullptr) return std::nullopt;
  // The revision of the set as it is gives the set itself.
  const bool is_present = observation.digest != nullptr && observation.digest->revision_data == revision->data;
  if (is_present) return GroupRequestFromSet(*observation.set, placement, group_index);
  const absl::StatusOr<LeaderWorkerSet> set = ApplyRevision(*observation.set, revision->data);
  if (!set.ok()) return set.status();
  return GroupRequestFromSet(*set, placement, group_index);
}

}  // namespace lws
