#include "lws/placement/pod_resources.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/field_status.h"
#include "lws/api/strict_reader.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

const Json* Find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// Reads resources.LIST of a container or a pod.
absl::StatusOr<ResourceList> Resources(const Json& holder, const char* list) {
  const Json* resources = Find(holder, "resources");
  if (resources != nullptr && !resources->is_object()) {
    return FieldStatus("", "resources", absl::StrCat(ShownJsonValue(*resources), " is not an object"));
  }
  const Json* amounts = resources == nullptr ? nullptr : Find(*resources, list);
  if (amounts == nullptr) return ResourceList();
  absl::StatusOr<ResourceList> read = ReadResourceList(*amounts);
  if (!read.ok()) return FieldStatusBelow(absl::StrCat("resources.", list), read.status());
  return read;
}

absl::StatusOr<ResourceList> Requests(const Json& container, AbsentRequest absent) {
  absl::StatusOr<ResourceList> requests = Resources(container, "requests");
  if (!requests.ok() || absent == AbsentRequest::kIsZero) return requests;
  const absl::StatusOr<ResourceList> limits = Resources(container, "limits");
  if (!limits.ok()) return limits.status();
  requests->insert(limits->begin(), limits->end());
  return requests;
}

// Calls visit(container) for the containers of one of the pod's lists, until a call returns an error.
template <typename Visit>
absl::Status ForEachContainer(const Json& pod_spec, const char* list, const Visit& visit) {
  const Json* containers = Find(pod_spec, list);
  if (containers == nullptr) return absl::OkStatus();
  if (!containers->is_array())
    return FieldStatus("", list, absl::StrCat(ShownJsonValue(*containers), " is not a list"));
  for (size_t i = 0; i < containers->size(); ++i) {
    const Json& container = (*containers)[i];
    const absl::Status status = container.is_object()
                                    ? visit(container)
                                    : FieldStatus("", "", absl::StrCat(ShownJsonValue(container), " is not an object"));
    if (!status.ok()) return FieldStatusBelow(absl::StrCat(list, "[", i, "]"), status);
  }
  return absl::OkStatus();
}

// Raises the amounts of `list` that are smaller than those of `other`.
void RaiseTo(const ResourceList& other, ResourceList* list) {
  for (const auto& [name, amount] : other) {
    const auto [found, inserted] = list->try_emplace(name, amount);
    if (!inserted && found->second.Compare(amount) < 0) found->second = amount;
  }
}

// The sums of the containers and of the sidecars, and the highest need at any moment of the initialisation.
struct ContainerSums {
  ResourceList running;
  ResourceList sidecars;
  ResourceList initialising;
};

absl::Status AddInitContainer(const Json& container, AbsentRequest absent, ContainerSums* sums) {
  absl::StatusOr<ResourceList> requests = Requests(container, absent);
  if (!requests.ok()) return requests.status();
  const Json* policy = Find(container, "restartPolicy");
  if (policy != nullptr && *policy == "Always") {
    AddResources(*requests, 1, &sums->running);
    AddResources(*requests, 1, &sums->sidecars);
    RaiseTo(sums->sidecars, &sums->initialising);
    return absl::OkStatus();
  }
  ResourceList moment = sums->sidecars;
  AddResources(*requests, 1, &moment);
  RaiseTo(moment, &sums->initialising);
  return absl::OkStatus();
}

// Kubernetes has pod-level requests only for cpu, memory and huge pages.
bool IsPodLevelResource(absl::string_view name) {
  return name == "cpu" || name == "memory" || absl::StartsWith(name, "hugepages-");
}

absl::Status ApplyPodLevel(const Json& pod_spec, AbsentRequest absent, ResourceList* sum) {
  absl::StatusOr<ResourceList> pod_level = Resources(pod_spec, "requests");
  if (!pod_level.ok()) return pod_level.status();
  if (absent == AbsentRequest::kIsLimit) {
    const absl::StatusOr<ResourceList> limits = Resources(pod_spec, "limits");
    if (!limits.ok()) return limits.status();
    // A pod-level limit counts as the request of a resource that no container asks for.
    for (const auto& [name, amount] : *limits) {
      if (sum->count(name) == 0) pod_level->emplace(name, amount);
    }
  }
  for (const auto& [name, amount] : *pod_level) {
    if (IsPodLevelResource(name)) (*sum)[name] = amount;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResourceList> ReadResourceList(const Json& amounts) {
  ResourceList list;
  if (amounts.is_null()) return list;
  if (!amounts.is_object()) return FieldStatus("", "", absl::StrCat(ShownJsonValue(amounts), " is not an object"));
  for (auto it = amounts.begin(); it != amounts.end(); ++it) {
    if (it->is_null()) continue;
    if (!it->is_string() && !it->is_number()) {
      return FieldStatus("", it.key(), absl::StrCat(ShownJsonValue(*it), " is not a quantity"));
    }
    absl::StatusOr<Quantity> quantity =
        Quantity::Parse(it->is_string() ? it->get_ref<const std::string&>() : it->dump());
    if (!quantity.ok()) return FieldStatus("", it.key(), quantity.status().message());
    list[it.key()] = *std::move(quantity);
  }
  return list;
}

void AddResources(const ResourceList& addend, int64_t count, ResourceList* sum) {
  for (const auto& [name, amount] : addend) {
    Quantity total = amount;
    if (count != 1) total.Multiply(count);
    const auto [found, inserted] = sum->try_emplace(name, total);
    if (!inserted) found->second.Add(total);
  }
}

absl::StatusOr<ResourceList> PodRequests(const Json& pod_spec, AbsentRequest absent) {
  ContainerSums sums;
  absl::Status status = ForEachContainer(pod_spec, "containers", [&](const Json& container) {
    const absl::StatusOr<ResourceList> requests = Requests(container, absent);
    if (requests.ok()) AddResources(*requests, 1, &sums.running);
    return requests.status();
  });
  if (!status.ok()) return status;
  status = ForEachContainer(pod_spec, "initContainers",
                            [&](const Json& container) { return AddInitContainer(container, absent, &sums); });
  if (!status.ok()) return status;
  ResourceList total = std::move(sums.running);
  RaiseTo(sums.initialising, &total);
  status = ApplyPodLevel(pod_spec, absent, &total);
  if (!status.ok()) return status;
  if (const Json* overhead = Find(pod_spec, "overhead"); overhead != nullptr) {
    absl::StatusOr<ResourceList> amounts = ReadResourceList(*overhead);
    if (!amounts.ok()) return FieldStatusBelow("overhead", amounts.status());
    AddResources(*amounts, 1, &total);
  }
  return total;
}

}  // namespace lws
