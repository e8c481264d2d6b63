// The API server's checks of a container's mounts and block devices.
//
//   lws::internal::CheckMounts(container, volumes, &errors);
//   // spec.containers[0].volumeMounts[0].name: Not found: "nope"
//
// Laws:
//   1. What is mounted is a volume of the pod, and no path is mounted twice.
//   2. A block device is a claim, and is not mounted too.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_MOUNT_VALIDATION_H_
#define LWS_API_MOUNT_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/volume_validation.h"

namespace lws::internal {

// `volumeMounts` and `volumeDevices`. Complexity: O(mounts * devices).
void CheckMounts(const FieldValue& container, const UsableVolumes& volumes, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_MOUNT_VALIDATION_H_
