// A program that plans and decides, and reads no YAML.
#include <cstdio>

#include "absl/time/time.h"
#include "lws/core.h"
#include "lws/rollout.h"

int main() {
  lws::RolloutInput input;
  input.replicas = 2;
  const auto step = lws::PlanRollout(input);
  lws::Fleet fleet;
  const lws::Plan plan = lws::ReconcileSet(fleet.ObserveSet("default", "absent"), absl::UnixEpoch());
  if (!step.ok() || step->replicas != 2 || !plan.actions.empty()) return 1;
  std::puts("planned and decided");
  return 0;
}
