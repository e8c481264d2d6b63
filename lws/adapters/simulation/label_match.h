// Label selectors, node selector terms, and tolerations, as Kubernetes matches them.
//
//   lws::SelectorMatches(Json::parse(R"({"matchLabels":{"app":"a"}})"), labels);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_LABEL_MATCH_H_
#define LWS_ADAPTERS_SIMULATION_LABEL_MATCH_H_

#include "lws/api/json.h"

namespace lws {

// A LabelSelector; null matches nothing, an empty one everything.
bool SelectorMatches(const Json& selector, const Json& labels);

// One {key, operator, values}; operators In, NotIn, Exists, DoesNotExist, Gt, Lt.
bool RequirementMatches(const Json& requirement, const Json& labels);

// Required node affinity and nodeSelector of a pod spec against a node.
bool NodeMatches(const Json& pod_spec, const Json& node);

// Whether the pod tolerates every NoSchedule and NoExecute taint of the node.
bool TaintsTolerated(const Json& pod_spec, const Json& node);

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_LABEL_MATCH_H_
