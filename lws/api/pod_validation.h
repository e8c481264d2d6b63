// What the API server says of pods and pod templates.
//
//   lws::Join(lws::internal::ValidatePod(pod));
//   // spec.containers[0].image: Required value
//
// All of a pod's own rules are here; whether the objects that it names exist is the cluster's affair. Texts and their
// order are those of Kubernetes 1.36 with its features as they are by default: tests/traces/validation.json.
//
// Laws:
//   1. Defaults count: what the API server would fill in is never missing.
//   2. A pod is checked as its template is, and for more: names that are known now, and requests that come from limits.
//
// Not looked at: windowsOptions; the sources clusterTrustBundle and podCertificate of projected volumes; annotations
// that AppArmor and seccomp had before they had fields; plugins that a cluster adds to admission.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_POD_VALIDATION_H_
#define LWS_API_POD_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/json.h"

namespace lws::internal {

// Creation of a pod. Complexity: O(pod).
FieldErrors ValidatePod(const Json& pod);

// A template in another object. The volumes of `volumeClaimTemplates` are to be among its own. Complexity: O(template).
void CheckPodTemplate(const FieldValue& pod_template, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_POD_VALIDATION_H_
