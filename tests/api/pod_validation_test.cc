// The rules accept any document, and the pods of a StatefulSet keep its laws. tests/traces compares the rules with a
// real API server.
#include "lws/api/pod_validation.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/claim_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/service_validation.h"
#include "lws/api/statefulset_pod.h"
#include "lws/api/statefulset_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// A StatefulSet with something in most fields.
Json Full() {
  return Json::parse(R"({
    "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": "n", "labels": {"a": "b"},
      "annotations": {"c": "d"}, "finalizers": ["x/y"], "uid": "u"},
    "spec": {"serviceName": "s", "replicas": 2, "ordinals": {"start": 1}, "podManagementPolicy": "Parallel",
      "selector": {"matchLabels": {"app": "s"},
        "matchExpressions": [{"key": "app", "operator": "In", "values": ["s"]}]},
      "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}},
      "volumeClaimTemplates": [{"metadata": {"name": "v"}, "spec": {"accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}}}}],
      "template": {"metadata": {"labels": {"app": "s"}, "annotations": {"k": "v"}}, "spec": {
        "restartPolicy": "Always", "dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.2.3.4"], "searches": ["a.b"],
          "options": [{"name": "o"}]}, "terminationGracePeriodSeconds": 3, "nodeSelector": {"a": "b"},
        "securityContext": {"runAsUser": 1, "sysctls": [{"name": "a.b", "value": "1"}], "supplementalGroups": [1]},
        "resourceClaims": [{"name": "r", "resourceClaimName": "x"}],
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "hostAliases": [{"ip": "1.2.3.4", "hostnames": ["a"]}], "overhead": {"cpu": "1"}, "os": {"name": "linux"},
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}]}},
          "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
            {"labelSelector": {"matchLabels": {"a": "b"}}, "topologyKey": "t", "namespaces": ["n"]}],
            "preferredDuringSchedulingIgnoredDuringExecution": [
              {"weight": 1, "podAffinityTerm": {"topologyKey": "t"}}]}},
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "t", "whenUnsatisfiable": "DoNotSchedule"}],
        "volumes": [{"name": "w", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "s", "secret": {"secretName": "x",
          "items": [{"key": "k", "path": "p", "mode": 1}]}}, {"name": "p", "projected": {"sources": [
          {"downwardAPI": {"items": [{"path": "q", "fieldRef": {"fieldPath": "metadata.labels['a']"}}]}}]}}],
        "initContainers": [{"name": "i", "image": "i:1", "restartPolicy": "Always"}],
        "containers": [{"name": "c", "image": "i:1", "ports": [{"name": "p", "containerPort": 80, "hostPort": 80}],
          "env": [{"name": "a", "value": "b"}, {"name": "c", "valueFrom": {"secretKeyRef": {"name": "x", "key": "k"}}}],
          "envFrom": [{"prefix": "p", "configMapRef": {"name": "m"}}],
          "resources": {"limits": {"cpu": "1", "nvidia.com/gpu": "1"}, "requests": {"cpu": "1"},
            "claims": [{"name": "r"}]},
          "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "w", "mountPath": "/w", "subPath": "x"}],
          "livenessProbe": {"httpGet": {"port": "p", "httpHeaders": [{"name": "h", "value": "v"}]}},
          "readinessProbe": {"exec": {"command": ["x"]}}, "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
          "securityContext": {"privileged": true, "capabilities": {"add": ["X"]},
            "seccompProfile": {"type": "Unconfined"}}
        }]}}}})");
}

std::vector<std::string> Pointers(const Json& value, const std::string& prefix = "") {
  std::vector<std::string> pointers;
  if (!value.is_structured()) return pointers;
  for (const auto& [key, item] : value.items()) {
    std::string escaped;
    for (const char c : key) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    pointers.push_back(prefix + "/" + escaped);
    for (const std::string& below : Pointers(item, pointers.back())) pointers.push_back(below);
  }
  return pointers;
}

