// The objects that the examples of lws/adapters/kubernetes use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_KUBERNETES_OBJECTS_H_
#define LWS_TESTS_HEADERS_KUBERNETES_OBJECTS_H_

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/kubernetes/event_sink.h"
#include "lws/adapters/kubernetes/group_placing.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/kept_store.h"
#include "lws/adapters/kubernetes/kube_config.h"
#include "lws/adapters/kubernetes/kube_writer.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/adapters/kubernetes/serving/lease_elector.h"
#include "lws/adapters/kubernetes/serving/serving_certificate.h"
#include "lws/adapters/kubernetes/set_arrivals.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "lws/core/observation.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/headers/example_objects.h"
#include "tests/kubernetes/scripted_http_client.h"

namespace lws {

class ExampleSink final : public internal::HttpSink {
 public:
  void Head(const internal::HttpHead&) override {}
  void Bytes(absl::string_view) override {}
  void End(const absl::Status&) override {}
};

class ExampleStore final : public internal::ReflectorStore {
 public:
  void BeginRelist() override {}
  absl::StatusOr<std::string> Tell(absl::string_view) override { return "1"; }
  absl::StatusOr<std::string> TellGone(absl::string_view) override { return "1"; }
  void EndRelist(absl::string_view) override {}
};

struct ExampleMailbox {
  void Ring() {}
};

class KubernetesExamples : public HeaderExamples {
 protected:
  KubernetesExamples() { request.path = "/api/v1/pods?limit=500"; }

  static Action ExampleCreation() {
    Action action;
    action.verb = Verb::kCreate;
    action.api_version = "v1";
    action.target = {"Pod", "default", "vllm-0"};
    action.object = ActionObject::Of(ExamplePod());
    return action;
  }

  static internal::KubeConfig ExampleConfig() {
    internal::KubeConfig config;
    config.token = "t";
    return config;
  }

  static internal::ArrivalsView ExampleView() {
    internal::ArrivalsView view;
    view.has_set = view.has_leader_statefulset = [](absl::string_view, absl::string_view) { return false; };
    view.tell_set = view.tell_set_gone = [](absl::string_view) { return std::string("1"); };
    view.tell_statefulset = [](absl::string_view) {};
    return view;
  }

  ScriptedHttpClient client;
  std::shared_ptr<ExampleSink> sink = std::make_shared<ExampleSink>();
  internal::HttpRequest request;
  ExampleMailbox mailbox;
  ControllerOptions controller_options;
  ObjectRef ref = {"StatefulSet", "default", "vllm"};
  std::string body = "{}";
  std::string uid = "u";
  std::string applied = "{}";
  Event event;
  internal::EventObject regarding = {ref, "apps/v1", uid, "7"};
  std::optional<internal::EventObject> related;
  std::string bytes = "{\"type\":\"ADDED\",\"object\":{}}\n";
  std::string line = "{\"type\":\"MODIFIED\",\"object\":{}}";
  internal::ArrivalsView view = ExampleView();
  std::function<absl::Time()> clock = [] { return absl::UnixEpoch(); };
  std::string set_text = manifest_text;
  Action action = ExampleCreation();
  internal::HttpAnswer http_answer = {{201, std::nullopt}, R"({"metadata": {"uid": "u", "resourceVersion": "7"}})"};
  internal::KubeConfig config = ExampleConfig();
};

class PastExamples : public KubernetesExamples {
 protected:
  const internal::Resource* pods = internal::FindApiResource(ObjectKind::kPod);
  const internal::Resource* sets = internal::FindApiResource(ObjectKind::kLeaderWorkerSet);
  std::function<absl::Status(const internal::Resource&, absl::string_view)> tell =
      [](const internal::Resource&, absl::string_view) { return absl::OkStatus(); };
  std::function<void(const absl::Status&)> done = [](const absl::Status&) {};
};

class KeptExamples : public KubernetesExamples {
 protected:
  internal::KeptStoreView view = {[](absl::string_view) { return absl::OkStatus(); }, [](const absl::Status&) {}};
  internal::KeptStore::Done done = [](const absl::Status&, absl::Time) {};
};

class PlacingExamples : public KubernetesExamples {
 protected:
  static internal::GroupPlacingView ExampleView() {
    internal::GroupPlacingView view;
    view.observe_set = [](const std::string&, const std::string&) { return SetObservation(); };
    view.record = [](const Event&) {};
    return view;
  }

  internal::GroupPlacingOptions options;
  internal::GroupPlacingView view = ExampleView();
};

class WriterExamples : public KubernetesExamples {
 protected:
  internal::WriterView view = {[](const ObjectRef&) { return std::nullopt; }, [](const Action&, absl::string_view) {},
                               [](const Action&) {}};
  WriteDone done = [](const absl::StatusOr<WriteAnswer>&, absl::Time) {};
};

class ConfigExamples : public KubernetesExamples {
 protected:
  std::string text = R"({"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
    "clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:6443"}}],
    "users": [{"name": "u", "user": {"token": "t"}}]})";
};

class ListExamples : public KubernetesExamples {
 protected:
  std::string body = R"({"metadata": {"resourceVersion": "7"}, "items": [{"kind": "Pod"}]})";
};

class RoleViewExamples : public KubernetesExamples {
 protected:
  std::string set_text = R"({"apiVersion": "disaggregatedset.x-k8s.io/v1", "kind": "DisaggregatedSet",
    "metadata": {"name": "llm", "namespace": "default", "uid": "u", "resourceVersion": "7"}})";
};

class ReflectorExamples : public KubernetesExamples {
 protected:
  static internal::ReflectorOptions ExampleOptions() {
    internal::ReflectorOptions options;
    options.resource = *internal::FindApiResource(ObjectKind::kPod);
    return options;
  }

  internal::ReflectorOptions options = ExampleOptions();
  uint64_t seed = 1;
  ExampleStore store;
  internal::HttpHead head = {200, std::nullopt};
  absl::Status status;
};

class ServingExamples : public HeaderExamples {
 protected:
  absl::Time since = now;
  absl::Time until = now + absl::Hours(24);
  internal::ApiAnswer answer = {201, R"({"status": {"authenticated": true, "user": {"username": "u"}}})"};
};

// No key, which OpenSSL refuses.
class OpenSslExamples : public HeaderExamples {
 protected:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> owned{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  SSL_CTX* context = owned.get();
  EVP_PKEY* key = nullptr;
};

// A certificate of a day for 127.0.0.1.
class HttpsExamples : public HeaderExamples {
 protected:
  internal::CertificatePair pair =
      *internal::MakeCertificateAuthority({"127.0.0.1", {"127.0.0.1"}, now, now + absl::Hours(24)});
  std::string certificate_pem = pair.certificate;
  std::string key_pem = pair.key;
};

class LeaseExamples : public HeaderExamples {
 protected:
  internal::LeaseElectorOptions options = {"lws-system", "lws", "operator-0"};
  std::function<double()> draw = [] { return 0.5; };
};

// An empty Secret, as the manifests of an operator have it.
class CertificateExamples : public HeaderExamples {
 protected:
  CertificateExamples() { options.namespace_name = "lws-system"; }

  internal::CertificateOptions options;
  SharedJson secret = std::make_shared<const Json>(
      Json{{"metadata", {{"name", "lws-webhook-server-cert"}, {"namespace", "lws-system"}, {"resourceVersion", "1"}}}});
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_KUBERNETES_OBJECTS_H_
