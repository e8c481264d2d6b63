#include "lws/placement/pods/tpu_environment.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/api/json_member.h"
#include "lws/api/pod_document.h"
#include "lws/api/pod_name.h"
#include "lws/api/pod_tpus.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr int kFirstPort = 8476;
// Sizes and indices are 32-bit numbers in the API, so the products below fit 64 bits.
constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxHosts = 1000000;

std::vector<Json*> TpuContainers(Json* pod) {
  std::vector<Json*> result;
  for (Json* container : ContainersOfPod(pod)) {
    if (ContainerRequestsTpus(*container)) result.push_back(container);
  }
  for (Json* container : InitContainersOfPod(pod)) {
    if (ContainerRequestsTpus(*container)) result.push_back(container);
  }
  return result;
}

// The pod's place within its group.
struct TpuMember {
  std::string pod_name;
  std::string leader_name;
  std::string subdomain;
  int64_t ordinal = 0;  // 0 for the leader
  bool is_leader = false;
  bool leader_requests_tpus = false;  // or the pod is the leader itself
};

absl::StatusOr<TpuMember> ReadTpuMember(const Json& pod) {
  TpuMember member;
  member.pod_name = TextMemberOf(pod["metadata"], "name");
  member.subdomain = TextMemberOf(pod["spec"], "subdomain");
  member.is_leader = PodText(pod, kLabels, kWorkerIndexLabel) == "0";
  member.leader_requests_tpus = member.is_leader || PodText(pod, kAnnotations, kLeaderRequestsTpusAnnotation) == "true";
  member.leader_name = member.pod_name;
  if (member.is_leader) return member;
  const std::optional<PodName> name = ParsePodName(member.pod_name);
  if (!name.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("metadata.name: ", member.pod_name, " has no ordinal"));
  }
  member.leader_name = name->parent;
  member.ordinal = name->ordinal;
  return member;
}

std::string Hostname(const TpuMember& member, int64_t worker) {
  if (worker == 0) return absl::StrCat(member.leader_name, ".", member.subdomain);
  return absl::StrCat(member.leader_name, "-", worker, ".", member.subdomain);
}

// The hosts of the workers [first, last], after the leader's host when `with_leader`.
absl::StatusOr<std::vector<std::string>> Hostnames(const TpuMember& member, bool with_leader, int64_t first,
                                                   int64_t last) {
  if (last - first >= kMaxHosts) {
    return absl::InvalidArgumentError(
        absl::StrCat(kTpuWorkerHostnamesEnv, ": ", last - first + 1, " hosts are more than ", kMaxHosts));
  }
  std::vector<std::string> hosts;
  if (with_leader) hosts.push_back(Hostname(member, 0));
  for (int64_t worker = first; worker <= last; ++worker) hosts.push_back(Hostname(member, worker));
  return hosts;
}

struct Ports {
  std::string port;
  bool given = false;  // the user set it
};

Ports PortOf(const Json& container, int index) {
  std::optional<std::string> given = ContainerEnvValue(container, kTpuProcessPortEnv);
  if (given.has_value()) return {*given, true};
  return {absl::StrCat(kFirstPort + index), false};
}

// Appends one hostname and one address for each pod and container.
void Append(const TpuMember& member, const std::vector<std::string>& hosts, const std::vector<Ports>& ports,
            int64_t first_id, const std::vector<Json*>& containers) {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  for (const std::string& host : hosts) {
    for (const Ports& port : ports) {
      names.push_back(host);
      addresses.push_back(absl::StrCat(host, ":", port.port));
    }
  }
  for (size_t i = 0; i < containers.size(); ++i) {
    AppendContainerEnv(kTpuWorkerHostnamesEnv, absl::StrJoin(names, ","), containers[i]);
    AppendContainerEnv(kTpuWorkerIdEnv, absl::StrCat(first_id + static_cast<int64_t>(i)), containers[i]);
    AppendContainerEnv(kTpuNameEnv, member.leader_name, containers[i]);
    AppendContainerEnv(kTpuProcessAddressesEnv, absl::StrJoin(addresses, ","), containers[i]);
    if (!ports[i].given) AppendContainerEnv(kTpuProcessPortEnv, ports[i].port, containers[i]);
  }
}

