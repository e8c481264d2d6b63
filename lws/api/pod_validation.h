// The API server's checks of pods and pod templates.
//
//   lws::JoinFieldErrors(lws::internal::ValidatePod(pod));
//   // spec.containers[0].image: Required value
//
// All rules about the pod itself are here. Whether the objects that it names exist is not checked: only the cluster
// knows. Texts and their order are those of Kubernetes 1.36 with its default features: tests/traces/validation.json.
//
// Laws:
//   1. A field that the API server would fill in by default is never reported as missing.
//   2. A pod passes the checks of a template and more: its names are known, and its limits imply requests.
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

// What the admission of priorities refuses in a pod that is valid: a priority or preemption policy other than that of
// its class. Only classes that every cluster has are known, and a pod without a class may get the cluster's default
// class. Complexity: O(1).
FieldErrors PriorityErrors(const Json& pod);

// Adds what the admission of runtime classes refuses in a pod that is valid: an overhead without a class. That of a
// class comes from the class, which is not known here. Complexity: O(1).
void AddOverheadErrors(const Json& pod, FieldErrors* errors);

// A template in another object. It may mount the volumes of `volumeClaimTemplates`. Complexity: O(template).
void CheckPodTemplate(const FieldValue& pod_template, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_POD_VALIDATION_H_
