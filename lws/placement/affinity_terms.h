// Required terms of pod affinity and anti-affinity, in the form of a pod's spec.
//
//   const lws::Json is_a = lws::internal::AffinitySelectorExpression("app", "In", lws::Json::array({"a"}));
//   const lws::Json term = lws::internal::AffinityTerm(lws::Json::array({is_a}), "kubernetes.io/hostname");
//   const lws::Json none = lws::Json::array();
//   lws::internal::AppendAffinity(lws::Json::array({term}), none, &pod["spec"]).ok();    // true
//   lws::internal::RequiredAffinityTerms(pod["spec"], lws::internal::AffinityKind::kTogether)->size();    // 1
//
// Laws:
//   1. The user's own terms stay, in their places and order.
//
// Thread-safety: may be called concurrently for distinct pod specs.
#ifndef LWS_PLACEMENT_AFFINITY_TERMS_H_
#define LWS_PLACEMENT_AFFINITY_TERMS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// A selector's {key, operator, values}. It has no values field when there are no values.
Json AffinitySelectorExpression(const std::string& key, const char* operation, Json values);

// A term over the topology for the pods that match all of the expressions.
Json AffinityTerm(Json expressions, const std::string& topology_key);

enum class AffinityKind { kTogether, kApart };  // podAffinity, podAntiAffinity

// The required terms of the pod's spec; an empty list when there are none. Errors: InvalidArgument when the existing
// affinity has another shape.
absl::StatusOr<Json> RequiredAffinityTerms(const Json& pod_spec, AffinityKind kind);

// Appends the terms. Afterwards both lists exist, even when they are empty. Errors: as for RequiredAffinityTerms; the
// spec is then unchanged.
absl::Status AppendAffinity(const Json& together, const Json& apart, Json* pod_spec);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_AFFINITY_TERMS_H_
