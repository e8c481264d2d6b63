#include "lws/api/pod_tpus.h"

#include <string>

#include "absl/status/statusor.h"
#include "lws/api/quantity.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

bool ContainerRequestsTpus(const Json& container) {
  if (!container.is_object()) return false;
  const auto resources = container.find("resources");
  if (resources == container.end() || !resources->is_object()) return false;
  for (const char* list : {"limits", "requests"}) {
    const auto amounts = resources->find(list);
    if (amounts == resources->end() || !amounts->is_object()) continue;
    const auto amount = amounts->find(kTpuResource);
    if (amount == amounts->end()) continue;
    const std::string text = amount->is_string() ? amount->get<std::string>() : amount->dump();
    const absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
    return quantity.ok() && !quantity->IsZero();
  }
  return false;
}

bool PodRequestsTpus(const Json& pod_spec) {
  if (!pod_spec.is_object()) return false;
  for (const char* list : {"containers", "initContainers"}) {
    const auto containers = pod_spec.find(list);
    if (containers == pod_spec.end() || !containers->is_array()) continue;
    for (const Json& container : *containers) {
      if (ContainerRequestsTpus(container)) return true;
    }
  }
  return false;
}

}  // namespace lws::internal
