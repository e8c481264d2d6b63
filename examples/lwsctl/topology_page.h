// Shows a topology as one page of HTML: its domains as boxes, and its leaves as squares that are filled as far as they
// are used, once for each view, such as before and after.
//
// The page is self-contained: it has no script and uses no network. It follows the reader's choice of light or dark.
// Pointing at a leaf shows its name, how much of the resource is used, and the groups on it.
#ifndef LWS_EXAMPLES_LWSCTL_TOPOLOGY_PAGE_H_
#define LWS_EXAMPLES_LWSCTL_TOPOLOGY_PAGE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"

namespace lwsctl {

struct TopologyView {
  std::string title;
  // Borrowed. All views have the same topology.
  const lws::Capacity* capacity = nullptr;
  // The names of the groups that the view tells of, by node. Their leaves are marked.
  std::map<int32_t, std::set<std::string>> groups;

  void Add(const std::string& group, const lws::Assignment& assignment);
};

// Two views with these titles.
std::vector<TopologyView> BeforeAndAfter(const lws::Capacity& before, const lws::Capacity& after);

// The resource that is drawn is the one of which the last view uses the largest share. In a topology of more than
// 10,000 nodes, a square stands for a domain of the narrowest level that has fewer. Equal views give equal bytes.
std::string TopologyPage(const std::vector<TopologyView>& views);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_TOPOLOGY_PAGE_H_
