// What the API server will refuse of the objects that a DisaggregatedSet makes: its LeaderWorkerSets, and their
// objects.
#ifndef LWS_EXAMPLES_LWSCTL_REFUSED_CHILDREN_H_
#define LWS_EXAMPLES_LWSCTL_REFUSED_CHILDREN_H_

#include <string>
#include <vector>

namespace lws {
inline namespace v1 {
class DisaggregatedSet;
}  // namespace v1
}  // namespace lws

namespace lwsctl {

struct RefusedChild {
  std::string field;  // of the set's manifest; "" for the set itself
  std::string text;   // "the LeaderWorkerSets of role decode will be refused: ..."
  bool is_certain = true;
};

// The set is an admitted one. All slices have the same templates, so the first and the last are looked at: the names of
// the last are the longest. Complexity: O(templates).
std::vector<RefusedChild> RefusedChildren(const lws::DisaggregatedSet& set);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_REFUSED_CHILDREN_H_