FieldErrors ValidateAll(const Json& set) {
  FieldErrors errors = ValidateStatefulSet(set);
  ValidateStatefulSetUpdate(Full(), set);
  ValidateStatefulSetUpdate(set, Full());
  ValidateHeadlessService(set);
  for (const Json& claim : StatefulSetClaims(set, "s-0")) ValidateClaim(claim);
  const Json pod_template =
      set.contains("spec") && set["spec"].is_object() ? set["spec"].value("template", Json()) : Json();
  ValidatePod(StatefulSetPod(set, pod_template, 0, "s-1"));
  return errors;
}

TEST(PodValidationTest, AnyValueMayHaveAnyType) {
  const Json full = Full();
  ASSERT_EQ(JoinFieldErrors(ValidateAll(full)), "");
  const std::vector<Json> values = {nullptr,
                                    true,
                                    -1,
                                    1e300,
                                    "",
                                    "x y",
                                    Json::array(),
                                    Json::array({Json()}),
                                    Json::array({"a", 1, Json::object()}),
                                    Json::object(),
                                    {{"a", Json::array()}}};
  size_t refused = 0;
  for (const std::string& pointer : Pointers(full)) {
    for (const Json& value : values) {
      Json changed = full;
      changed[Json::json_pointer(pointer)] = value;
      refused += !ValidateAll(changed).empty();
    }
  }
  EXPECT_GT(refused, 500);
}

// Calls every method of the value, and of all that lies in it. Returns how many values there were.
int Visit(const FieldValue& value) {
  int visited = 1;
  const bool is_nothing = value.json().is_null();
  EXPECT_EQ(value.exists(), !is_nothing) << value.path();
  EXPECT_EQ(value.empty(), value.size() == 0) << value.path();
  EXPECT_TRUE(value.json().is_string() || value.TextOr("").empty()) << value.path();
  EXPECT_TRUE(value.json().is_boolean() || !value.Flag()) << value.path();
  EXPECT_TRUE(value.json().is_number() || !value.Number().has_value()) << value.path();
  EXPECT_EQ(value.Texts().size(), value.Items().size()) << value.path();
  EXPECT_LE(value.Entries().size(), value.Keys().size()) << value.path();
  EXPECT_FALSE(value["no such field"].exists()) << value.path();
  EXPECT_FALSE(value.At("no such key").exists()) << value.path();
  for (const std::string& key : value.Keys()) visited += Visit(value[key]);
  for (const FieldValue& item : value.Items()) visited += Visit(item);
  return visited;
}

TEST(FieldValueTest, Law1NoMethodFails) {
  EXPECT_GT(Visit(FieldValue(Full(), "")), 200);
  const std::string not_utf8 = "\xff";
  for (const Json& value :
       {Json(), Json(true), Json(-1), Json(UINT64_MAX), Json(1e300), Json(""), Json(not_utf8), Json::array(),
        Json::array({Json(), Json::array({1}), "x"}), Json::object(), Json{{"", Json()}}, Json{{"a", {{"b", 1}}}},
        Json::binary({1, 2}), Json(Json::value_t::discarded)}) {
    EXPECT_GE(Visit(FieldValue(value, "")), 1);
  }
}

TEST(FieldValueTest, ReadsAsEmptyWhatIsNotThere) {
  const Json document = {{"a", Json::array({1, "x"})}, {"b", {{"c", true}}}, {"d", nullptr}};
  const FieldValue root(document, "");
  EXPECT_EQ(root["a"].Items()[1].path(), "a[1]");
  EXPECT_EQ(root["a"].Items()[1].Text(), "x");
  EXPECT_EQ(root["a"]["b"]["c"].path(), "a.b.c");
  EXPECT_FALSE(root["a"]["b"]["c"].exists());
  EXPECT_TRUE(root["b"]["c"].Flag());
  EXPECT_FALSE(root["d"].exists());
  EXPECT_EQ(root["b"].At("c").path(), "b[c]");
  EXPECT_EQ(root["b"].Text(), "");
  EXPECT_EQ(root["b"].Number(), std::nullopt);
  EXPECT_EQ(root["a"].Items()[0].Number(), 1);
  EXPECT_TRUE(root["b"]["c"].Items().empty());
}

