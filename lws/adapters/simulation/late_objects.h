// Tells a controller of the objects of a simulated API server: at once or, when faults are on, late, twice, or only at
// the next list.
//
//   lws::internal::Chance chance(/*seed=*/17, /*faults=*/{}, [] { return absl::ZeroDuration(); });
//   int told = 0;
//   lws::internal::LateObjects late(&chance, &clock, [&told](const lws::simulation::ObjectChange&) { ++told; });
//   late.Tell({lws::simulation::ChangeType::kAdded, {"Service", "default", "llm"}, nullptr, nullptr});
//   told;    // 1: nothing is late without faults
//
// Laws:
//   1. An object that is kept back is told in its newest state, and no former state is told after a newer one.
//   2. What is kept back is told at the next list or within `most_late`, also after the faults have stopped.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_LATE_OBJECTS_H_
#define LWS_ADAPTERS_SIMULATION_LATE_OBJECTS_H_

#include <functional>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/object_ref.h"

namespace lws::internal {

class LateObjects {
 public:
  // Borrows `chance` and `clock`, whose present time is the beginning.
  LateObjects(Chance* chance, simulation::VirtualClock* clock,
              std::function<void(const simulation::ObjectChange&)> tell)
      : chance_(*chance), clock_(*clock), start_(clock->now()), tell_(std::move(tell)) {}

  void Tell(const simulation::ObjectChange& change);
  void TellNow(const simulation::ObjectChange& change);

  // Drops what is kept back, because the controller reads all objects again.
  void Forget() {
    kept_.clear();
    again_.clear();
  }

 private:
  void TellAt(absl::Time when, const ObjectRef& key);
  void TellAgain(absl::Time when, const simulation::ObjectChange& change);
  absl::Time NextList() const;

  Chance& chance_;
  simulation::VirtualClock& clock_;
  const absl::Time start_;
  const std::function<void(const simulation::ObjectChange&)> tell_;
  std::map<ObjectRef, simulation::ObjectChange> kept_;
  std::map<ObjectRef, simulation::ObjectChange> again_;  // to be told a second time
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_LATE_OBJECTS_H_
