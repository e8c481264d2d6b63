// The objects that the examples of lws/adapters/kubernetes use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_KUBERNETES_OBJECTS_H_
#define LWS_TESTS_HEADERS_KUBERNETES_OBJECTS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/kubernetes/event_sink.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/kubernetes/scripted_http_client.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/adapters/kubernetes/serving/certificate_pair.h"
#include "lws/adapters/kubernetes/serving/lease_elector.h"
#include "lws/adapters/kubernetes/serving/serving_certificate.h"
#include "lws/adapters/kubernetes/set_arrivals.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"
#include "tests/headers/example_objects.h"

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
  static internal::ArrivalsView ExampleView() {
    internal::ArrivalsView view;
    view.has_set = view.has_leader_statefulset = [](absl::string_view, absl::string_view) { return false; };
    view.tell_set = view.tell_set_gone = [](absl::string_view) { return std::string("1"); };
    view.tell_statefulset = [](absl::string_view) {};
    return view;
  }

  internal::ScriptedHttpClient client;
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
};

class ReflectorExamples : public KubernetesExamples {
 protected:
  static internal::ReflectorOptions ExampleOptions() {
    internal::ReflectorOptions options;
    options.resource = *internal::FindApiResource(ObjectKind::kPod);
    return options;
  }

  internal::ReflectorOptions options = ExampleOptions();
  ExampleStore store;
  internal::HttpHead head = {200, std::nullopt};
  absl::Status status;
};

class ServingExamples : public HeaderExamples {
 protected:
  internal::ApiAnswer answer = {201, R"({"status": {"authenticated": true, "user": {"username": "u"}}})"};
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
