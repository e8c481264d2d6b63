// Reads nodes, pods and sets from documents for placement.
#include "lws/placement/cluster_documents.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/placement/running_groups.h"
#include "lws/placement/set_request.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

SharedJson Document(const char* text) { return std::make_shared<const Json>(Json::parse(text)); }

NodeExclusion Check(const char* pod_spec, const char* node) {
  return NodeFilter::FromPodSpec(Json::parse(pod_spec))->Check(ReadTopologyNode(Json::parse(node))->facts);
}

std::string Terms(const std::string& requirement) {
  return R"({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms":
      [{"matchExpressions": [)" +
         requirement + "]}]}}}}";
}

TEST(ClusterDocumentsTest, EveryOperatorOfNodeAffinity) {
  const char* node = R"({"kind": "Node", "metadata": {"name": "n", "labels": {"zone": "a", "gen": "7"}}})";
  const std::vector<std::pair<std::string, bool>> cases = {
      {R"({"key": "zone", "operator": "In", "values": ["a", "b"]})", true},
      {R"({"key": "zone", "operator": "In", "values": ["b"]})", false},
      {R"({"key": "row", "operator": "In", "values": ["b"]})", false},
      {R"({"key": "zone", "operator": "NotIn", "values": ["b"]})", true},
      {R"({"key": "row", "operator": "NotIn", "values": ["b"]})", true},
      {R"({"key": "zone", "operator": "NotIn", "values": ["a"]})", false},
      {R"({"key": "zone", "operator": "Exists"})", true},
      {R"({"key": "row", "operator": "Exists"})", false},
      {R"({"key": "row", "operator": "DoesNotExist"})", true},
      {R"({"key": "gen", "operator": "Gt", "values": ["6"]})", true},
      {R"({"key": "gen", "operator": "Gt", "values": ["7"]})", false},
      {R"({"key": "gen", "operator": "Lt", "values": ["10"]})", true},
      {R"({"key": "zone", "operator": "Lt", "values": ["10"]})", false},
  };
  for (const auto& [requirement, matches] : cases) {
    EXPECT_EQ(Check(Terms(requirement).c_str(), node) == NodeExclusion::kNone, matches) << requirement;
  }
  EXPECT_FALSE(NodeFilter::FromPodSpec(Json::parse(Terms(R"({"key": "a", "operator": "Near"})"))).ok());
}

TEST(ClusterDocumentsTest, TaintsReadinessAndCordons) {
  const char* tainted = R"({"metadata": {"name": "n"}, "spec": {"taints": [{"key": "gpu", "value": "a100",
                            "effect": "NoSchedule"}]}})";
  EXPECT_EQ(Check("{}", tainted), NodeExclusion::kTaint);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "gpu", "value": "a100"}]})", tainted), NodeExclusion::kNone);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "gpu", "value": "h100"}]})", tainted), NodeExclusion::kTaint);
  EXPECT_EQ(Check(R"({"tolerations": [{"operator": "Exists"}]})", tainted), NodeExclusion::kNone);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoExecute"}]})", tainted),
            NodeExclusion::kTaint);
  EXPECT_EQ(Check("{}", R"({"metadata": {"name": "n"}, "spec": {"taints": [{"key": "a", "effect":
                          "PreferNoSchedule"}]}})"),
            NodeExclusion::kNone);
  const char* cordoned = R"({"metadata": {"name": "n"}, "spec": {"unschedulable": true}})";
  EXPECT_EQ(Check("{}", cordoned), NodeExclusion::kTaint);
  EXPECT_EQ(Check(R"({"tolerations": [{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}]})", cordoned),
            NodeExclusion::kNone);
  EXPECT_EQ(Check("{}", R"({"metadata": {"name": "n"}, "status": {"conditions": [{"type": "Ready", "status":
                          "Unknown"}]}})"),
            NodeExclusion::kNotReady);
  EXPECT_EQ(Check(R"({"nodeSelector": {"a": "b"}})", R"({"metadata": {"name": "n"}})"), NodeExclusion::kSelector);
}

