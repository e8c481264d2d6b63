#include "lws/api/pod_validation.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/container_validation.h"
#include "lws/api/environment_validation.h"
#include "lws/api/field_checks.h"
#include "lws/api/name_rules.h"
#include "lws/api/object_meta_validation.h"
#include "lws/api/resource_validation.h"
#include "lws/api/scheduling_validation.h"
#include "lws/api/security_validation.h"
#include "lws/api/volume_validation.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr const char* kRestartPolicies[] = {"Always", "OnFailure", "Never", nullptr};
constexpr const char* kDnsPolicies[] = {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None", nullptr};
constexpr const char* kPreemptionPolicies[] = {"PreemptLowerPriority", "Never", nullptr};
constexpr const char* kSystems[] = {"linux", "windows", nullptr};

void CheckLabelValue(const FieldValue& value, FieldErrors* errors) { CheckText(value, Dns1123LabelErrors, errors); }
void CheckSubdomain(const FieldValue& value, FieldErrors* errors) { CheckText(value, SubdomainErrors, errors); }
void CheckPodRestartPolicy(const FieldValue& value, FieldErrors* errors) {
  CheckDefaulted(value, kRestartPolicies, errors);
}
void CheckDnsPolicy(const FieldValue& value, FieldErrors* errors) { CheckDefaulted(value, kDnsPolicies, errors); }
void CheckPreemption(const FieldValue& value, FieldErrors* errors) {
  if (!value.exists()) return;
  if (value.Text().empty()) {
    CheckRequired(value, errors);
  } else {
    CheckOneOf(value, kPreemptionPolicies, errors);
  }
}
void CheckDeadline(const FieldValue& value, FieldErrors* errors) {
  CheckRange(value, 1, std::numeric_limits<int32_t>::max(), errors);
}

void CheckRuntimeClass(const FieldValue& value, FieldErrors* errors) {
  if (value.exists()) CheckAnyText(value, SubdomainErrors, errors);
}

void CheckHostAliases(const FieldValue& aliases, FieldErrors* errors) {
  for (const FieldValue& alias : aliases.Items()) {
    CheckAnyText(alias["ip"], IpAddressErrors, errors);
    for (const FieldValue& name : alias["hostnames"].Items()) CheckAnyText(name, SubdomainErrors, errors);
  }
}

void CheckOs(const FieldValue& os, FieldErrors* errors) {
  if (!os.exists()) return;
  if (os["name"].Text().empty()) {
    errors->push_back(FieldRequired(os["name"].path(), ""));
  } else {
    CheckOneOf(os["name"].Named(os.path()), kSystems, errors);
  }
}

// The fields that the API server checks last, in its order, after the fields that depend on each other.
constexpr FieldRule kLastFields[] = {{"serviceAccountName", CheckSubdomain},
                                     {"nodeName", CheckSubdomain},
                                     {"activeDeadlineSeconds", CheckDeadline},
                                     {"hostname", CheckLabelValue},
                                     {"subdomain", CheckLabelValue},
                                     {"tolerations", CheckTolerations},
                                     {"hostAliases", CheckHostAliases},
                                     {"priorityClassName", CheckSubdomain},
                                     {"runtimeClassName", CheckRuntimeClass},
                                     {"preemptionPolicy", CheckPreemption},
                                     {"overhead", CheckOverhead},
                                     {"os", CheckOs}};

void CheckDnsNames(const FieldValue& config, FieldErrors* errors) {
  const FieldValue servers = config["nameservers"];
  if (servers.size() > 3) errors->push_back(FieldValueInvalid(servers, "must not have more than 3 nameservers"));
  for (const FieldValue& server : servers.Items()) CheckAnyText(server, IpAddressErrors, errors);
  const FieldValue searches = config["searches"];
  if (searches.size() > 32) errors->push_back(FieldValueInvalid(searches, "must not have more than 32 search paths"));
  size_t characters = 0;
  for (const std::string& search : searches.Texts()) characters += search.size() + 1;
  if (characters > 2049) {
    errors->push_back(
        FieldValueInvalid(searches, "must not have more than 2048 characters (including spaces) in the search list"));
  }
  for (const FieldValue& search : searches.Items()) CheckAnyText(search, SearchDomainErrors, errors);
  for (const FieldValue& option : config["options"].Items()) {
    if (option["name"].Text().empty()) errors->push_back(FieldRequired(option.path(), "must not be empty"));
  }
}

void CheckDnsConfig(const FieldValue& spec, FieldErrors* errors) {
  const FieldValue config = spec["dnsConfig"];
  const bool is_alone = spec["dnsPolicy"].Text() == "None";
  if (is_alone && !config.exists()) {
    errors->push_back(FieldRequired(config.path(), "must provide `dnsConfig` when `dnsPolicy` is None"));
  } else if (is_alone && config["nameservers"].empty()) {
    errors->push_back(FieldRequired(config["nameservers"].path(),
                                    "must provide at least one DNS nameserver when `dnsPolicy` is None"));
  } else {
    CheckDnsNames(config, errors);
  }
}

void CheckHostNameOverride(const FieldValue& spec, FieldErrors* errors) {
  const FieldValue name = spec["hostnameOverride"];
  if (!name.exists()) return;
  if (spec["setHostnameAsFQDN"].Flag()) {
    errors->push_back(FieldForbidden(name.path(), "may not be specified when setHostnameAsFQDN is true"));
  }
  if (spec["hostNetwork"].Flag()) {
    errors->push_back(FieldForbidden(name.path(), "may not be specified when hostNetwork is true"));
  }
  if (name.Text().size() > 64) errors->push_back(FieldTooLong(name.path(), 64));
  CheckAnyText(name, SubdomainErrors, errors);
}

ContainersPod ReadPod(const FieldValue& spec, UsableVolumes volumes, bool is_pod) {
  ContainersPod pod;
  pod.volumes = std::move(volumes);
  pod.asker.is_pod = is_pod;
  for (const FieldValue& claim : spec["resourceClaims"].Items()) {
    if (!claim["name"].Text().empty()) pod.asker.claims.insert(claim["name"].Text());
  }
  pod.grace_period = spec["terminationGracePeriodSeconds"].Number().value_or(30);
  pod.host_users = !spec["hostUsers"].exists() || spec["hostUsers"].Flag();
  pod.host_ports = is_pod && spec["hostNetwork"].Flag();
  pod.restart_policy = spec["restartPolicy"].TextOr("Always");
  return pod;
}

// Checks the fields that depend on the containers, and those that the containers depend on.
void CheckMembers(const FieldValue& spec, const VolumeOwner& owner, FieldErrors* errors) {
  UsableVolumes volumes = CheckVolumes(spec["volumes"], owner, errors);
  const ContainersPod pod = ReadPod(spec, std::move(volumes), owner.is_pod);
  CheckResourceClaims(spec["resourceClaims"], errors);
  CheckContainers(spec, pod, errors);
  CheckPodResources(spec, pod.asker, errors);
  CheckHostNetworkPorts(spec, errors);
}

void CheckSpec(const FieldValue& spec, const VolumeOwner& owner, FieldErrors* errors) {
  CheckMembers(spec, owner, errors);
  CheckPodRestartPolicy(spec["restartPolicy"], errors);
  CheckDnsPolicy(spec["dnsPolicy"], errors);
  CheckLabels(spec["nodeSelector"], errors);
  CheckPodSecurity(spec, errors);
  CheckAffinity(spec["affinity"], errors);
  CheckDnsConfig(spec, errors);
  CheckReadinessGates(spec["readinessGates"], errors);
  CheckSchedulingGates(spec["schedulingGates"], errors);
  CheckSpreadConstraints(spec["topologySpreadConstraints"], errors);
  CheckHostUsers(spec, errors);
  CheckHostNameOverride(spec, errors);
  CheckFields(spec, kLastFields, errors);
  CheckOperatingSystem(spec, errors);
  for (const char* list : {"initContainers", "containers"}) {
    for (const FieldValue& container : spec[list].Items()) CheckVariableFiles(container, spec["volumes"], errors);
  }
}

void CheckTokensOfPod(const FieldValue& spec, FieldErrors* errors) {
  if (!spec["serviceAccountName"].Text().empty()) return;
  for (const FieldValue& volume : spec["volumes"].Items()) {
    for (const FieldValue& source : volume["projected"]["sources"].Items()) {
      const FieldValue token = source["serviceAccountToken"];
      if (token.exists()) {
        errors->push_back(FieldForbidden(token.path(), "must not be specified when serviceAccountName is not set"));
      }
    }
  }
}

}  // namespace