absl::Status AddForGroup(const TpuMember& member, int64_t size, const std::vector<Json*>& containers) {
  std::vector<Ports> ports;
  for (size_t i = 0; i < containers.size(); ++i) ports.push_back(PortOf(*containers[i], static_cast<int>(i)));
  const absl::StatusOr<std::vector<std::string>> hosts =
      Hostnames(member, member.leader_requests_tpus, 1, std::clamp<int64_t>(size, 0, kLargest) - 1);
  if (!hosts.ok()) return hosts.status();
  const int64_t pod_index = member.leader_requests_tpus ? member.ordinal : member.ordinal - 1;
  Append(member, *hosts, ports, pod_index * static_cast<int64_t>(containers.size()), containers);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> IntegerText(const Json& pod, const char* map, const char* key) {
  const std::string text = PodText(pod, map, key).value_or("");
  const std::optional<int64_t> value = ParseStrictInteger(text);
  if (!value.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("metadata.", map, ".", key, ": \"", text, "\" is not an integer"));
  }
  if (*value < -kLargest || *value > kLargest) {
    return absl::InvalidArgumentError(absl::StrCat("metadata.", map, ".", key, ": ", text, " is out of range"));
  }
  return *value;
}

// With subgroups the hosts are those of the pod's own subgroup, with one container per pod.
absl::Status AddForSubGroup(const TpuMember& member, const Json& pod, Json* container) {
  const absl::StatusOr<int64_t> size = IntegerText(pod, kAnnotations, kSubGroupSizeAnnotation);
  if (!size.ok()) return size.status();
  const absl::StatusOr<int64_t> index = IntegerText(pod, kLabels, kSubGroupIndexLabel);
  if (!index.ok()) return index.status();
  const absl::StatusOr<int64_t> worker = IntegerText(pod, kLabels, kWorkerIndexLabel);
  if (!worker.ok()) return worker.status();
  if (*size == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("metadata.annotations.", kSubGroupSizeAnnotation, ": must not be 0"));
  }
  int64_t id = *worker % *size;
  int64_t subgroup = *index;
  if (*worker != 0 && !member.leader_requests_tpus) {
    id = (*worker - 1) % *size;
    subgroup = (*worker - 1) / *size;
  }
  // The workers of the subgroup if the leader asks for no TPUs. If it does, it is the first host, so the others shift
  // by one.
  int64_t first = *size * subgroup + 1;
  int64_t last = *size * (subgroup + 1);
  bool with_leader = false;
  if (member.leader_requests_tpus) {
    with_leader = member.is_leader || subgroup == 0;
    if (!with_leader) --first;
    --last;
  }
  const absl::StatusOr<std::vector<std::string>> hosts = Hostnames(member, with_leader, first, last);
  if (!hosts.ok()) return hosts.status();
  Append(member, *hosts, {PortOf(*container, 0)}, id, {container});
  return absl::OkStatus();
}

}  // namespace

absl::Status AddTpuEnvironment(int64_t size, Json* pod) {
  const std::vector<Json*> containers = TpuContainers(pod);
  if (containers.empty() || ContainerEnvValue(*containers[0], kTpuWorkerHostnamesEnv).has_value() ||
      ContainerEnvValue(*containers[0], kTpuWorkerIdEnv).has_value()) {
    return absl::OkStatus();
  }
  const absl::StatusOr<TpuMember> member = ReadTpuMember(*pod);
  if (!member.ok()) return member.status();
  if (PodText(*pod, kAnnotations, kSubGroupSizeAnnotation).has_value()) {
    return AddForSubGroup(*member, *pod, containers[0]);
  }
  return AddForGroup(*member, size, containers);
}

}  // namespace lws::internal
