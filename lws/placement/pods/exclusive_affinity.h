// Exclusive placement by affinity: pods with the same value of a label go to one topology domain, and no other pods
// with that label may be in it.
//
//   lws::internal::AddExclusiveAffinity(lws::kGroupKeyLabel, key, "cloud/rack", &pod_spec).ok();    // true
//   pod_spec["affinity"]["podAffinity"].size();                                                    // 1
//   pod_spec["affinity"]["podAntiAffinity"].size();                                                // 1
//
// Laws:
//   1. Idempotent: where both terms for the topology exist, nothing changes.
//   2. The user's own terms stay, in their places and order.
//
// Thread-safety: may be called concurrently for distinct pod specs.
#ifndef LWS_PLACEMENT_PODS_EXCLUSIVE_AFFINITY_H_
#define LWS_PLACEMENT_PODS_EXCLUSIVE_AFFINITY_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// Appends to `pod_spec` a required pod affinity term {label In [value]} and a required anti-affinity term {label
// Exists, label NotIn [value]} over `topology_key`. Errors: InvalidArgument when the existing affinity has another
// shape; the spec is then unchanged.
absl::Status AddExclusiveAffinity(absl::string_view label, absl::string_view value, absl::string_view topology_key,
                                  Json* pod_spec);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_PODS_EXCLUSIVE_AFFINITY_H_
