// Tests whether an implementation of Cluster keeps its contract (cluster.h).
//
//   std::vector<std::string> broken = lws::TestCluster([](const lws::Json& manifest) { return MyCluster(manifest); });
//   broken.empty();    // true, or each entry tells a law and what was seen
//
// Laws:
//   1. An object that does not exist is observed as absent, and one that exists as present.
//   2. Every action is answered once. The actions of a new set's plans succeed, and the observations after them contain
//      what they made: a later plan makes nothing again.
//   3. Creating an object that exists is answered by AlreadyExists.
//   4. A deletion with a stale UID or resource version is answered by Aborted, and the object stays.
//   5. Deleting an object that does not exist is answered by NotFound.
//
// A host that derives from FleetCluster is tested through ClusterOfHost.
//
// Thread-safety: one thread tests a cluster.
#ifndef LWS_ADAPTERS_TESTING_CONFORMANCE_TEST_CLUSTER_H_
#define LWS_ADAPTERS_TESTING_CONFORMANCE_TEST_CLUSTER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/api/json.h"

namespace lws {

// A cluster under test.
struct TestedCluster {
  std::shared_ptr<Cluster> cluster;
  // Lets time pass until writes are answered and observations are current.
  std::function<void()> settle;
  // The time in the cluster.
  std::function<absl::Time()> now;
};

// Makes a cluster that contains the LeaderWorkerSet of the manifest, as the API server stores it. No controller of sets
// runs in it.
using MakeTestedCluster = std::function<TestedCluster(const Json& manifest)>;

// The host as a cluster: it observes what the host was told, writes with Start, and records with Record. The host must
// not make plans of its own meanwhile: do not call its RunDue. REQUIRES: host != nullptr.
std::shared_ptr<Cluster> ClusterOfHost(std::shared_ptr<FleetCluster> host);

// The laws that are broken, with what was seen. Every law gets a new cluster.
std::vector<std::string> TestCluster(const MakeTestedCluster& make);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CONFORMANCE_TEST_CLUSTER_H_
