// The objects that the examples of lws/api use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_API_OBJECTS_H_
#define LWS_TESTS_HEADERS_API_OBJECTS_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "lws/api/container_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/json.h"
#include "lws/api/json_packer.h"
#include "lws/api/json_walk.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/mount_validation.h"
#include "lws/api/observed.h"
#include "lws/api/volume_validation.h"
#include "nlohmann/json.hpp"
#include "tests/headers/example_objects.h"

namespace lws {

inline Json ExampleStatefulSet() {
  return Json::parse(R"({"apiVersion": "apps/v1", "kind": "StatefulSet",
    "metadata": {"name": "vllm", "namespace": "default", "uid": "u"},
    "spec": {"replicas": 4, "serviceName": "vllm", "selector": {"matchLabels": {"a": "b"}},
      "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
      "template": {"metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "main", "image": "vllm:1"}]}}}})");
}

// `facts` in the examples of several headers, each with its own type.
struct ExampleFacts {
  operator internal::ContainersPod() const { return {}; }
  operator internal::VolumeOwner() const { return {}; }
};

class ApiExamples : public HeaderExamples {
 protected:
  Json statefulset = ExampleStatefulSet();
  Json claim = {{"metadata", {{"name", "c"}, {"namespace", "n"}}}, {"spec", Json::object()}};
  FieldValue spec{pod["spec"], "spec"};
  Json service = {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", "9a"}, {"namespace", "n"}}}};
  Json port_document = {{"protocol", "TCP"}};
  FieldValue port{port_document, "spec.ports[0]"};
  const char* const kProtocols[4] = {"SCTP", "TCP", "UDP", nullptr};
  FieldValue container{pod["spec"]["containers"][0], "spec.containers[0]"};
  internal::UsableVolumes volumes;
  ExampleFacts facts;
  FieldErrors errors;
  ObjectMeta meta;
  std::vector<std::string> pruned;
  std::string name;
  std::string text = R"({"name": "a"} {"name": "b"})";
};

// `walk` stands at the metadata of a pod.
class WalkExamples : public HeaderExamples {
 protected:
  static internal::JsonWalk WalkOf(const std::string& text, internal::JsonStructure* structure) {
    EXPECT_TRUE(structure->Find(text));
    return structure->Walk();
  }

  std::string text = ExamplePod()["metadata"].dump();
  internal::JsonStructure structure;
  internal::JsonWalk walk = WalkOf(text, &structure);
  std::function<bool(absl::string_view)> skip = [this](absl::string_view) { return walk.Skip(); };
  std::function<bool(absl::string_view)> read_label = skip;
  std::function<bool(absl::string_view)> read_annotation = skip;
  ObservedPod pod;
};

class YamlExamples : public HeaderExamples {
 protected:
  std::string text = "a: 1\n---\nb: [2, 3]\n";
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_API_OBJECTS_H_
