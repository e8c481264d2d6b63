// The objects that the examples of lwsctl and of the operator use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_PROGRAM_OBJECTS_H_
#define LWS_TESTS_HEADERS_PROGRAM_OBJECTS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "examples/lwsctl/live/live_api.h"
#include "examples/lwsctl/live/set_report.h"
#include "examples/operator/certificates.h"
#include "examples/operator/mailbox.h"
#include "examples/operator/settings/configuration.h"
#include "examples/operator/settings/flags.h"
#include "examples/operator/settings/log.h"
#include "lws/adapters/kubernetes/kube_config.h"
#include "lws/adapters/kubernetes/serving/lease_elector.h"
#include "lws/adapters/kubernetes/serving/operator_metrics.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan_serialization.h"
#include "nlohmann/json.hpp"
#include "tests/headers/example_objects.h"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws {

// `old_set` and `before` are the set; `manifest` and `after` the same with another image or replicas.
class ProgramExamples : public HeaderExamples {
 protected:
  ProgramExamples() {
    manifest["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = "vllm:2";
    before["spec"]["replicas"] = 3;
  }

  LeaderWorkerSet old_set = set;
  Json before = ExampleManifest();
  Json after = ExampleManifest();
  Plan plan;
  std::string text = "text";
};

// A set without objects beside it, and a host whose API server knows nothing.
class LiveExamples : public ProgramExamples {
 protected:
  LiveExamples() {
    host.client = &client;
    host.clock = [this] { return now; };
    host.wait_until = [this](absl::Time) {
      for (const uint64_t id : client.Open()) client.Answer(id, 404, R"({"kind": "Status", "message": "not found"})");
    };
  }

  ScriptedHttpClient client;
  lwsctl::LiveHost host;
  lwsctl::LiveSet objects = {ExampleManifest(), nullptr, {}, {}};
};

class RoleEditExamples : public RoleExamples {
 protected:
  DisaggregatedSet old_set = set;
  Json manifest = ExampleRoleManifest();
};

class OperatorExamples : public HeaderExamples {
 protected:
  ScriptedHttpClient client;
  internal::LeaseElectorOptions options = {"lws-system", "lws", "operator-0"};
  internal::KubeConfig config;
  internal::OperatorMetrics metrics;
  operator_program::FileCertificates certificates{"/certs"};
  operator_program::Settings settings;
  operator_program::Mailbox mailbox;
  operator_program::Log log{{}};
  std::function<void()> work = [] {};
};

class ConfigurationExamples : public HeaderExamples {
 protected:
  std::string text = "apiVersion: config.lws.x-k8s.io/v1alpha1\nkind: Configuration\n";
  operator_program::GivenFlags flags;
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_PROGRAM_OBJECTS_H_
