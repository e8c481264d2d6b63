// Saved clusters and kept state of any bytes: an error, or decisions on what was loaded.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<lws::KeptState> kept =
      lws::KeptState::Load(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (kept.ok()) FUZZ_CHECK(lws::KeptState::Load(kept->Save()).ok(), "what is saved loads again");
  lws::ClusterStateProto state;
  if (!state.ParseFromArray(data, static_cast<int>(size))) return 0;
  lws::ClusterSnapshot snapshot;
  if (!snapshot.Load(state).ok()) return 0;
  for (const auto& [namespace_name, name] : snapshot.SetNames()) {
    const lws::Plan plan = lws::ReconcileSet(snapshot.ObserveSet(namespace_name, name), absl::UnixEpoch());
    FUZZ_CHECK(plan == lws::ReconcileSet(snapshot.ObserveSet(namespace_name, name), absl::UnixEpoch()),
               "law 4: a plan is a function of its arguments");
  }
  for (const auto& [namespace_name, name] : snapshot.PodNames()) {
    lws::ReconcilePod(snapshot.ObservePod(namespace_name, name), absl::UnixEpoch(), {});
  }
  return 0;
}
