// The smallest user: one step of a rolling update, on integers alone.
#include <iostream>

#include "lws/rollout.h"

int main() {
  lws::RolloutInput input;
  input.replicas = 4;
  input.max_unavailable = lws::IntOrPercent::Int(1);
  const lws::GroupBits groups = lws::GroupBits::Parse("RRRR");
  input.current = lws::LeaderState{/*replicas=*/4, /*partition=*/4, /*replicas_annotation=*/4, &groups};
  const absl::StatusOr<lws::RolloutStep> step = lws::KeepBudget(input);
  if (!step.ok() || step->partition != 3) return 1;
  std::cout << "partition " << step->partition << "\n";
  return 0;
}
