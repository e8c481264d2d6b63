// The laws of what the API server says of pods, claims and StatefulSets, each over a small universe of its own. What
// the rules say of whole objects is held against a real API server in tests/traces.
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/claim_validation.h"
#include "lws/api/container_validation.h"
#include "lws/api/environment_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/json.h"
#include "lws/api/mount_validation.h"
#include "lws/api/pod_validation.h"
#include "lws/api/probe_validation.h"
#include "lws/api/resource_validation.h"
#include "lws/api/statefulset_validation.h"
#include "lws/api/volume_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// Names that are DNS labels, and some that are not.
const std::map<std::string, bool>& Names() {
  static const auto& names = *new std::map<std::string, bool>{
      {"", false}, {"A", false}, {"a.b", false}, {"-a", false}, {std::string(64, 'a'), false},
      {"a", true}, {"b", true},  {"a-b", true},  {"1", true},   {std::string(63, 'a'), true}};
  return names;
}

// The subsets of a few fields, as an object with these fields.
std::vector<Json> Subsets(const Json& fields) {
  std::vector<Json> subsets = {Json::object()};
  for (const auto& [key, value] : fields.items()) {
    const size_t before = subsets.size();
    for (size_t i = 0; i < before; ++i) {
      subsets.push_back(subsets[i]);
      subsets.back()[key] = value;
    }
  }
  return subsets;
}

TEST(FieldValueTest, APathNamesEveryStepHoweverDeep) {
  Json document = "end";
  std::string path;
  for (int depth = 0; depth < 20; ++depth)
    document = depth % 3 == 0 ? Json::array({0, document}) : Json{{"f", document}};
  FieldValue value(document, "");
  for (int depth = 19; depth >= 0; --depth) {
    const bool is_item = depth % 3 == 0;
    path += is_item ? "[1]" : path.empty() ? "f" : ".f";
    value = is_item ? value.Items()[1] : value["f"];
    EXPECT_EQ(value.path(), path);
    EXPECT_EQ(value["absent"].At("key").path(), path + ".absent[key]");
  }
  EXPECT_EQ(value.Text(), "end");
  EXPECT_EQ(value.Named("other")["a"].Items().size(), 0);
  EXPECT_EQ(value.Named("other")["a"].path(), "other.a");
}

FieldErrors VolumeErrors(const Json& volumes, UsableVolumes* usable = nullptr) {
  FieldErrors errors;
  const UsableVolumes found = CheckVolumes(FieldValue(volumes, "volumes"), {}, &errors);
  if (usable != nullptr) *usable = found;
  return errors;
}

TEST(VolumeValidationTest, Law1AVolumeHasOneSource) {
  const Json sources = {{"emptyDir", Json::object()},
                        {"secret", {{"secretName", "s"}}},
                        {"hostPath", {{"path", "/x"}}},
                        {"persistentVolumeClaim", {{"claimName", "c"}}}};
  for (const Json& some : Subsets(sources)) {
    Json volume = some;
    volume["name"] = "v";
    const FieldErrors errors = VolumeErrors(Json::array({volume}));
    // The first source is looked at, and each other one is one too many.
    EXPECT_EQ(errors.size(), some.size() <= 1 ? 0 : some.size() - 1) << volume << ": " << JoinFieldErrors(errors);
    for (const FieldError& error : errors) {
      EXPECT_EQ(error.detail, "Forbidden: may not specify more than 1 volume type") << volume;
    }
  }
}

TEST(VolumeValidationTest, Law2NamesAreUniqueLabelsAndFaultyVolumesCannotBeMounted) {
  for (const auto& [first, first_is_label] : Names()) {
    for (const auto& [second, second_is_label] : Names()) {
      const Json volumes = {{{"name", first}, {"emptyDir", Json::object()}},
                            {{"name", second}, {"persistentVolumeClaim", {{"claimName", "c"}}}}};
      UsableVolumes usable;
      const FieldErrors errors = VolumeErrors(volumes, &usable);
      const bool is_good = first_is_label && second_is_label && first != second;
      EXPECT_EQ(errors.empty(), is_good) << volumes << ": " << JoinFieldErrors(errors);
      UsableVolumes expected;
      if (first_is_label) expected[first] = false;
      if (second_is_label && first != second) expected[second] = true;
      EXPECT_EQ(usable, expected) << volumes;
    }
  }
  UsableVolumes usable;
  EXPECT_FALSE(VolumeErrors({{{"name", "v"}, {"hostPath", {{"path", "/a/../b"}}}}}, &usable).empty());
  EXPECT_TRUE(usable.empty());
}