TEST(StatefulSetPodTest, Law1EqualArgumentsGiveEqualBytes) {
  const Json set = Full();
  const Json same = Json::parse(set.dump());
  std::set<std::string> pods;
  for (int ordinal = 0; ordinal < 4; ++ordinal) {
    for (const std::string revision : {"s-1", "s-2"}) {
      const std::string pod = StatefulSetPod(set, set["spec"]["template"], ordinal, revision).dump();
      EXPECT_EQ(StatefulSetPod(same, same["spec"]["template"], ordinal, revision).dump(), pod);
      EXPECT_TRUE(pods.insert(pod).second) << ordinal << " " << revision;
    }
    const std::string name = "s-" + std::to_string(ordinal);
    EXPECT_EQ(StatefulSetClaims(same, name), StatefulSetClaims(set, name));
  }
  EXPECT_EQ(set, Full());
}

TEST(StatefulSetPodTest, Law2ClaimsTakeThePlaceOfVolumes) {
  Json set = Full();
  set["spec"]["template"]["spec"]["volumes"][1]["name"] = "v";
  const Json pod = StatefulSetPod(set, set["spec"]["template"], 3, "s-hash");
  EXPECT_EQ(pod["metadata"]["name"], "s-3");
  EXPECT_EQ(pod["metadata"]["labels"]["controller-revision-hash"], "s-hash");
  EXPECT_EQ(pod["spec"]["hostname"], "s-3");
  EXPECT_EQ(pod["spec"]["subdomain"], "s");
  EXPECT_EQ(pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"], "v-s-3");
  EXPECT_EQ(pod["spec"]["volumes"].size(), 3);
  EXPECT_EQ(StatefulSetPod(set, set["spec"]["template"], 3, "s-hash"), pod);
  const std::vector<Json> claims = StatefulSetClaims(set, "s-3");
  ASSERT_EQ(claims.size(), 1);
  EXPECT_EQ(claims[0]["metadata"]["name"], "v-s-3");
  EXPECT_EQ(claims[0]["metadata"]["labels"], Json({{"app", "s"}}));
}

// A pod with a field of everything that operating systems decide about.
Json PodOfSystem(const std::string& system) {
  const Json context = {{"appArmorProfile", {{"type", "Unconfined"}}},
                        {"seLinuxOptions", {{"level", "x"}}},
                        {"seccompProfile", {{"type", "Unconfined"}}},
                        {"runAsUser", 1},
                        {"runAsGroup", 1}};
  Json of_pod = context;
  of_pod.update({{"fsGroup", 1},
                 {"fsGroupChangePolicy", "Always"},
                 {"sysctls", {{{"name", "a.b"}, {"value", "1"}}}},
                 {"supplementalGroups", {1}},
                 {"supplementalGroupsPolicy", "Merge"},
                 {"seLinuxChangePolicy", "Recursive"},
                 {"windowsOptions", {{"runAsUserName", "a"}}}});
  Json of_container = context;
  of_container.update({{"capabilities", Json::object()},
                       {"readOnlyRootFilesystem", true},
                       {"privileged", false},
                       {"allowPrivilegeEscalation", true},
                       {"procMount", "Default"},
                       {"windowsOptions", {{"runAsUserName", "a"}}}});
  Json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "p"}, {"namespace", "n"}}}};
  pod["spec"] = {{"hostPID", true},
                 {"hostIPC", true},
                 {"hostUsers", true},
                 {"shareProcessNamespace", false},
                 {"securityContext", of_pod},
                 {"containers", {{{"name", "c"}, {"image", "i:1"}, {"securityContext", of_container}}}}};
  if (!system.empty()) pod["spec"]["os"] = {{"name", system}};
  return pod;
}

