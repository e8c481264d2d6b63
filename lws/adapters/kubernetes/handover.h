// What a process of the operator leaves to the next one: which state of the cluster it knew, and what was still due.
//
//   lws::internal::Handover handover;
//   handover.versions["Pod"] = "1204";
//   std::string text = lws::internal::HandoverText(handover);
//   absl::StatusOr<lws::internal::Handover> read = lws::internal::ParseHandover(text);    // equal to `handover`
//
// A process that takes over with it looks at what changed since those versions and at the keys that were due, and not
// at everything (kube_cluster.h).
//
// Laws:
//   1. ParseHandover(HandoverText(handover)) is equal to `handover`, except for parts of milliseconds.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_HANDOVER_H_
#define LWS_ADAPTERS_KUBERNETES_HANDOVER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/host/work_key.h"

namespace lws::internal {

struct Handover {
  // The program that wrote it, and its version. Another one may decide otherwise, and has to look at everything.
  std::string program;
  std::map<std::string, std::string> versions;  // by kind
  std::vector<PendingKey> pending;
};

std::string HandoverText(const Handover& handover);
// Errors: InvalidArgument for a text that HandoverText does not write.
absl::StatusOr<Handover> ParseHandover(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_HANDOVER_H_