ContainersPod SomePod() {
  ContainersPod pod;
  pod.restart_policy = "Always";
  return pod;
}

FieldErrors ContainerErrors(const Json& spec) {
  FieldErrors errors;
  CheckContainers(FieldValue(spec, "spec"), SomePod(), &errors);
  return errors;
}

Json Container(const std::string& name) { return {{"name", name}, {"image", "i"}}; }

TEST(ContainerValidationTest, Law1NamesAreUniqueLabelsAmongAllContainers) {
  for (const auto& [first, first_is_label] : Names()) {
    for (const auto& [second, second_is_label] : Names()) {
      for (const bool is_init : {false, true}) {
        Json spec = {{"containers", {Container(first)}}};
        if (is_init) {
          spec["initContainers"] = {Container(second)};
        } else {
          spec["containers"].push_back(Container(second));
        }
        const FieldErrors errors = ContainerErrors(spec);
        const bool is_good = first_is_label && second_is_label && first != second;
        EXPECT_EQ(errors.empty(), is_good) << spec << ": " << JoinFieldErrors(errors);
      }
    }
  }
}

TEST(ContainerValidationTest, Law2PortsHaveNamesAndPlacesOfTheirOwn) {
  const auto port = [](const std::string& name, int host_port, const std::string& protocol) {
    return Json{{"name", name}, {"containerPort", 80}, {"hostPort", host_port}, {"protocol", protocol}};
  };
  for (const std::string second_name : {"p", "q"}) {
    for (const int second_port : {0, 8080, 8081}) {
      for (const std::string protocol : {"TCP", "UDP"}) {
        for (const bool is_one_container : {false, true}) {
          Json first = Container("a");
          first["ports"] = {port("p", 8080, "TCP")};
          Json second = Container("b");
          (is_one_container ? first : second)["ports"].push_back(port(second_name, second_port, protocol));
          const Json spec = {{"containers", {first, second}}};
          const bool is_one_name = is_one_container && second_name == "p";
          const bool is_one_place = second_port == 8080 && protocol == "TCP";
          const FieldErrors errors = ContainerErrors(spec);
          EXPECT_EQ(errors.size(), is_one_name + is_one_place) << spec << ": " << JoinFieldErrors(errors);
        }
      }
    }
  }
}

FieldErrors VariableErrors(const Json& variable) {
  const Json container = {{"env", {variable}}};
  FieldErrors errors;
  CheckEnvironment(FieldValue(container, ""), &errors);
  return errors;
}

TEST(EnvironmentValidationTest, Law1AVariableHasANameOfPrintableAscii) {
  EXPECT_FALSE(VariableErrors({{"name", ""}}).empty());
  for (int c = 1; c < 128; ++c) {
    const bool is_good = c >= 0x20 && c < 0x7f && c != '=';
    const Json variable = {{"name", std::string("a") + static_cast<char>(c)}, {"value", "v"}};
    EXPECT_EQ(VariableErrors(variable).empty(), is_good)
        << variable << ": " << JoinFieldErrors(VariableErrors(variable));
  }
}

TEST(EnvironmentValidationTest, Law1AVariableHasAValueOrOneSource) {
  const Json sources = {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "metadata.name"}}},
                        {"secretKeyRef", {{"name", "s"}, {"key", "k"}}},
                        {"configMapKeyRef", {{"name", "s"}, {"key", "k"}}}};
  for (const Json& some : Subsets(sources)) {
    for (const std::string value : {"", "v"}) {
      const Json variable = {{"name", "a"}, {"value", value}, {"valueFrom", some}};
      const bool is_good = some.size() == 1 && value.empty();
      EXPECT_EQ(VariableErrors(variable).empty(), is_good)
          << variable << ": " << JoinFieldErrors(VariableErrors(variable));
    }
  }
  EXPECT_EQ(JoinFieldErrors(VariableErrors({{"name", "a"}, {"value", "v"}})), "");
  EXPECT_EQ(JoinFieldErrors(VariableErrors({{"name", "a"}})), "");
}

