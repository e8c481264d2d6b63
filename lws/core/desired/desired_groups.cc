#include "lws/core/desired/desired_groups.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/pod_name.h"
#include "lws/api/pod_tpus.h"
#include "lws/api/revision_key.h"
#include "lws/api/spec_counts.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/revision/revision_data.h"
#include "lws/placement/node_binding.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::GroupService;
using internal::HasSharedSubdomain;
using internal::LeaderStatefulSet;
using internal::PodRequestsTpus;
using internal::RevisionObject;
using internal::SharedService;
using internal::SpecReplicas;
using internal::SpecSize;
using internal::WorkerStatefulSet;

namespace {

SharedJson Share(Json document) { return std::make_shared<const Json>(std::move(document)); }

// The leader pod as it will be, without what only a cluster adds.
ObservedPod FutureLeader(const LeaderWorkerSet& set, const std::string& revision_key, int32_t index) {
  ObservedPod leader;
  leader.meta.namespace_name = set.metadata().namespace_();
  leader.meta.name = LeaderPodName(set.metadata().name(), index);
  leader.meta.set_name = set.metadata().name();
  leader.meta.revision_key = revision_key;
  leader.meta.group_index = absl::StrCat(index);
  leader.worker_index = "0";
  leader.group_key = GroupKey(leader.meta.namespace_name, leader.meta.name);
  leader.requests_tpus =
      PodRequestsTpus(LeaderTemplate(set.spec().leader_worker_template()).value("spec", Json::object()));
  return leader;
}

}  // namespace

DesiredGroup DesiredGroupAt(const LeaderWorkerSet& set, const std::string& revision_key, int32_t index) {
  const int32_t size = SpecSize(set.spec());
  const ObservedPod leader = FutureLeader(set, revision_key, index);
  DesiredGroup group;
  group.index = index;
  group.leader_pod_name = leader.meta.name;
  group.workers = std::max(0, size - 1);
  if (size > 1) group.worker_statefulset = Share(WorkerStatefulSet(set, leader, std::nullopt));
  if (!HasSharedSubdomain(set)) group.service = Share(GroupService(set, leader));
  return group;
}

absl::StatusOr<DesiredSet> DesiredWithoutGroups(const LeaderWorkerSet& set) {
  const std::string data = RevisionData(set);
  DesiredSet desired;
  desired.revision_key = RevisionKey(data);
  desired.revision = Share(
      RevisionObject(set, RevisionName(set.metadata().name(), desired.revision_key, 1), desired.revision_key, 1, data));
  absl::StatusOr<Json> leader_statefulset = LeaderStatefulSet(
      set, desired.revision_key, set.spec().rollout_strategy().rolling_update_configuration().partition(),
      SpecReplicas(set.spec()));
  if (!leader_statefulset.ok()) return leader_statefulset.status();
  desired.leader_statefulset = Share(*std::move(leader_statefulset));
  if (HasSharedSubdomain(set)) desired.service = Share(SharedService(set));
  return desired;
}

absl::StatusOr<DesiredSet> DesiredGroups(const LeaderWorkerSet& set, const PlacedGroups* placed) {
  absl::StatusOr<DesiredSet> desired = DesiredWithoutGroups(set);
  if (!desired.ok()) return desired.status();
  const int32_t size = SpecSize(set.spec());
  for (int32_t index = 0; index < SpecReplicas(set.spec()); ++index) {
    DesiredGroup group = DesiredGroupAt(set, desired->revision_key, index);
    for (int32_t rank = 0; placed != nullptr && rank < size; ++rank) {
      Json patch = Json::object();
      if (!placed->Bind({set.metadata().namespace_(), set.metadata().name(), index}, rank, &patch)) break;
      group.node_patches.push_back(Share(std::move(patch)));
    }
    desired->groups.push_back(std::move(group));
  }
  return desired;
}

}  // namespace lws
