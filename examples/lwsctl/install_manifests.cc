#include "examples/lwsctl/install_manifests.h"

#include <cstddef>
#include <initializer_list>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/api/well_known.h"
#include "lws/api/yaml_text.h"
#include "lws/placement/providers/pod_group.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;
using Words = std::initializer_list<const char*>;

constexpr char kRbac[] = "rbac.authorization.k8s.io/v1";
constexpr char kAdmission[] = "admissionregistration.k8s.io/v1";
constexpr char kManager[] = "lws-controller-manager";
constexpr char kSecret[] = "lws-webhook-server-cert";
constexpr char kWebhookService[] = "lws-webhook-service";
constexpr char kServingCertificate[] = "lws-serving-cert";
constexpr char kConfigMap[] = "lws-manager-config";
constexpr char kConfigFile[] = "controller_manager_config.yaml";
constexpr char kCertificateFolder[] = "/tmp/k8s-webhook-server/serving-certs";
constexpr int kWebhookPort = 9443;
constexpr int kMetricsPort = 8443;
constexpr int kProbePort = 8081;
constexpr int kUser = 65532;

// Stands for what a chart's values say; a template's text replaces it.
constexpr char kChartNamespace[] = "lws-chart-namespace";
constexpr char kChartImage[] = "lws-chart-image";
constexpr int32_t kChartReplicas = 987654321;

// Also what the reference's Deployment selects by, which cannot change.
Json Selector() { return {{"control-plane", "controller-manager"}}; }

Json Labels() { return {{"app.kubernetes.io/name", "lws"}, {"control-plane", "controller-manager"}}; }

Json Object(const char* api_version, const char* kind, const std::string& name,
            const std::string& namespace_name = "") {
  Json metadata = {{"name", name}, {"labels", {{"app.kubernetes.io/name", "lws"}}}};
  if (!namespace_name.empty()) metadata["namespace"] = namespace_name;
  return {{"apiVersion", api_version}, {"kind", kind}, {"metadata", std::move(metadata)}};
}

// --- What the operator may do.

Json Rule(const char* group, Words resources, Words verbs) {
  return {{"apiGroups", Json::array({group})}, {"resources", resources}, {"verbs", verbs}};
}

// What the controllers read and write.
Json ManagerRules(const InstallOptions& options) {
  const Words all = {"create", "delete", "get", "list", "patch", "update", "watch"};
  const Words status = {"get", "patch", "update"};
  Json rules = {
      Rule("", {"events"}, {"create", "patch"}),
      Rule("events.k8s.io", {"events"}, {"create", "patch"}),
      // What policies of single sets remember.
      Rule("", {"configmaps"}, {"create", "get", "list", "patch"}),
      Rule("", {"nodes"}, {"get", "list", "watch"}),
      Rule("", {"pods", "services"}, all),
      Rule("", {"pods/finalizers"}, {"update"}),
      Rule("apps", {"controllerrevisions", "statefulsets"}, all),
      Rule("apps", {"statefulsets/finalizers", "controllerrevisions/finalizers"}, {"update"}),
      Rule("apps", {"statefulsets/status"}, status),
      Rule("leaderworkerset.x-k8s.io", {"leaderworkersets"}, all),
      Rule("leaderworkerset.x-k8s.io", {"leaderworkersets/finalizers"}, {"update"}),
      Rule("leaderworkerset.x-k8s.io", {"leaderworkersets/status"}, status),
      Rule("scheduling.volcano.sh", {"podgroups"}, {"create", "get", "list", "watch"}),
      Rule("admissionregistration.k8s.io", {"mutatingwebhookconfigurations", "validatingwebhookconfigurations"},
           {"get", "list", "update", "watch"}),
  };
  if (options.has_disaggregated_sets) {
    rules.push_back(Rule("disaggregatedset.x-k8s.io", {"disaggregatedsets", "disaggregatedsetrolescalers"}, all));
    rules.push_back(Rule("disaggregatedset.x-k8s.io",
                         {"disaggregatedsets/finalizers", "disaggregatedsetrolescalers/finalizers"}, {"update"}));
    rules.push_back(
        Rule("disaggregatedset.x-k8s.io", {"disaggregatedsets/status", "disaggregatedsetrolescalers/status"}, status));
  }
  return rules;
}