TEST(ClusterDocumentsTest, ShapesSumAsTheSchedulerSums) {
  const PodShape shape = *PodShapeFromSpec(Json::parse(R"({
    "overhead": {"cpu": "100m"},
    "initContainers": [{"name": "sidecar", "restartPolicy": "Always", "resources": {"requests": {"cpu": "200m"}}},
                       {"name": "init", "resources": {"requests": {"memory": "2Gi"}}}],
    "containers": [{"name": "a", "resources": {"requests": {"cpu": "1.5", "memory": "1Gi"}, "limits": {"cpu": "4"}}},
                   {"name": "b", "resources": {"limits": {"nvidia.com/gpu": "8"}}}]})"));
  EXPECT_EQ(shape.amounts, (ResourceAmounts{{"cpu", 1800}, {"memory", int64_t{2} << 30}, {"nvidia.com/gpu", 8}}));
}

TEST(ClusterDocumentsTest, PodsTakeRoomAndHoldDomains) {
  const SharedJson node = Document(R"({"kind": "Node", "metadata": {"name": "n", "labels": {"rack": "r"}},
      "status": {"allocatable": {"cpu": "2500m", "pods": "10"}}})");
  Capacity capacity(*TopologyFromNodes({node}, {"rack"}));
  const std::vector<SharedJson> pods = {
      Document(R"({"kind": "Pod", "metadata": {"name": "a",
        "labels": {"leaderworkerset.sigs.k8s.io/group-key": "k"},
        "annotations": {"leaderworkerset.sigs.k8s.io/exclusive-topology": "rack"}},
        "spec": {"nodeName": "n", "containers": [{"resources": {"requests": {"cpu": 1}}}]}})"),
      Document(R"({"kind": "Pod", "metadata": {"name": "b"}, "status": {"phase": "Succeeded"},
        "spec": {"nodeName": "n", "containers": [{"resources": {"requests": {"cpu": 1}}}]}})"),
      Document(R"({"kind": "Pod", "metadata": {"name": "c"}, "spec": {"containers": []}})")};
  ASSERT_TRUE(UseCapacityOfRunningPods(pods, &capacity).ok());
  EXPECT_EQ(capacity.Free(0)[0], 9);
  EXPECT_EQ(capacity.Free(0)[1], 1500);
  EXPECT_EQ(capacity.Holds(Holder::kGroup, "default", 0, 0), 1);
  EXPECT_EQ(capacity.Holds(Holder::kSubgroup, "default", 0, 0), 0);
}

TEST(ClusterDocumentsTest, ErrorsNameObjectAndField) {
  EXPECT_EQ(TopologyFromNodes({Document(R"({"kind": "Node", "metadata": {"name": "n"},
                "status": {"allocatable": {"cpu": "many"}}})")},
                              {"rack"})
                .status()
                .message()
                .substr(0, 37),
            "Node n: status.allocatable.cpu: quant");
  const SharedJson node = Document(R"({"kind": "Node", "metadata": {"name": "n", "labels": {"rack": "r"}},
      "status": {"allocatable": {"cpu": "-1"}}})");
  EXPECT_EQ(TopologyFromNodes({node}, {"rack"}).status().message(), "Node n: status.allocatable.cpu: is negative");
  EXPECT_FALSE(ReadTopologyNode(Json::parse(R"({"metadata": {"labels": 3}})")).ok());
}

