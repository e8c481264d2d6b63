#include "lws/api/container_validation.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lws/api/environment_validation.h"
#include "lws/api/field_checks.h"
#include "lws/api/mount_validation.h"
#include "lws/api/name_rules.h"
#include "lws/api/probe_validation.h"
#include "lws/api/security_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr const char* kMessagePolicies[] = {"File", "FallbackToLogsOnError", nullptr};
constexpr const char* kProtocols[] = {"SCTP", "TCP", "UDP", nullptr};
constexpr const char* kPullPolicies[] = {"Always", "IfNotPresent", "Never", nullptr};
constexpr const char* kResizedResources[] = {"cpu", "memory", nullptr};
constexpr const char* kResizePolicies[] = {"NotRequired", "RestartContainer", nullptr};
constexpr const char* kRestartPolicies[] = {"Always", "Never", "OnFailure", nullptr};
constexpr const char* kRestartActions[] = {"Restart", "RestartAllContainers", nullptr};
constexpr const char* kExitCodeOperators[] = {"In", "NotIn", nullptr};

void CheckPortName(const FieldValue& name, std::set<std::string>* names, FieldErrors* errors) {
  const std::string text = name.Text();
  if (text.empty()) return;
  CheckText(name, PortNameErrors, errors);
  if (PortNameErrors(text).empty()) CheckUnique(name, names, errors);
}

// The port of the node that a port takes; 0 for none. A pod in the node's network takes its container port by default.
int64_t HostPort(const FieldValue& port, const ContainersPod& pod) {
  const int64_t otherwise = pod.host_ports ? port["containerPort"].Number().value_or(0) : 0;
  const int64_t number = port["hostPort"].Number().value_or(0);
  return number == 0 ? otherwise : number;
}

void CheckPorts(const FieldValue& ports, const ContainersPod& pod, FieldErrors* errors) {
  std::set<std::string> names;
  for (const FieldValue& port : ports.Items()) {
    CheckPortName(port["name"], &names, errors);
    const FieldValue number = port["containerPort"];
    if (number.Number().value_or(0) == 0) {
      errors->push_back(FieldRequired(number.path(), ""));
    } else {
      CheckRange(number, 1, 65535, errors);
    }
    const Json host_port = HostPort(port, pod);
    if (host_port != 0) CheckRange(FieldValue(host_port, port["hostPort"].path()), 1, 65535, errors);
    CheckDefaulted(port["protocol"], kProtocols, errors);
  }
}