Json ClusterRole(const std::string& name, Json rules) {
  Json role = Object(kRbac, "ClusterRole", name);
  role["rules"] = std::move(rules);
  return role;
}

// The binding of a role to the operator's account; of a ClusterRole without a namespace.
Json Binding(const InstallOptions& options, const std::string& name, const std::string& role, bool is_cluster_wide) {
  Json binding = Object(kRbac, is_cluster_wide ? "ClusterRoleBinding" : "RoleBinding", name,
                        is_cluster_wide ? "" : options.namespace_name);
  binding["roleRef"] = {
      {"apiGroup", "rbac.authorization.k8s.io"}, {"kind", is_cluster_wide ? "ClusterRole" : "Role"}, {"name", role}};
  binding["subjects"] =
      Json::array({{{"kind", "ServiceAccount"}, {"name", kManager}, {"namespace", options.namespace_name}}});
  return binding;
}

// In the operator's own namespace: its lease, and the Secret, which the manifests bring, since it may not create one.
Json NamespaceRole(const InstallOptions& options, const std::string& name, Json rules) {
  Json role = Object(kRbac, "Role", name, options.namespace_name);
  role["rules"] = std::move(rules);
  return role;
}

void AddAccess(const InstallOptions& options, std::vector<Json>* objects) {
  objects->push_back(Object("v1", "ServiceAccount", kManager, options.namespace_name));
  objects->push_back(ClusterRole("lws-manager-role", ManagerRules(options)));
  objects->push_back(Binding(options, "lws-manager-rolebinding", "lws-manager-role", true));
  objects->push_back(
      ClusterRole("lws-metrics-auth-role", {Rule("authentication.k8s.io", {"tokenreviews"}, {"create"}),
                                            Rule("authorization.k8s.io", {"subjectaccessreviews"}, {"create"})}));
  objects->push_back(Binding(options, "lws-metrics-auth-rolebinding", "lws-metrics-auth-role", true));
  objects->push_back(ClusterRole("lws-metrics-reader", Json::array({{{"nonResourceURLs", Json::array({"/metrics"})},
                                                                     {"verbs", Json::array({"get"})}}})));
  const Words lease = {"create", "delete", "get", "list", "patch", "update", "watch"};
  Json rules = Json::array({Rule("coordination.k8s.io", {"leases"}, lease), Rule("", {"events"}, {"create", "patch"})});
  objects->push_back(NamespaceRole(options, "lws-leader-election-role", std::move(rules)));
  objects->push_back(Binding(options, "lws-leader-election-rolebinding", "lws-leader-election-role", false));
  rules = Json::array({Rule("", {"secrets"}, {"get", "list", "update", "watch"})});
  objects->push_back(NamespaceRole(options, "lws-certificate-role", std::move(rules)));
  objects->push_back(Binding(options, "lws-certificate-rolebinding", "lws-certificate-role", false));
}

// --- The certificate, and what calls the webhooks.

void AddCertificate(const InstallOptions& options, std::vector<Json>* objects) {
  if (!options.uses_cert_manager) {
    objects->push_back(Object("v1", "Secret", kSecret, options.namespace_name));
    return;
  }
  Json issuer = Object("cert-manager.io/v1", "Issuer", "lws-selfsigned-issuer", options.namespace_name);
  issuer["spec"] = {{"selfSigned", Json::object()}};
  Json certificate = Object("cert-manager.io/v1", "Certificate", kServingCertificate, options.namespace_name);
  const std::string host = absl::StrCat(kWebhookService, ".", options.namespace_name, ".svc");
  certificate["spec"] = {{"dnsNames", Json::array({host, absl::StrCat(host, ".cluster.local")})},
                         {"issuerRef", {{"kind", "Issuer"}, {"name", "lws-selfsigned-issuer"}}},
                         {"secretName", kSecret}};
  objects->push_back(std::move(issuer));
  objects->push_back(std::move(certificate));
}

