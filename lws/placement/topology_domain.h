// A domain of a topology by its numbers, as the part of a cluster in which something is placed.
//
//   auto topology = *lws::TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
//   const lws::TopologyDomain rack{*topology->LevelOf("cloud/rack"), 1};
//   topology->DomainPath(rack.level, rack.domain);    // {"r2"}
//
// Thread-safety: plain data.
#ifndef LWS_PLACEMENT_TOPOLOGY_DOMAIN_H_
#define LWS_PLACEMENT_TOPOLOGY_DOMAIN_H_

#include <cstdint>

#include "lws/placement/topology.h"

namespace lws {

// The whole cluster by default.
struct TopologyDomain {
  int level = Topology::kRoot;
  int32_t domain = 0;

  friend bool operator==(const TopologyDomain& a, const TopologyDomain& b) {
    return a.level == b.level && a.domain == b.domain;
  }
};

}  // namespace lws

#endif  // LWS_PLACEMENT_TOPOLOGY_DOMAIN_H_
