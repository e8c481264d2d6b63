// Objects of any shape, told to a Fleet and to a ClusterSnapshot: both refuse the same and decide the same, under every
// policy.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/manifest.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(text, "input");
  if (!objects.ok()) return 0;
  lws::ClusterSnapshot snapshot;
  lws::Fleet fleet;
  for (const lws::ManifestObject& object : *objects) {
    const lws::Json document = object.object.Unpack();
    const absl::Status status = snapshot.Add(document);
    FUZZ_CHECK(status == fleet.Add(document), "both stores refuse the same");
    if (document.value("kind", lws::Json()) != "Pod") continue;
    lws::ReadMemberForRestart(document).status().IgnoreError();
    lws::AdmitPod(document, {});
  }
  for (const auto& [namespace_name, name] : snapshot.SetNames()) {
    for (const lws::NamedRolloutPolicy& named : lws::RolloutPolicies()) {
      const lws::SetReconcileOptions options = lws::ReconcileOptionsFor(named.policy);
      const lws::Plan plan = lws::ReconcileSet(snapshot.ObserveSet(namespace_name, name), absl::UnixEpoch(), options);
      FUZZ_CHECK(plan == lws::ReconcileSet(fleet.ObserveSet(namespace_name, name), absl::UnixEpoch(), options),
                 "fleet.h law 1: both stores decide the same");
    }
  }
  return 0;
}