FieldErrors MountErrors(const Json& container) {
  FieldErrors errors;
  CheckMounts(FieldValue(container, ""), {{"claim", true}, {"claim2", true}, {"dir", false}}, &errors);
  return errors;
}

TEST(MountValidationTest, Law1MountsAreOfVolumesAndPathsAreTakenOnce) {
  for (const std::string name : {"claim", "dir", "nope"}) {
    for (const std::string other_name : {"claim", "dir", "nope"}) {
      for (const std::string path : {"/a", "/b"}) {
        const Json container = {
            {"volumeMounts", {{{"name", name}, {"mountPath", "/a"}}, {{"name", other_name}, {"mountPath", path}}}}};
        const FieldErrors errors = MountErrors(container);
        const size_t expected = (name == "nope") + (other_name == "nope") + (path == "/a");
        EXPECT_EQ(errors.size(), expected) << container << ": " << JoinFieldErrors(errors);
      }
    }
  }
}

TEST(MountValidationTest, Law2ABlockDeviceIsAClaimAndIsNotMountedToo) {
  for (const std::string device : {"claim", "dir", "nope"}) {
    for (const std::string mount : {"claim", "claim2", "dir"}) {
      for (const std::string path : {"/a", "/b"}) {
        const Json container = {{"volumeMounts", {{{"name", mount}, {"mountPath", "/a"}}}},
                                {"volumeDevices", {{{"name", device}, {"devicePath", path}}}}};
        const FieldErrors errors = MountErrors(container);
        const bool is_good = absl::StartsWith(device, "claim") && mount != device && path != "/a";
        EXPECT_EQ(errors.empty(), is_good) << container << ": " << JoinFieldErrors(errors);
      }
    }
  }
}

FieldErrors ProbeErrors(const Json& container) {
  FieldErrors errors;
  CheckProbes(FieldValue(container, ""), /*grace_period=*/30, &errors);
  return errors;
}

TEST(ProbeValidationTest, Law1AProbeAndAHookHaveOneHandler) {
  const Json handlers = {{"exec", {{"command", {"x"}}}}, {"httpGet", {{"port", 80}}}, {"tcpSocket", {{"port", 80}}}};
  for (const Json& some : Subsets(handlers)) {
    for (const std::string probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
      const FieldErrors errors = ProbeErrors({{probe, some}});
      EXPECT_EQ(errors.empty(), some.size() == 1) << probe << " " << some << ": " << JoinFieldErrors(errors);
    }
    for (const std::string hook : {"postStart", "preStop"}) {
      const FieldErrors errors = ProbeErrors({{"lifecycle", {{hook, some}}}});
      EXPECT_EQ(errors.empty(), some.size() == 1) << hook << " " << some << ": " << JoinFieldErrors(errors);
    }
  }
}

TEST(ProbeValidationTest, Law2OneSuccessAndNoGracePeriodOfReadiness) {
  for (const std::string probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    const bool is_readiness = probe == "readinessProbe";
    for (const int threshold : {1, 2, 3}) {
      const Json container = {{probe, {{"exec", {{"command", {"x"}}}}, {"successThreshold", threshold}}}};
      EXPECT_EQ(ProbeErrors(container).empty(), is_readiness || threshold == 1) << container;
    }
    const Json container = {{probe, {{"exec", {{"command", {"x"}}}}, {"terminationGracePeriodSeconds", 3}}}};
    EXPECT_EQ(ProbeErrors(container).empty(), !is_readiness) << container;
  }
}

FieldErrors ResourceErrors(const Json& resources, bool is_pod) {
  FieldErrors errors;
  CheckContainerResources(FieldValue(resources, "resources"), {is_pod, {}}, &errors);
  return errors;
}

TEST(ResourceValidationTest, Law1AmountsAreNotNegativeAndExtendedOnesWhole) {
  for (const std::string name : {"cpu", "memory", "nvidia.com/gpu"}) {
    for (const std::string amount : {"-1", "-0.5", "0", "500m", "1", "1.5", "2"}) {
      const Json resources = {{"limits", {{name, amount}}}};
      const bool is_negative = amount[0] == '-';
      const bool is_part = name == "nvidia.com/gpu" && (absl::StrContains(amount, ".") || amount == "500m");
      const FieldErrors errors = ResourceErrors(resources, /*is_pod=*/false);
      EXPECT_EQ(errors.size(), is_negative + is_part) << resources << ": " << JoinFieldErrors(errors);
    }
  }
}

