// A host on the cluster of a kubeconfig.
//
//   KubeHost kube;
//   absl::StatusOr<const LiveHost*> host = kube.Open("", "");    // as kubectl finds its kubeconfig
//
// Thread-safety: none.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_CONNECT_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_CONNECT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "examples/lwsctl/live/live_api.h"

namespace lwsctl {

class KubeHost {
 public:
  KubeHost();
  ~KubeHost();

  // Errors: those of FindKubeConfig and of the client. The host is good as long as this object.
  absl::StatusOr<const LiveHost*> Open(const std::string& kubeconfig, const std::string& context);

 private:
  class Wire;
  std::unique_ptr<Wire> wire_;
  LiveHost host_;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_CONNECT_H_
