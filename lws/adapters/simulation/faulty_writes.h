// Draws the outcome of the controller's writes: done, refused, or done with a lost answer. It also draws whether the
// controller crashes before a write.
//
//   lws::internal::FaultyWrites writes(&chance);
//   if (writes.Next() != lws::internal::WriteOutcome::kNotDone) lives.StopGroup(group);
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_FAULTY_WRITES_H_
#define LWS_ADAPTERS_SIMULATION_FAULTY_WRITES_H_

#include <cstdint>
#include <utility>

#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faults.h"

namespace lws::internal {

enum class WriteOutcome { kDone, kNotDone, kAnswerLost };

class FaultyWrites {
 public:
  // Borrows `chance`.
  explicit FaultyWrites(Chance* chance) : chance_(*chance) {}

  WriteOutcome Next() {
    ++count_;
    if (!chance_.IsFaulty()) return WriteOutcome::kDone;
    const SimulationFaults& faults = chance_.faults();
    if (chance_.Happens(faults.crash)) {
      crashed_ = true;
      return WriteOutcome::kNotDone;
    }
    if (chance_.Happens(faults.refused) || chance_.Happens(faults.conflict)) return WriteOutcome::kNotDone;
    return chance_.Happens(faults.answer_lost) ? WriteOutcome::kAnswerLost : WriteOutcome::kDone;
  }

  // Whether the controller has crashed since the last call.
  bool TakeCrash() { return std::exchange(crashed_, false); }

  // The number of writes that were tried.
  int64_t count() const { return count_; }

 private:
  Chance& chance_;
  bool crashed_ = false;
  int64_t count_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_FAULTY_WRITES_H_
