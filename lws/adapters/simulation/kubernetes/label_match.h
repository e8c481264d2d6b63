// Label selectors as Kubernetes matches them.
//
//   const lws::simulation::LabelSelector selector(Json::parse(R"({"matchLabels":{"app":"a"}})"));
//   selector.Matches(labels);
//
// Laws:
//   1. A null or unreadable selector matches nothing; an empty one matches everything.
//   2. Labels that match have one of the values of `equality`, if the selector has an equality.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_LABEL_MATCH_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_LABEL_MATCH_H_

#include <vector>

#include "lws/api/json.h"
#include "lws/placement/node_filter.h"

namespace lws::simulation {

// A LabelSelector, read once and matched with many labels.
class LabelSelector {
 public:
  explicit LabelSelector(const Json& selector);

  // Complexity: O(requirements x log labels).
  bool Matches(const Json& labels) const;

  // A requirement that the label has one of some values; null when the selector has none. Borrowed from the selector.
  const LabelRequirement* equality() const;

 private:
  bool is_read_ = false;
  std::vector<LabelRequirement> requirements_;
};

// The same for labels that are matched once.
bool LabelSelectorMatches(const Json& selector, const Json& labels);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_LABEL_MATCH_H_