FieldErrors ValidatePod(const Json& pod) {
  FieldErrors errors = ValidateMetadata(pod, SubdomainErrors);
  const FieldValue document(pod, "");
  const FieldValue spec = document["spec"];
  CheckSpec(spec, {true, document["metadata"]["name"].Text()}, &errors);
  CheckTokensOfPod(spec, &errors);
  CheckImagesOfPod(spec, &errors);
  if (!spec["ephemeralContainers"].empty()) {
    errors.push_back(FieldForbidden(spec["ephemeralContainers"].path(), "cannot be set on create"));
  }
  if (!spec["nodeName"].Text().empty() && !spec["schedulingGates"].empty()) {
    errors.push_back(
        FieldForbidden(spec["nodeName"].path(), "cannot be set until all schedulingGates have been cleared"));
  }
  return WithoutRepeatedFieldErrors(std::move(errors));
}

FieldErrors PriorityErrors(const Json& pod) {
  struct Class {
    absl::string_view name;
    int64_t priority;
  };
  // Every cluster has these. Pods without a class get this priority unless the cluster has a default class.
  constexpr Class kClasses[] = {{"", 0}, {"system-cluster-critical", 2000000000}, {"system-node-critical", 2000001000}};
  constexpr absl::string_view kPreemption = "PreemptLowerPriority";
  constexpr absl::string_view kComputed = " must not be provided in pod spec; priority admission controller computed ";
  constexpr absl::string_view kFrom = " from the given PriorityClass name";
  const FieldValue spec = FieldValue(pod, "")["spec"];
  const std::string name = spec["priorityClassName"].Text();
  const auto* const known =
      std::find_if(std::begin(kClasses), std::end(kClasses), [&name](const Class& row) { return row.name == name; });
  if (known == std::end(kClasses)) return {};
  const int64_t priority = spec["priority"].Number().value_or(known->priority);
  const FieldValue policy = spec["preemptionPolicy"];
  const std::string preemption = policy.exists() ? policy.Text() : std::string(kPreemption);
  FieldErrors errors;
  if (priority != known->priority) {
    errors.push_back(FieldForbidden(spec["priority"].path(), absl::StrCat("the integer value of priority (", priority,
                                                                          ")", kComputed, known->priority, kFrom)));
  } else if (preemption != kPreemption) {
    errors.push_back(FieldForbidden(policy.path(), absl::StrCat("the string value of PreemptionPolicy (", preemption,
                                                                ")", kComputed, kPreemption, kFrom)));
  }
  return errors;
}

void AddOverheadErrors(const Json& pod, FieldErrors* errors) {
  const FieldValue spec = FieldValue(pod, "")["spec"];
  const FieldValue overhead = spec["overhead"];
  if (overhead.empty() || !spec["runtimeClassName"].Text().empty()) return;
  errors->push_back(FieldForbidden(
      overhead.path(), "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"));
}

void CheckPodTemplate(const FieldValue& pod_template, FieldErrors* errors) {
  const FieldValue metadata = pod_template["metadata"].Named(pod_template.path());
  CheckLabels(metadata["labels"], errors);
  CheckAnnotations(metadata["annotations"], errors);
  CheckSpec(pod_template["spec"], {}, errors);
  const FieldValue ephemeral = pod_template["spec"]["ephemeralContainers"];
  if (!ephemeral.empty()) {
    errors->push_back(FieldForbidden(ephemeral.path(), "ephemeral containers not allowed in pod template"));
  }
}

}  // namespace lws::internal
