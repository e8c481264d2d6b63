// The objects that the examples of lws/api use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_API_OBJECTS_H_
#define LWS_TESTS_HEADERS_API_OBJECTS_H_

#include <string>

#include "lws/api/container_validation.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/json.h"
#include "lws/api/mount_validation.h"
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
  FieldValue container{pod["spec"]["containers"][0], "spec.containers[0]"};
  internal::UsableVolumes volumes;
  ExampleFacts facts;
  FieldErrors errors;
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_API_OBJECTS_H_