TEST(ResourceValidationTest, Law2ARequestIsWithinItsLimit) {
  for (const std::string name : {"cpu", "nvidia.com/gpu", "hugepages-1Mi"}) {
    const bool is_equal = name != "cpu";
    for (int limit = 0; limit <= 3; ++limit) {
      for (int request = 0; request <= 3; ++request) {
        const std::string unit = name == "hugepages-1Mi" ? "Mi" : "";
        Json resources = {{"limits", {{name, absl::StrCat(limit, unit)}}},
                          {"requests", {{name, absl::StrCat(request, unit)}}}};
        resources["limits"]["memory"] = "1Gi";
        const bool is_good = is_equal ? request == limit : request <= limit;
        const FieldErrors errors = ResourceErrors(resources, /*is_pod=*/false);
        EXPECT_EQ(errors.empty(), is_good) << resources << ": " << JoinFieldErrors(errors);
      }
    }
  }
  EXPECT_EQ(JoinFieldErrors(ResourceErrors({{"requests", {{"cpu", "1"}}}}, false)), "");
  EXPECT_FALSE(ResourceErrors({{"requests", {{"nvidia.com/gpu", "1"}}}}, false).empty());
}

// A limit that counts as the request is looked at twice: what is wrong with it is said of both.
TEST(ResourceValidationTest, Law3ALimitIsARequestInAPodAlone) {
  const Json limit_alone = {{"limits", {{"nvidia.com/gpu", "500m"}}}};
  EXPECT_EQ(JoinFieldErrors(ResourceErrors(limit_alone, false)),
            "resources.limits[nvidia.com/gpu]: Invalid value: \"500m\": must be an integer");
  EXPECT_EQ(JoinFieldErrors(ResourceErrors(limit_alone, true)),
            "[resources.limits[nvidia.com/gpu]: Invalid value: \"500m\": must be an integer, "
            "resources.requests[nvidia.com/gpu]: Invalid value: \"500m\": must be an integer]");
  const Json with_request = {{"limits", {{"nvidia.com/gpu", "1"}}}, {"requests", {{"nvidia.com/gpu", "1"}}}};
  for (const bool is_pod : {false, true}) EXPECT_EQ(JoinFieldErrors(ResourceErrors(with_request, is_pod)), "");
}

Json Claim(const Json& modes, const Json& storage) {
  Json claim = {{"metadata", {{"name", "c"}, {"namespace", "n"}}}, {"spec", {{"accessModes", modes}}}};
  if (!storage.is_null()) claim["spec"]["resources"]["requests"]["storage"] = storage;
  return claim;
}

TEST(ClaimValidationTest, Law1AClaimNamesAModeAndStorage) {
  const std::vector<std::pair<Json, bool>> modes = {{Json::array(), false},
                                                    {Json::array({"ReadWriteOnce"}), true},
                                                    {Json::array({"ReadWriteOnce", "ReadOnlyMany"}), true},
                                                    {Json::array({"Sometimes"}), false}};
  const std::vector<std::pair<Json, bool>> storages = {
      {Json(), false}, {"-1Gi", false}, {"0", false}, {"1n", true}, {"1Gi", true}};
  for (const auto& [mode, mode_is_good] : modes) {
    for (const auto& [storage, storage_is_good] : storages) {
      const FieldErrors errors = ValidateClaim(Claim(mode, storage));
      EXPECT_EQ(errors.size(), !mode_is_good + !storage_is_good)
          << mode << " " << storage << ": " << JoinFieldErrors(errors);
    }
  }
}