TEST(SetRequestTest, Laws1And2LeadersAndExclusiveLevels) {
  const SetAdmission admission = AdmitSet(Json::parse(R"({
    "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "annotations": {
      "leaderworkerset.sigs.k8s.io/exclusive-topology": "block",
      "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology": "rack"}},
    "spec": {"leaderWorkerTemplate": {"size": 9, "subGroupPolicy": {"subGroupSize": 4},
      "leaderTemplate": {"spec": {"containers": [{"name": "l", "image": "i"}]}},
      "workerTemplate": {"spec": {"containers": [{"name": "w", "image": "i",
        "resources": {"limits": {"nvidia.com/gpu": "8"}}}]}}}}})"));
  ASSERT_NE(admission.set, nullptr) << JoinFieldErrors(admission.errors);
  SetPlacement placement;
  placement.subgroup_level = "rack";
  placement.exclusive_level = "block";
  const GroupRequest request = *GroupRequestFromSet(*admission.set, placement);
  EXPECT_EQ(request.workers, 8);
  EXPECT_TRUE(request.leader->amounts.empty());
  EXPECT_EQ(request.worker.amounts.at("nvidia.com/gpu"), 8);
  EXPECT_EQ(request.exclusive_levels, std::vector<std::string>{"block"});
  EXPECT_EQ(request.subgroup_leader, SubgroupLeader::kExtra);
  ASSERT_EQ(request.subgroups.size(), 2);
  EXPECT_TRUE(request.subgroups[1].exclusive);
}