Json Service(const InstallOptions& options, const char* name, const char* port_name, int port, int target) {
  Json service = Object("v1", "Service", name, options.namespace_name);
  service["spec"] = {
      {"selector", Selector()},
      {"ports", Json::array({{{"name", port_name}, {"port", port}, {"protocol", "TCP"}, {"targetPort", target}}})}};
  return service;
}

// The Service of the webhooks names this address in place of pods.
void AddOutside(const InstallOptions& options, std::vector<Json>* objects) {
  Json service = Service(options, kWebhookService, "webhook", 443, kWebhookPort);
  service["spec"].erase("selector");
  objects->push_back(std::move(service));
  Json slice = Object("discovery.k8s.io/v1", "EndpointSlice", kWebhookService, options.namespace_name);
  slice["metadata"]["labels"]["kubernetes.io/service-name"] = kWebhookService;
  slice["addressType"] = absl::StrContains(options.address, ":") ? "IPv6" : "IPv4";
  slice["ports"] = Json::array({{{"name", "webhook"}, {"port", kWebhookPort}, {"protocol", "TCP"}}});
  slice["endpoints"] =
      Json::array({{{"addresses", Json::array({options.address})}, {"conditions", {{"ready", true}}}}});
  objects->push_back(std::move(slice));
}

struct WebhookRule {
  const char* name;
  const char* path;
  const char* group;
  const char* resource;
  bool on_update = true;
};

Json Webhook(const InstallOptions& options, const WebhookRule& rule) {
  Json webhook = {
      {"name", rule.name},
      {"admissionReviewVersions", Json::array({"v1"})},
      {"clientConfig",
       {{"service", {{"name", kWebhookService}, {"namespace", options.namespace_name}, {"path", rule.path}}}}},
      {"failurePolicy", "Fail"},
      {"sideEffects", "None"},
      {"rules",
       Json::array({{{"apiGroups", Json::array({rule.group})},
                     {"apiVersions", Json::array({"v1"})},
                     {"operations", rule.on_update ? Json::array({"CREATE", "UPDATE"}) : Json::array({"CREATE"})},
                     {"resources", Json::array({rule.resource})}}})},
  };
  // Pods of others never wait for the operator.
  if (std::string(rule.resource) == "pods") {
    webhook["objectSelector"] = {
        {"matchExpressions", Json::array({{{"key", lws::kNameLabel}, {"operator", "Exists"}}})}};
  }
  return webhook;
}

Json WebhookConfiguration(const InstallOptions& options, const char* kind, const char* name,
                          std::initializer_list<WebhookRule> rules) {
  Json configuration = Object(kAdmission, kind, name);
  if (options.uses_cert_manager) {
    configuration["metadata"]["annotations"] = {
        {"cert-manager.io/inject-ca-from", absl::StrCat(options.namespace_name, "/", kServingCertificate)}};
  }
  configuration["webhooks"] = Json::array();
  for (const WebhookRule& rule : rules) configuration["webhooks"].push_back(Webhook(options, rule));
  return configuration;
}

void AddWebhooks(const InstallOptions& options, std::vector<Json>* objects) {
  objects->push_back(WebhookConfiguration(
      options, "MutatingWebhookConfiguration", "lws-mutating-webhook-configuration",
      {{"mleaderworkerset.kb.io", lws::internal::kMutateSetPath, "leaderworkerset.x-k8s.io", "leaderworkersets"},
       {"mpod.kb.io", lws::internal::kMutatePodPath, "", "pods", false}}));
  const WebhookRule sets = {"vleaderworkerset.kb.io", lws::internal::kValidateSetPath, "leaderworkerset.x-k8s.io",
                            "leaderworkersets"};
  const WebhookRule pods = {"vpod.kb.io", lws::internal::kValidatePodPath, "", "pods"};
  const WebhookRule roles = {"vdisaggregatedset.kb.io", lws::internal::kValidateDisaggregatedSetPath,
                             "disaggregatedset.x-k8s.io", "disaggregatedsets"};
  constexpr char kKind[] = "ValidatingWebhookConfiguration";
  constexpr char kName[] = "lws-validating-webhook-configuration";
  objects->push_back(options.has_disaggregated_sets ? WebhookConfiguration(options, kKind, kName, {sets, pods, roles})
                                                    : WebhookConfiguration(options, kKind, kName, {sets, pods}));
}