std::vector<std::string> Fields(const FieldErrors& errors) {
  std::vector<std::string> fields;
  for (const FieldError& error : errors) fields.push_back(error.field);
  return fields;
}

// The words and the order are those of Kubernetes' validateLinux and validateWindows.
TEST(ValidatePodTest, AnOperatingSystemDoesNotHaveTheFieldsOfTheOther) {
  EXPECT_EQ(JoinFieldErrors(ValidatePod(PodOfSystem(""))), "");
  EXPECT_EQ(
      JoinFieldErrors(ValidatePod(PodOfSystem("linux"))),
      "[spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod, "
      "spec.containers[0].securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod]");
  std::vector<std::string> expected;
  for (const std::string field :
       {"securityContext.appArmorProfile", "securityContext.seLinuxOptions", "hostUsers", "hostPID", "hostIPC",
        "securityContext.seccompProfile", "securityContext.fsGroup", "securityContext.fsGroupChangePolicy",
        "securityContext.sysctls", "shareProcessNamespace", "securityContext.runAsUser", "securityContext.runAsGroup",
        "securityContext.supplementalGroups", "securityContext.supplementalGroupsPolicy",
        "securityContext.seLinuxChangePolicy"}) {
    expected.push_back("spec." + field);
  }
  for (const std::string field :
       {"appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
        "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"}) {
    expected.push_back("spec.containers[0].securityContext." + field);
  }
  const FieldErrors errors = ValidatePod(PodOfSystem("windows"));
  EXPECT_EQ(Fields(errors), expected);
  for (const FieldError& error : errors) EXPECT_EQ(error.detail, "Forbidden: cannot be set for a windows pod");
}

TEST(AddOverheadErrorsTest, AnOverheadIsThatOfARuntimeClass) {
  const auto errors = [](const Json& spec) {
    FieldErrors found;
    AddOverheadErrors({{"spec", spec}}, &found);
    return JoinFieldErrors(found);
  };
  EXPECT_EQ(
      errors({{"overhead", {{"cpu", "1"}}}}),
      "spec.overhead: Forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
  EXPECT_EQ(errors({{"overhead", {{"cpu", "1"}}}, {"runtimeClassName", "kata"}}), "");
  EXPECT_EQ(errors({{"overhead", Json::object()}}), "");
  EXPECT_EQ(errors({{"runtimeClassName", "kata"}}), "");
}

TEST(PriorityErrorsTest, APriorityIsThatOfItsClass) {
  constexpr char kPriority[] =
      "spec.priority: Forbidden: the integer value of priority (5) must not be provided in pod spec; priority "
      "admission "
      "controller computed 0 from the given PriorityClass name";
  constexpr char kPreemption[] =
      "spec.preemptionPolicy: Forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod "
      "spec; "
      "priority admission controller computed PreemptLowerPriority from the given PriorityClass name";
  const auto errors = [](const Json& spec) { return JoinFieldErrors(PriorityErrors({{"spec", spec}})); };
  EXPECT_EQ(errors(Json::object()), "");
  EXPECT_EQ(errors({{"priority", 0}, {"preemptionPolicy", "PreemptLowerPriority"}}), "");
  EXPECT_EQ(errors({{"priority", 5}}), kPriority);
  EXPECT_EQ(errors({{"priority", 5}, {"preemptionPolicy", "Never"}}), kPriority);
  EXPECT_EQ(errors({{"preemptionPolicy", "Never"}}), kPreemption);
  EXPECT_EQ(errors({{"priority", 5}, {"priorityClassName", "of-the-cluster"}}), "");
  EXPECT_EQ(errors({{"priority", 2000001000}, {"priorityClassName", "system-node-critical"}}), "");
  EXPECT_NE(errors({{"priority", 1}, {"priorityClassName", "system-cluster-critical"}}), "");
  EXPECT_EQ(errors(Json()), "");
}

}  // namespace
}  // namespace lws::internal
