// Who of the processes on this host may know that another one has ended: the one that holds the claim of a name. The
// kernel gives it to one process at a time, and takes it back when that process ends, in whichever way.
//
//   HostClaim claim("https://10.0.0.1:6443 lws-system/b8b2488c.x-k8s.io");
//   std::string identity = claim.identity();    // "HOST_UUID"
//   claim.HasEnded(identity);                   // false: that is this process
//
// Laws:
//   1. HasEnded is true only of an identity that a process with this claim had: on this boot of this kernel, in this
//      network namespace, under this name. Since this process holds the claim now, that one has ended.
//   2. A process without the claim gets an identity that no HasEnded knows, and knows of none itself.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_EXAMPLES_OPERATOR_HOST_CLAIM_H_
#define LWS_EXAMPLES_OPERATOR_HOST_CLAIM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::operator_program {

class HostClaim {
 public:
  // Claims `name` if no other process on this host has it.
  explicit HostClaim(absl::string_view name);
  ~HostClaim();
  HostClaim(const HostClaim&) = delete;
  HostClaim& operator=(const HostClaim&) = delete;

  // Different for each process: the host's name, and a number in the form of a UUID.
  const std::string& identity() const { return identity_; }
  bool HasEnded(absl::string_view identity) const;

 private:
  int socket_ = -1;     // bound to the name; -1: another process has the claim
  std::string prefix_;  // of the identities of processes with this claim
  std::string identity_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_HOST_CLAIM_H_
