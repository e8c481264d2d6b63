// A call of a command on a live cluster: its words, and what it reads of a set.
//
// Thread-safety: none.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_LIVE_CALL_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_LIVE_CALL_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/live/live_api.h"
#include "examples/lwsctl/live/set_report.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"

namespace lwsctl {

// How a command gets at the cluster that --kubeconfig and --context name; both may be empty. The host is the caller's.
using Connect =
    std::function<absl::StatusOr<const LiveHost*>(const std::string& kubeconfig, const std::string& context)>;

// What a command works on.
struct LiveCall {
  const Connect& connect;
  const Arguments& arguments;
  std::ostream& out;
};

struct LiveConnection {
  const LiveHost* host = nullptr;
  std::string namespace_name;
};

// Connects to the cluster and namespace that the flags name.
absl::StatusOr<LiveConnection> ConnectFor(const LiveCall& call);

// How the API server serves LeaderWorkerSets.
const lws::internal::Resource& SetResource();

// Errors: NotFound for a set that does not exist, or what the API server says.
absl::StatusOr<lws::Json> ReadSet(const LiveConnection& connection, const std::string& name);

// The objects of a kind with the label of the set.
absl::StatusOr<std::vector<lws::Json>> ListLiveObjects(const LiveConnection& connection, lws::ObjectKind kind,
                                                       const std::string& name);

// The set, its leader StatefulSet and its pods.
absl::StatusOr<LiveSet> ReadLiveSet(const LiveConnection& connection, const std::string& name);

// Errors: InvalidArgument with the usage unless the command has `count` names.
absl::Status ExpectNames(const Arguments& arguments, size_t count, absl::string_view usage);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_LIVE_CALL_H_
