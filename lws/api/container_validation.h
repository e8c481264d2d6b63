// The API server's checks of the containers of a pod.
//
//   lws::internal::CheckContainers(spec, facts, &errors);
//   // spec.containers[0].ports[0].containerPort: Invalid value: 80000: must be between 1 and 65535, inclusive
//
// Laws:
//   1. Names are DNS labels, and none comes twice among containers and init containers.
//   2. Ports of one container have different names; no two containers take one port of the node.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_CONTAINER_VALIDATION_H_
#define LWS_API_CONTAINER_VALIDATION_H_

#include <cstdint>
#include <string>

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/resource_validation.h"
#include "lws/api/volume_validation.h"

namespace lws::internal {

// The properties of a pod on which the checks of its containers depend.
struct ContainersPod {
  UsableVolumes volumes;
  ResourceAsker asker;
  int64_t grace_period = 30;  // seconds
  bool host_users = true;
  bool host_ports = false;  // a pod, not a template, in the node's network
  std::string restart_policy;
};

// `containers`, then `initContainers` of a pod's spec. Complexity: O(containers).
void CheckContainers(const FieldValue& spec, const ContainersPod& pod, FieldErrors* errors);

// Ports of containers in the node's network are those of the node. Complexity: O(ports).
void CheckHostNetworkPorts(const FieldValue& spec, FieldErrors* errors);

// Checks that apply to pods but not to their templates. Complexity: O(containers).
void CheckImagesOfPod(const FieldValue& spec, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_CONTAINER_VALIDATION_H_
