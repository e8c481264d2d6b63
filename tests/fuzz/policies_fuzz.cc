// Rollout policies and controls on any numbers: an answer in range, or an error.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/api/int_or_percent.h"
#include "lws/rollout/controls.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"
#include "lws/rollout/policies.h"
#include "tests/fuzz/fuzz_check.h"

namespace {

// Takes numbers from the front of the bytes; 0 when they are used up.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  int32_t Number() {
    int32_t number = 0;
    const size_t taken = size_ < sizeof(number) ? size_ : sizeof(number);
    std::memcpy(&number, data_, taken);
    data_ += taken;
    size_ -= taken;
    return number;
  }
  bool Flag() { return Number() % 2 != 0; }

  std::string Groups() {
    std::string groups;
    for (; size_ > 0 && groups.size() < 200; ++data_, --size_) groups += ".RUB"[*data_ % 4];
    return groups;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

void ExpectInRange(const lws::RolloutStep& step, size_t groups) {
  FUZZ_CHECK(step.partition >= 0 && step.replicas >= 0, "a step has no negative numbers");
  FUZZ_CHECK(step.replace.size() <= groups, "a step names groups that are there");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes bytes(data, size);
  lws::RolloutInput input;
  input.replicas = bytes.Number();
  input.spec_partition = bytes.Number();
  // Validation refuses negative budgets, and the reference's policy uses them as they are.
  input.max_surge = lws::IntOrPercent::Int(bytes.Number() & std::numeric_limits<int32_t>::max());
  input.max_unavailable = lws::IntOrPercent::Int(bytes.Number() & std::numeric_limits<int32_t>::max());
  input.updated = bytes.Flag();
  lws::LeaderState leader;
  leader.replicas = bytes.Number();
  leader.partition = bytes.Number();
  if (bytes.Flag()) leader.replicas_annotation = bytes.Number();
  leader.on_delete = bytes.Flag();
  const bool has_leader = bytes.Flag();
  lws::RolloutControls controls;
  controls.steps = {{lws::IntOrPercent::Int(bytes.Number()), absl::Seconds(bytes.Number()), bytes.Flag()}};
  controls.min_ready = absl::Seconds(bytes.Number() % 100);
  controls.paused = bytes.Flag();
  lws::RolloutProgress progress;
  progress.revision_key = bytes.Flag() ? "k" : "l";
  progress.step = bytes.Number();
  progress.most_done = bytes.Number();
  const std::string text = bytes.Groups();
  const lws::GroupBits groups = lws::GroupBits::Parse(text);
  leader.groups = &groups;
  if (has_leader) input.current = leader;
  for (const lws::NamedRolloutPolicy& named : lws::RolloutPolicies()) {
    const absl::StatusOr<lws::RolloutStep> step = named.policy(input);
    if (step.ok()) ExpectInRange(*step, text.size());
    const absl::StatusOr<lws::RolloutStep> again = named.policy(input);
    FUZZ_CHECK(step.status() == again.status(), "a policy is a function of its arguments");
    const absl::StatusOr<lws::ControlledStep> controlled =
        lws::PlanControlledRollout(named.policy, input, "k", controls, progress, absl::UnixEpoch());
    if (controlled.ok()) ExpectInRange(controlled->step, text.size());
  }
  return 0;
}