// A pod with its defaults written out, and what is said of it.
Json PodWithDefaults() {
  return Json::parse(R"({"metadata": {"name": "p", "namespace": "n"}, "spec": {"restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30, "schedulerName": "default-scheduler",
    "enableServiceLinks": true, "securityContext": {},
    "volumes": [{"name": "v", "emptyDir": {}}, {"name": "s", "secret": {"secretName": "x", "defaultMode": 420}}],
    "containers": [{"name": "c", "image": "i", "imagePullPolicy": "IfNotPresent",
      "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
      "ports": [{"containerPort": 80, "protocol": "TCP"}],
      "env": [{"name": "n", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}],
      "readinessProbe": {"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}, "timeoutSeconds": 1,
        "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}}]}})");
}

TEST(PodValidationTest, Law1DefaultsCount) {
  const Json pod = PodWithDefaults();
  ASSERT_EQ(JoinFieldErrors(ValidatePod(pod)), "");
  for (const char* pointer :
       {"/spec/restartPolicy", "/spec/dnsPolicy", "/spec/terminationGracePeriodSeconds", "/spec/schedulerName",
        "/spec/enableServiceLinks", "/spec/securityContext", "/spec/volumes/0/emptyDir",
        "/spec/volumes/1/secret/defaultMode", "/spec/containers/0/imagePullPolicy",
        "/spec/containers/0/terminationMessagePath", "/spec/containers/0/terminationMessagePolicy",
        "/spec/containers/0/ports/0/protocol", "/spec/containers/0/env/0/valueFrom/fieldRef/apiVersion",
        "/spec/containers/0/readinessProbe/httpGet/path", "/spec/containers/0/readinessProbe/httpGet/scheme",
        "/spec/containers/0/readinessProbe/timeoutSeconds", "/spec/containers/0/readinessProbe/periodSeconds",
        "/spec/containers/0/readinessProbe/successThreshold", "/spec/containers/0/readinessProbe/failureThreshold"}) {
    const Json::json_pointer field(pointer);
    ASSERT_TRUE(pod.contains(field)) << pointer;
    Json without = pod;
    without[field.parent_pointer()].erase(field.back());
    EXPECT_EQ(JoinFieldErrors(ValidatePod(without)), "") << pointer;
  }
  // What has no default is missing.
  for (const char* pointer : {"/spec/containers/0/image", "/spec/containers/0/name", "/spec/volumes/0/name"}) {
    const Json::json_pointer field(pointer);
    Json without = pod;
    without[field.parent_pointer()].erase(field.back());
    EXPECT_NE(JoinFieldErrors(ValidatePod(without)), "") << pointer;
  }
}

TEST(PodValidationTest, Law2APodIsCheckedAsItsTemplateIsAndForMore) {
  struct Case {
    const char* pointer;
    Json value;
    bool template_is_good;
    bool pod_is_good;
  };
  const std::vector<Case> cases = {
      {"/spec/restartPolicy", "Sometimes", false, false},
      {"/spec/containers/0/name", "A", false, false},
      {"/spec/containers/0/ports/0/containerPort", 80000, false, false},
      {"/spec/tolerations", {{{"operator", "Never"}}}, false, false},
      {"/spec/containers/0/image", " i", true, false},
      {"/metadata/name", "A", true, false},
      {"/spec/containers/0/resources", {{"limits", {{"cpu", "1"}, {"memory", "1Gi"}}}}, true, true},
  };
  for (const Case& c : cases) {
    Json pod = PodWithDefaults();
    pod[Json::json_pointer(c.pointer)] = c.value;
    FieldErrors template_errors;
    CheckPodTemplate(FieldValue(pod, ""), &template_errors);
    const FieldErrors pod_errors = ValidatePod(pod);
    EXPECT_EQ(template_errors.empty(), c.template_is_good) << c.pointer << ": " << JoinFieldErrors(template_errors);
    EXPECT_EQ(pod_errors.empty(), c.pod_is_good) << c.pointer << ": " << JoinFieldErrors(pod_errors);
    for (const FieldError& error : template_errors) {
      EXPECT_TRUE(absl::StrContains(JoinFieldErrors(pod_errors), error.ToString())) << error.ToString();
    }
  }
}

Json SomeStatefulSet() {
  return Json::parse(R"({"metadata": {"name": "s", "namespace": "n"}, "spec": {"serviceName": "s", "replicas": 2,
    "selector": {"matchLabels": {"app": "s"}},
    "volumeClaimTemplates": [{"metadata": {"name": "v"}, "spec": {"accessModes": ["ReadWriteOnce"],
      "resources": {"requests": {"storage": "1Gi"}}}}],
    "template": {"metadata": {"labels": {"app": "s"}}, "spec": {"containers": [{"name": "c", "image": "i",
      "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}}}})");
}

Json Changed(Json object, const std::string& pointer, const Json& value) {
  object[Json::json_pointer(pointer)] = value;
  return object;
}

TEST(StatefulSetValidationTest, Law1TemplatesAreThoseOfAStatefulSet) {
  const Json set = SomeStatefulSet();
  ASSERT_EQ(JoinFieldErrors(ValidateStatefulSet(set)), "");
  const std::string pod = "/spec/template/spec";
  EXPECT_EQ(JoinFieldErrors(ValidateStatefulSet(Changed(set, pod + "/restartPolicy", "Always"))), "");
  EXPECT_NE(JoinFieldErrors(ValidateStatefulSet(Changed(set, pod + "/restartPolicy", "Never"))), "");
  EXPECT_NE(JoinFieldErrors(ValidateStatefulSet(Changed(set, pod + "/restartPolicy", "OnFailure"))), "");
  EXPECT_NE(JoinFieldErrors(ValidateStatefulSet(Changed(set, pod + "/activeDeadlineSeconds", 3))), "");
  EXPECT_NE(JoinFieldErrors(ValidateStatefulSet(Changed(set, "/spec/template/metadata/labels/app", "t"))), "");
  EXPECT_EQ(JoinFieldErrors(ValidateStatefulSet(Changed(set, "/spec/template/metadata/labels/more", "t"))), "");
  // The claim's volume takes the place of the template's, whose fault is not seen.
  const Json faulty = {{{"name", "v"}, {"hostPath", {{"path", "/a/../b"}}}}};
  EXPECT_EQ(JoinFieldErrors(ValidateStatefulSet(Changed(set, pod + "/volumes", faulty))), "");
  // It comes first: the other volume is the second one.
  const Json other = {{{"name", "w"}, {"hostPath", {{"path", "/a/../b"}}}}};
  const std::string errors = JoinFieldErrors(ValidateStatefulSet(Changed(set, pod + "/volumes", other)));
  EXPECT_TRUE(absl::StrContains(errors, "spec.template.spec.volumes[1].hostPath.path")) << errors;
}

TEST(StatefulSetValidationTest, Law2AnUpdateChangesFewFields) {
  const Json set = SomeStatefulSet();
  const std::map<std::string, std::pair<Json, bool>> changes = {
      {"/spec/replicas", {3, true}},
      {"/spec/ordinals", {{{"start", 1}}, true}},
      {"/spec/template/spec/containers/0/image", {"j", true}},
      {"/spec/updateStrategy", {{{"type", "OnDelete"}}, true}},
      {"/spec/revisionHistoryLimit", {3, true}},
      {"/spec/persistentVolumeClaimRetentionPolicy", {{{"whenDeleted", "Delete"}}, true}},
      {"/spec/minReadySeconds", {3, true}},
      {"/spec/serviceName", {"t", false}},
      {"/spec/podManagementPolicy", {"Parallel", false}},
      {"/spec/selector/matchLabels", {Json::object({}), false}},
      {"/spec/volumeClaimTemplates/0/spec/resources/requests/storage", {"2Gi", false}},
  };
  for (const auto& [pointer, change] : changes) {
    const FieldErrors errors = ValidateStatefulSetUpdate(set, Changed(set, pointer, change.first));
    EXPECT_EQ(errors.empty(), change.second) << pointer << ": " << JoinFieldErrors(errors);
  }
}

TEST(StatefulSetValidationTest, Law3AFaultyStatefulSetMayBeUpdated) {
  const Json good = SomeStatefulSet();
  const Json bad = Changed(good, "/spec/template/spec/containers/0/image", "");
  EXPECT_NE(JoinFieldErrors(ValidateStatefulSet(bad)), "");
  EXPECT_NE(JoinFieldErrors(ValidateStatefulSetUpdate(good, bad)), "");
  EXPECT_EQ(JoinFieldErrors(ValidateStatefulSetUpdate(bad, Changed(bad, "/spec/replicas", 3))), "");
  EXPECT_EQ(JoinFieldErrors(ValidateStatefulSetUpdate(bad, good)), "");
}

}  // namespace
}  // namespace lws::internal