// --- The operator itself.

Json Configuration(const InstallOptions& options) {
  Json configuration = {{"apiVersion", "config.lws.x-k8s.io/v1alpha1"},
                        {"kind", "Configuration"},
                        {"leaderElection", {{"leaderElect", true}}},
                        {"internalCertManagement",
                         {{"enable", !options.uses_cert_manager},
                          {"webhookServiceName", kWebhookService},
                          {"webhookSecretName", kSecret}}}};
  if (options.uses_volcano) configuration["gangSchedulingManagement"] = {{"schedulerProvider", lws::kVolcanoName}};
  return configuration;
}

Json ConfigMap(const InstallOptions& options) {
  Json map = Object("v1", "ConfigMap", kConfigMap, options.namespace_name);
  map["data"] = {{kConfigFile, lws::ToYaml(Configuration(options))}};
  return map;
}

Json Probe(const char* path, int delay, int period) {
  return {
      {"httpGet", {{"path", path}, {"port", kProbePort}}}, {"initialDelaySeconds", delay}, {"periodSeconds", period}};
}

Json Port(const char* name, int port) { return {{"name", name}, {"containerPort", port}, {"protocol", "TCP"}}; }

Json Container(const InstallOptions& options) {
  Json container = {
      {"name", "manager"},
      {"image", options.image},
      {"args", Json::array({absl::StrCat("--config=/", kConfigFile)})},
      {"env", Json::array(
                  {{{"name", "POD_NAMESPACE"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.namespace"}}}}}}})},
      {"ports",
       Json::array({Port("webhook-server", kWebhookPort), Port("metrics", kMetricsPort), Port("probes", kProbePort)})},
      {"livenessProbe", Probe("/healthz", 15, 20)},
      {"readinessProbe", Probe("/readyz", 1, 5)},
      {"resources", {{"requests", {{"cpu", "100m"}, {"memory", "64Mi"}}}, {"limits", {{"memory", "256Mi"}}}}},
      {"securityContext",
       {{"allowPrivilegeEscalation", false},
        {"capabilities", {{"drop", Json::array({"ALL"})}}},
        {"readOnlyRootFilesystem", true}}},
      {"volumeMounts", Json::array({{{"name", "manager-config"},
                                     {"mountPath", absl::StrCat("/", kConfigFile)},
                                     {"subPath", kConfigFile},
                                     {"readOnly", true}}})},
  };
  if (options.uses_cert_manager) {
    container["volumeMounts"].push_back({{"name", "cert"}, {"mountPath", kCertificateFolder}, {"readOnly", true}});
  }
  return container;
}

// No two replicas on one node where there are others.
Json Affinity() {
  return {{"podAntiAffinity",
           {{"preferredDuringSchedulingIgnoredDuringExecution",
             Json::array(
                 {{{"weight", 100},
                   {"podAffinityTerm",
                    {{"labelSelector", {{"matchLabels", Selector()}}}, {"topologyKey", lws::kHostnameLabel}}}}})}}}};
}

Json Deployment(const InstallOptions& options) {
  Json volumes = Json::array({{{"name", "manager-config"}, {"configMap", {{"name", kConfigMap}}}}});
  if (options.uses_cert_manager) volumes.push_back({{"name", "cert"}, {"secret", {{"secretName", kSecret}}}});
  Json deployment = Object("apps/v1", "Deployment", kManager, options.namespace_name);
  deployment["metadata"]["labels"] = Labels();
  deployment["spec"] = {
      {"replicas", options.replicas},
      {"selector", {{"matchLabels", Selector()}}},
      {"template",
       {{"metadata", {{"labels", Labels()}, {"annotations", {{"kubectl.kubernetes.io/default-container", "manager"}}}}},
        {"spec",
         {{"serviceAccountName", kManager},
          {"terminationGracePeriodSeconds", 10},
          {"securityContext",
           {{"runAsNonRoot", true},
            {"runAsUser", kUser},
            {"runAsGroup", kUser},
            {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
          {"affinity", Affinity()},
          {"containers", Json::array({Container(options)})},
          {"volumes", std::move(volumes)}}}}}};
  return deployment;
}

void AddInside(const InstallOptions& options, std::vector<Json>* objects) {
  objects->push_back(ConfigMap(options));
  objects->push_back(Service(options, kWebhookService, "webhook", 443, kWebhookPort));
  objects->push_back(Service(options, "lws-controller-manager-metrics-service", "https", kMetricsPort, kMetricsPort));
  objects->push_back(Deployment(options));
}

}  // namespace

std::vector<Json> InstallManifests(const InstallOptions& options) {
  std::vector<Json> objects;
  Json namespace_object = Object("v1", "Namespace", options.namespace_name);
  namespace_object["metadata"]["labels"] = Labels();
  objects.push_back(std::move(namespace_object));
  AddAccess(options, &objects);
  AddCertificate(options, &objects);
  options.address.empty() ? AddInside(options, &objects) : AddOutside(options, &objects);
  AddWebhooks(options, &objects);
  return objects;
}

namespace {

// The object under each of the two values of a switch.
std::string UnderSwitch(const char* value, const std::string& on, const std::string& off) {
  if (on == off) return on;
  if (off.empty()) return absl::StrCat("{{- if .Values.", value, " }}\n", on, "{{- end }}\n");
  if (on.empty()) return absl::StrCat("{{- if not .Values.", value, " }}\n", off, "{{- end }}\n");
  return absl::StrCat("{{- if .Values.", value, " }}\n", on, "{{- else }}\n", off, "{{- end }}\n");
}

// The text of the object of that kind and name, "" without one.
std::string TextOf(const std::vector<Json>& objects, const Json& kind, const Json& name) {
  for (const Json& object : objects) {
    if (object["kind"] == kind && object["metadata"]["name"] == name) return absl::StrCat("---\n", lws::ToYaml(object));
  }
  return "";
}

// An object is printed once for each combination of the switches that changes it.
std::string ChartObject(const std::vector<std::vector<Json>>& variants, const Json& object) {
  std::vector<std::string> texts;
  for (const std::vector<Json>& objects : variants) {
    texts.push_back(TextOf(objects, object["kind"], object["metadata"]["name"]));
  }
  return UnderSwitch("enableCertManager", UnderSwitch("enableDisaggregatedSet", texts[3], texts[2]),
                     UnderSwitch("enableDisaggregatedSet", texts[1], texts[0]));
}

}  // namespace

std::string ChartTemplate() {
  std::vector<std::vector<Json>> variants;
  for (int i = 0; i < 4; ++i) {
    InstallOptions options{kChartNamespace, kChartImage, kChartReplicas, i % 2 == 1, i / 2 == 1, false, ""};
    variants.push_back(InstallManifests(options));
  }
  std::string text = "# Printed by lwsctl install --chart.\n";
  for (const Json& object : variants[3]) {
    if (object["kind"] != "Namespace") absl::StrAppend(&text, ChartObject(variants, object));
  }
  for (const Json& object : variants[1]) {
    if (object["kind"] == "Secret") absl::StrAppend(&text, ChartObject(variants, object));
  }
  return absl::StrReplaceAll(
      text, {{kChartNamespace, "{{ .Release.Namespace }}"},
             {kChartImage, "\"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\""},
             {absl::StrCat(kChartReplicas), "{{ .Values.replicas }}"},
             {"    kind: Configuration\n",
              "    kind: Configuration\n"
              "    {{- with .Values.gangSchedulingManagement }}\n"
              "    gangSchedulingManagement:\n"
              "      {{- toYaml . | nindent 6 }}\n"
              "    {{- end }}\n"}});
}

}  // namespace lwsctl