// The API server reports these errors for the whole list, except that a repeated item is named itself.
void CheckResizePolicy(const FieldValue& policies, absl::string_view pod_restart_policy, FieldErrors* errors) {
  std::set<std::string> resources;
  for (const FieldValue& policy : policies.Items()) {
    const FieldValue resource = policy["resourceName"].Named(policies.path());
    const FieldValue restart = policy["restartPolicy"].Named(policies.path());
    CheckUnique(resource.Named(policy.path()), &resources, errors);
    resource.Text().empty() ? CheckRequired(resource, errors) : CheckOneOf(resource, kResizedResources, errors);
    restart.Text().empty() ? CheckRequired(restart, errors) : CheckOneOf(restart, kResizePolicies, errors);
    if (pod_restart_policy == "Never" && restart.Text() != "NotRequired") {
      errors->push_back(FieldInvalidText(restart.path(), restart.Text(),
                                         "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  }
}

// What all containers have in common.
void CheckContainer(const FieldValue& container, const ContainersPod& pod, FieldErrors* errors) {
  CheckRequiredText(container["name"], Dns1123LabelErrors, errors);
  CheckRequired(container["image"], errors);
  CheckDefaulted(container["terminationMessagePolicy"], kMessagePolicies, errors);
  CheckPorts(container["ports"], pod, errors);
  CheckEnvironment(container, errors);
  CheckMounts(container, pod.volumes, errors);
  CheckDefaulted(container["imagePullPolicy"], kPullPolicies, errors);
  CheckContainerResources(container["resources"], pod.asker, errors);
  CheckResizePolicy(container["resizePolicy"], pod.restart_policy, errors);
  CheckContainerSecurity(container["securityContext"], pod.host_users, errors);
}

void CheckRestartRules(const FieldValue& container, FieldErrors* errors) {
  const FieldValue policy = container["restartPolicy"];
  const FieldValue rules = container["restartPolicyRules"];
  if (!policy.exists() && !rules.empty()) {
    errors->push_back(FieldRequired(policy.path(), "must specify restartPolicy when restart rules are used"));
  }
  CheckOneOf(policy, kRestartPolicies, errors);
  for (const FieldValue& rule : rules.Items()) {
    CheckOneOf(rule["action"], kRestartActions, errors);
    if (!rule["exitCodes"].exists()) errors->push_back(FieldRequired(rule["exitCodes"].path(), "must be specified"));
    CheckOneOf(rule["exitCodes"]["operator"], kExitCodeOperators, errors);
  }
}

// Law 2.
void CheckHostPorts(const FieldValue& container, const ContainersPod& pod, std::set<std::string>* taken,
                    FieldErrors* errors) {
  for (const FieldValue& port : container["ports"].Items()) {
    const int64_t host_port = HostPort(port, pod);
    if (host_port == 0) continue;
    const std::string key = absl::StrCat(port["protocol"].TextOr("TCP"), "/", port["hostIP"].Text(), "/", host_port);
    if (!taken->insert(key).second) errors->push_back(FieldDuplicate(port["hostPort"].path(), GoQuoted(key)));
  }
}

void CheckRegularContainers(const FieldValue& list, const ContainersPod& pod, FieldErrors* errors) {
  if (list.empty()) errors->push_back(FieldRequired(list.path(), ""));
  std::set<std::string> names;
  for (const FieldValue& container : list.Items()) {
    CheckContainer(container, pod, errors);
    CheckUnique(container["name"], &names, errors);
    CheckProbes(container, pod.grace_period, errors);
    CheckRestartRules(container, errors);
  }
  std::set<std::string> taken;
  for (const FieldValue& container : list.Items()) CheckHostPorts(container, pod, &taken, errors);
}

void CheckRestartOfResize(const FieldValue& container, FieldErrors* errors) {
  for (const FieldValue& policy : container["resizePolicy"].Items()) {
    const FieldValue restart = policy["restartPolicy"];
    if (restart.Text() != "RestartContainer") continue;
    errors->push_back(
        FieldValueInvalid(restart, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
  }
}

// `names` holds the names of the regular containers, and those of the init containers checked so far.
void CheckInitContainer(const FieldValue& container, const ContainersPod& pod, std::set<std::string>* names,
                        FieldErrors* errors) {
  CheckContainer(container, pod, errors);
  CheckRestartRules(container, errors);
  const std::string name = container["name"].Text();
  if (!name.empty() || names->count(name) > 0) CheckUnique(container["name"], names, errors);
}

void CheckInitContainers(const FieldValue& spec, const ContainersPod& pod, FieldErrors* errors) {
  std::set<std::string> names;
  for (const FieldValue& container : spec["containers"].Items()) names.insert(container["name"].Text());
  for (const FieldValue& container : spec["initContainers"].Items()) {
    CheckInitContainer(container, pod, &names, errors);
    // Init containers run one after the other, so their ports do not clash. The API server calls each of them `[0]`
    // here.
    std::set<std::string> taken;
    CheckHostPorts(container.Named(absl::StrCat(spec["initContainers"].path(), "[0]")), pod, &taken, errors);
    if (container["restartPolicy"].Text() == "Always") {
      CheckProbes(container, pod.grace_period, errors);
    } else {
      CheckNoProbes(container, errors);
      CheckRestartOfResize(container, errors);
    }
  }
}

}  // namespace

void CheckContainers(const FieldValue& spec, const ContainersPod& pod, FieldErrors* errors) {
  CheckRegularContainers(spec["containers"], pod, errors);
  CheckInitContainers(spec, pod, errors);
}

void CheckHostNetworkPorts(const FieldValue& spec, FieldErrors* errors) {
  if (!spec["hostNetwork"].Flag()) return;
  for (const FieldValue& container : spec["containers"].Items()) {
    for (const FieldValue& port : container["ports"].Items()) {
      const int64_t own = port["containerPort"].Number().value_or(0);
      const FieldValue host_port = port["hostPort"];
      const int64_t number = host_port.Number().value_or(0);
      if (number == 0 || number == own) continue;
      errors->push_back(FieldValueInvalid(host_port, "must match `containerPort` when `hostNetwork` is true"));
    }
  }
}

void CheckImagesOfPod(const FieldValue& spec, FieldErrors* errors) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const FieldValue& container : spec[list].Items()) {
      const FieldValue image = container["image"];
      if (absl::StripAsciiWhitespace(image.Text()).size() == image.Text().size()) continue;
      errors->push_back(FieldValueInvalid(image, "must not have leading or trailing whitespace"));
    }
  }
}

}  // namespace lws::internal
