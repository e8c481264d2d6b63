// Required terms of pod affinity, as a pod's spec holds them.
//
//   Json term = lws::AffinityTerm({lws::SelectorExpression("app", "In", {"a"})}, "kubernetes.io/hostname");
//   lws::AppendAffinity(/*together=*/Json::array({term}), /*apart=*/Json::array(), &pod_spec);
//
// Laws:
//   1. Terms given by the user stay, in place and order.
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

// A selector's {key, operator, values}; without values when there are none.
Json SelectorExpression(const std::string& key, const char* operation, Json values);

// A term over the topology whose pods match all of the expressions.
Json AffinityTerm(Json expressions, const std::string& topology_key);

enum class AffinityKind { kTogether, kApart };  // podAffinity, podAntiAffinity

// The required terms of the pod's spec, an empty list without any. Errors: InvalidArgument when the affinity that is
// there has another shape.
absl::StatusOr<Json> RequiredTerms(const Json& pod_spec, AffinityKind kind);

// Appends the terms; both lists are there afterwards, even when they are empty. Errors: as RequiredTerms; the spec is
// then unchanged.
absl::Status AppendAffinity(const Json& together, const Json& apart, Json* pod_spec);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_AFFINITY_TERMS_H_
