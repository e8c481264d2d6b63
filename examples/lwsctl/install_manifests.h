// Every object that an administrator applies to have the operator in a cluster.
//
//   std::vector<lws::Json> objects = InstallManifests({});
//   objects[0]["kind"];    // "Namespace"
//
// Names, ports and verbs are those of the reference's own manifests, so that one takes the other's place.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_INSTALL_MANIFESTS_H_
#define LWS_EXAMPLES_LWSCTL_INSTALL_MANIFESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lws/api/json.h"

namespace lwsctl {

struct InstallOptions {
  std::string namespace_name = "lws-system";
  std::string image = "lws-operator:0.1.0";
  int32_t replicas = 2;
  // Else nothing that concerns DisaggregatedSets is printed.
  bool has_disaggregated_sets = true;
  // The webhooks' certificate comes from cert-manager's files; else the operator makes it.
  bool uses_cert_manager = false;
  bool uses_volcano = false;
  // Where an operator runs outside of the cluster, an IP address; no Deployment is printed then. Empty: in the cluster.
  std::string address;
};

// In the order in which they are to be applied; without the CustomResourceDefinitions. Complexity: O(objects).
std::vector<lws::Json> InstallManifests(const InstallOptions& options);

// The same as the template of a Helm chart, whose values are in deploy/chart/values.yaml.
std::string ChartTemplate();

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_INSTALL_MANIFESTS_H_
