// Requests to a live cluster, one after the other: each call waits for its answer.
//
//   LiveApi api(&host);    // `host` has a client, and a way to wait for it
//   absl::StatusOr<lws::Json> set = api.Get(SetResource(), "default", "vllm");
//
// Errors of all calls: those of api_status.h with the server's words; Unavailable where no answer comes.
//
// Thread-safety: none.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_LIVE_API_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_LIVE_API_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

struct LiveHost {
  lws::internal::HttpClient* client = nullptr;
  std::string namespace_name = "default";  // that of the kubeconfig's context
  std::function<absl::Time()> clock;
  // Returns when an answer may have been delivered, or at this time.
  std::function<void(absl::Time)> wait_until;
};

class LiveApi {
 public:
  // Borrows `host`.
  explicit LiveApi(const LiveHost* host) : host_(*host) {}

  absl::StatusOr<lws::Json> Get(const lws::internal::Resource& resource, const std::string& namespace_name,
                                const std::string& name);
  // All objects, by pages. `label` selects by a label's value, "NAME=VALUE"; empty: none. Every object says its kind.
  absl::StatusOr<std::vector<lws::Json>> List(const lws::internal::Resource& resource,
                                              const std::string& namespace_name, const std::string& label);
  // A merge patch. It holds the resource version that it was made for.
  absl::StatusOr<lws::Json> Patch(const lws::internal::Resource& resource, const std::string& namespace_name,
                                  const std::string& name, const lws::Json& patch);
  // In the foreground, and only the object of this UID.
  absl::Status Delete(const lws::internal::Resource& resource, const std::string& namespace_name,
                      const std::string& name, const std::string& uid);

 private:
  absl::StatusOr<lws::Json> Send(lws::internal::HttpRequest request);

  const LiveHost& host_;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_LIVE_API_H_
