// The API server's checks of a pod's volumes.
//
//   lws::FieldErrors errors;
//   lws::internal::CheckVolumes(spec["volumes"], facts, &errors);
//   // spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type
//
// Laws:
//   1. A volume has at most one source; without a source it is an emptyDir.
//   2. Names are unique DNS labels. Only volumes without errors can be mounted.
//
// Not looked at: the sources clusterTrustBundle and podCertificate of projected volumes.
//
// Thread-safety: may be called concurrently for distinct errors.
#ifndef LWS_API_VOLUME_VALIDATION_H_
#define LWS_API_VOLUME_VALIDATION_H_

#include <map>
#include <string>

#include "lws/api/field_checks.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"

namespace lws::internal {

// The volumes that containers can mount, by name. The flag says whether it is a claim, which can be a block device.
using UsableVolumes = std::map<std::string, bool>;

// The owner of the volumes: a pod with its name, or a template.
struct VolumeOwner {
  bool is_pod = false;
  std::string pod_name;
};

// Appends to `errors`, and returns the volumes without errors. Complexity: O(volumes).
UsableVolumes CheckVolumes(const FieldValue& volumes, const VolumeOwner& owner, FieldErrors* errors);

// The user of a fieldRef or resourceFieldRef: a variable or a volume. Their rules differ.
enum class DownwardUse { kVariable, kVolume };
void CheckFieldRef(const FieldValue& reference, DownwardUse use, FieldErrors* errors);
void CheckResourceFieldRef(const FieldValue& reference, DownwardUse use, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_VOLUME_VALIDATION_H_