GroupRequest RequestOf(Json leader_worker_template) {
  const SetAdmission admission = AdmitSet({{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
                                           {"kind", "LeaderWorkerSet"},
                                           {"metadata", {{"name", "s"}, {"namespace", "n"}}},
                                           {"spec", {{"leaderWorkerTemplate", std::move(leader_worker_template)}}}});
  EXPECT_NE(admission.set, nullptr) << JoinFieldErrors(admission.errors);
  if (admission.set == nullptr) return {};
  const absl::StatusOr<GroupRequest> request = GroupRequestFromSet(*admission.set, {}, /*group_index=*/3);
  EXPECT_TRUE(request.ok()) << request.status();
  return request.value_or(GroupRequest());
}

Json Template(const char* annotations) {
  return {{"metadata", {{"annotations", Json::parse(annotations)}, {"labels", {{"app", "a"}}}}},
          {"spec", {{"containers", {{{"name", "c"}, {"image", "i"}}}}}}};
}

TEST(SetRequestTest, Law1WorkersAreAllButTheLeader) {
  for (int size = 1; size <= 5; ++size) {
    for (const bool has_template : {false, true}) {
      Json group = {{"size", size}, {"workerTemplate", Template("{}")}};
      group["workerTemplate"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "2";
      if (has_template) group["leaderTemplate"] = Template("{}");
      const GroupRequest request = RequestOf(group);
      EXPECT_EQ(request.workers, size - 1);
      ASSERT_TRUE(request.leader.has_value());
      EXPECT_EQ(request.leader->amounts.empty(), has_template) << size;
      EXPECT_EQ(request.worker.amounts.at("cpu"), 2000) << size;
    }
  }
}

// Subgroups of a set of this size, and how its leader belongs to them; nullopt where there cannot be such a set.
std::optional<SubgroupLeader> LeaderOfSubgroups(int size, int subgroup_size, bool excludes_leader) {
  if (subgroup_size > size) return std::nullopt;
  if (excludes_leader) {
    return (size - 1) % subgroup_size == 0 ? std::optional<SubgroupLeader>(SubgroupLeader::kOutside) : std::nullopt;
  }
  if (size % subgroup_size == 0) return SubgroupLeader::kMember;
  return (size - 1) % subgroup_size == 0 ? std::optional<SubgroupLeader>(SubgroupLeader::kExtra) : std::nullopt;
}

TEST(SetRequestTest, Law3SubgroupsAreThoseOfThePolicy) {
  int requests = 0;
  for (int size = 2; size <= 9; ++size) {
    for (int subgroup_size = 1; subgroup_size < size; ++subgroup_size) {
      for (const bool excludes_leader : {false, true}) {
        const auto leader = LeaderOfSubgroups(size, subgroup_size, excludes_leader);
        const Json policy = {{"subGroupSize", subgroup_size},
                             {"subGroupPolicyType", excludes_leader ? "LeaderExcluded" : "LeaderWorker"}};
        const SetAdmission admission =
            AdmitSet({{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
                      {"kind", "LeaderWorkerSet"},
                      {"metadata", {{"name", "s"}, {"namespace", "n"}}},
                      {"spec",
                       {{"leaderWorkerTemplate",
                         {{"size", size}, {"subGroupPolicy", policy}, {"workerTemplate", Template("{}")}}}}}});
        ASSERT_EQ(admission.set != nullptr, leader.has_value()) << size << " by " << policy;
        if (!leader.has_value()) continue;
        ++requests;
        SetPlacement placement;
        placement.subgroup_level = "rack";
        const absl::StatusOr<GroupRequest> request = GroupRequestFromSet(*admission.set, placement);
        ASSERT_TRUE(request.ok()) << request.status();
        ASSERT_EQ(request->subgroups.size(), 1) << size << " by " << policy;
        EXPECT_EQ(request->subgroups[0].size, subgroup_size);
        EXPECT_EQ(request->subgroups[0].level, "rack");
        EXPECT_FALSE(request->subgroups[0].exclusive);
        EXPECT_EQ(request->subgroup_leader, *leader) << size << " by " << policy;
      }
    }
  }
  EXPECT_GT(requests, 20);
}

TEST(SetRequestTest, Law4KueuesTopologyAnnotationsAreRead) {
  const Json sliced = Template(R"({"kueue.x-k8s.io/podset-preferred-topology": "block",
      "kueue.x-k8s.io/podset-slice-required-topology": "rack", "kueue.x-k8s.io/podset-slice-size": "2"})");
  GroupRequest request = RequestOf({{"size", 4}, {"workerTemplate", sliced}});
  EXPECT_EQ(request.closeness, Closeness::kPreferred);
  EXPECT_EQ(request.level, "block");
  ASSERT_EQ(request.subgroups.size(), 1);
  EXPECT_EQ(request.subgroups[0].size, 2);
  EXPECT_EQ(request.subgroups[0].level, "rack");
  EXPECT_EQ(request.subgroup_leader, SubgroupLeader::kMember);
  // A leader with its own template is in no slice.
  request = RequestOf({{"size", 5}, {"workerTemplate", sliced}, {"leaderTemplate", Template("{}")}});
  EXPECT_EQ(request.subgroup_leader, SubgroupLeader::kOutside);
  // A requirement of the workers' template binds only the workers.
  const Json required = Template(R"({"kueue.x-k8s.io/podset-required-topology": "rack"})");
  request = RequestOf({{"size", 5}, {"workerTemplate", required}, {"leaderTemplate", Template("{}")}});
  EXPECT_EQ(request.closeness, Closeness::kUnconstrained);
  ASSERT_EQ(request.subgroups.size(), 1);
  EXPECT_EQ(request.subgroups[0].size, 4);
  request = RequestOf({{"size", 5}, {"workerTemplate", required}, {"leaderTemplate", required}});
  EXPECT_EQ(request.closeness, Closeness::kRequired);
  EXPECT_TRUE(request.not_looked_at.empty());
  request = RequestOf({{"size", 5}, {"workerTemplate", Template("{}")}, {"leaderTemplate", required}});
  EXPECT_EQ(request.not_looked_at,
            std::vector<std::string>{"kueue.x-k8s.io/podset-required-topology of leaderTemplate"});
}

// The error names the annotation, so that a caller can say on which line it stands.
TEST(SetRequestTest, Law4ASliceThatIsNoneNamesItsAnnotation) {
  struct Mistake {
    const char* annotations;
    const char* field;
    const char* text;
  };
  const std::string of = "spec.leaderWorkerTemplate.workerTemplate.metadata.annotations.kueue.x-k8s.io/podset-";
  for (const Mistake& mistake :
       {Mistake{R"("kueue.x-k8s.io/podset-slice-size": "x")", "slice-size", "\"x\" is not a positive integer"},
        Mistake{R"("kueue.x-k8s.io/podset-slice-size": "0")", "slice-size", "\"0\" is not a positive integer"},
        Mistake{R"("kueue.x-k8s.io/podset-slice-size": "3")", "slice-size",
                "\"3\" does not divide the pods of its pod set"},
        Mistake{R"("a": "b")", "slice-required-topology",
                "needs kueue.x-k8s.io/podset-slice-size, which is missing"}}) {
    const Json sliced =
        Template(absl::StrCat(R"({"kueue.x-k8s.io/podset-slice-required-topology": "rack", )", mistake.annotations, "}")
                     .c_str());
    const SetAdmission admission =
        AdmitSet({{"apiVersion", "leaderworkerset.x-k8s.io/v1"},
                  {"kind", "LeaderWorkerSet"},
                  {"metadata", {{"name", "s"}, {"namespace", "n"}}},
                  {"spec", {{"leaderWorkerTemplate", {{"size", 4}, {"workerTemplate", sliced}}}}}});
    ASSERT_NE(admission.set, nullptr);
    const absl::Status status = GroupRequestFromSet(*admission.set, {}).status();
    EXPECT_EQ(FieldOfStatus(status), absl::StrCat(of, mistake.field));
    EXPECT_EQ(status.message(), absl::StrCat(of, mistake.field, ": ", mistake.text));
  }
}

TEST(ClusterDocumentsTest, LabelsOfTheGroupsPods) {
  const GroupRequest request = RequestOf({{"size", 2}, {"workerTemplate", Template("{}")}});
  EXPECT_EQ(request.namespace_name, "n");
  const std::map<std::string, std::string>& leader = request.leader->rules->labels;
  EXPECT_EQ(leader.at("app"), "a");
  EXPECT_EQ(leader.at("leaderworkerset.sigs.k8s.io/name"), "s");
  EXPECT_EQ(leader.at("leaderworkerset.sigs.k8s.io/group-index"), "3");
  EXPECT_EQ(leader.at("leaderworkerset.sigs.k8s.io/worker-index"), "0");
  EXPECT_NE(request.worker.rules->labels.at("leaderworkerset.sigs.k8s.io/worker-index"), "0");
}

TEST(ClusterDocumentsTest, RunningGroupsByRank) {
  const auto pod = [](const char* rank, const char* more) {
    Json document = Json::parse(R"({"kind": "Pod", "metadata": {"name": "p", "labels": {
        "leaderworkerset.sigs.k8s.io/name": "s", "leaderworkerset.sigs.k8s.io/group-index": "2"}},
        "spec": {"nodeName": "n1"}})");
    document["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/worker-index"] = rank;
    document.merge_patch(Json::parse(more));
    return std::make_shared<const Json>(std::move(document));
  };
  const std::map<GroupId, RunningGroup> groups = *NodesOfRunningGroups(std::vector<SharedJson>{
      pod("0", "{}"), pod("1", R"({"metadata": {"deletionTimestamp": "t"}})"),
      pod("2", R"({"status": {"phase": "Failed"}})"), pod("3", R"({"spec": {"nodeName": null}})"), pod("4", "{}")});
  ASSERT_EQ(groups.size(), 1);
  EXPECT_EQ(groups.begin()->first.namespace_name, "default");
  EXPECT_EQ(groups.begin()->first.index, 2);
  EXPECT_EQ(groups.begin()->second, (RunningGroup{{0, "n1"}, {4, "n1"}}));
}

TEST(ClusterDocumentsTest, PodsThatNameTheirNodePassByTheScheduler) {
  const char* tainted = R"({"metadata": {"name": "n"}, "spec": {"unschedulable": true, "taints": [
                            {"key": "gpu", "effect": "NoSchedule"}]}})";
  EXPECT_EQ(Check(R"({"nodeName": "n"})", tainted), NodeExclusion::kNone);
  EXPECT_EQ(Check(R"({"nodeName": "m"})", tainted), NodeExclusion::kNodeName);
  const char* evicting = R"({"metadata": {"name": "n"}, "spec": {"taints": [{"key": "gpu", "effect": "NoExecute"}]}})";
  EXPECT_EQ(Check(R"({"nodeName": "n"})", evicting), NodeExclusion::kTaint);
}

}  // namespace
}  // namespace lws
