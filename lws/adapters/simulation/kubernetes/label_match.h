// Label selectors as Kubernetes matches them.
//
//   lws::simulation::SelectorMatches(Json::parse(R"({"matchLabels":{"app":"a"}})"), labels);
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_LABEL_MATCH_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_LABEL_MATCH_H_

#include "lws/api/json.h"

namespace lws::simulation {

// Whether a LabelSelector matches. A null or unreadable selector matches nothing; an empty one matches everything.
bool SelectorMatches(const Json& selector, const Json& labels);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_LABEL_MATCH_H_
