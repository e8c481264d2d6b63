// The answers of the probes /healthz and /readyz, in the form of Kubernetes' own probes.
//
//   const std::vector<lws::internal::ProbeCheck> checks = {{"informers", true, ""},
//                                                          {"webhook", false, "no certificate yet"}};
//   lws::internal::AnswerProbe("/readyz", checks).code;    // 500
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_PROBES_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_PROBES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws::internal {

struct ProbeCheck {
  std::string name;
  bool is_good = false;
  std::string reason;  // why the check fails
};

struct ProbeAnswer {
  int code = 200;
  std::string body;
};

// "ok" when all checks are good, else 500 with each check and its reason. `path` may name one of the checks, such as
// "/readyz/webhook"; an unknown check is 404. Complexity: O(checks).
ProbeAnswer AnswerProbe(absl::string_view path, const std::vector<ProbeCheck>& checks);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_PROBES_H_
