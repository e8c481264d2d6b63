// The objects that the examples of lws/placement use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_SEARCH_OBJECTS_H_
#define LWS_TESTS_HEADERS_SEARCH_OBJECTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "lws/placement/capacity.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/pod_rules.h"
#include "lws/placement/search/domain_counts.h"
#include "lws/placement/search/domain_search.h"
#include "lws/placement/search/fewest_domains.h"
#include "lws/placement/search/group_rules.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"
#include "tests/headers/example_objects.h"

namespace lws {

// A group of four workers with a node's GPUs each, in subgroups of two that stay in a rack.
class SearchExamples : public HeaderExamples {
 protected:
  SearchExamples() {
    PodTerm term;
    term.topology_key = "kubernetes.io/hostname";
    term.all_namespaces = true;
    term.selector.requirements = {{"app", LabelRequirement::Operator::kIn, {"a"}}};
    auto rules = std::make_shared<PodRules>();
    rules->apart = {std::move(term)};
    shape.rules = rules;
    other_rules.labels = {{"app", "a"}};
  }

  static GroupRequest ExampleRequest() {
    GroupRequest request;
    request.worker.amounts = {{"nvidia.com/gpu", 8}};
    request.workers = 4;
    request.subgroups = {{2, "cloud/rack"}};
    return request;
  }

  static std::vector<internal::CountedDomain> ExampleDomains() {
    std::vector<internal::CountedDomain> domains;
    for (const int64_t room : {3, 3, 2, 1}) {
      internal::CountedDomain domain;
      domain.domain = static_cast<int32_t>(domains.size());
      domain.count.workers = domain.count.units = room;
      domains.push_back(domain);
    }
    return domains;
  }

  std::shared_ptr<const Topology> shared_topology =
      *TopologyFromNodes(shared_nodes, {"cloud/rack", "kubernetes.io/hostname"});
  const Topology& topology = *shared_topology;
  Capacity capacity{shared_topology};
  GroupRequest request = ExampleRequest();
  internal::PlacementProblem problem = *internal::ReadPlacementProblem(request, capacity);
  internal::DomainCounts counts{problem, capacity, {}};
  std::vector<internal::CountedDomain> domains = ExampleDomains();
  std::vector<int32_t> nodes = {0, 1, 3, 4};  // by rank
  PodShape shape;
  PodRules other_rules;
  std::string key = "the key of the group";
  Json pod_spec = pod["spec"];
};

class RankExamples : public SearchExamples {
 protected:
  std::vector<internal::PickedDomain> picks = internal::SearchDomainsForNodes(problem, capacity, counts);
};

// A slice of two roles: groups of two pods each, which take a node's GPUs each.
class TogetherExamples : public SearchExamples {
 protected:
  static GroupRequest ExamplePair() {
    GroupRequest request;
    request.worker.amounts = {{"nvidia.com/gpu", 4}};
    request.workers = 2;
    return request;
  }

  GroupRequest prefill = ExamplePair();
  GroupRequest decode = ExamplePair();
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_SEARCH_OBJECTS_H_
