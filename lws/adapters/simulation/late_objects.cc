#include "lws/adapters/simulation/late_objects.h"

#include <utility>

#include "lws/adapters/simulation/faults.h"

namespace lws::internal {

using simulation::ObjectChange;

void LateObjects::Tell(const ObjectChange& change) {
  const auto again = again_.find(change.key);
  if (again != again_.end()) again->second = change;
  const auto kept = kept_.find(change.key);
  if (kept != kept_.end()) {
    kept->second = change;
    return;
  }
  const SimulationFaults& faults = chance_.faults();
  if (!chance_.IsFaulty()) return tell_(change);
  if (chance_.Happens(faults.lost)) {
    kept_.emplace(change.key, change);
    return TellAt(NextList(), change.key);
  }
  if (chance_.Happens(faults.late)) {
    kept_.emplace(change.key, change);
    return TellAt(clock_.now() + chance_.DrawDelay(), change.key);
  }
  tell_(change);
  if (chance_.Happens(faults.twice)) TellAgain(clock_.now() + chance_.DrawDelay(), change);
}

void LateObjects::TellNow(const ObjectChange& change) {
  kept_.erase(change.key);
  again_.erase(change.key);
  tell_(change);
}

// A later change replaces what is kept, and the timer then tells that.
void LateObjects::TellAt(absl::Time when, const ObjectRef& key) {
  clock_.At(when, [this, key] {
    const auto kept = kept_.find(key);
    if (kept == kept_.end()) return;
    const ObjectChange change = std::move(kept->second);
    kept_.erase(kept);
    tell_(change);
  });
}

// Tells the newest state, unless that is kept back.
void LateObjects::TellAgain(absl::Time when, const ObjectChange& change) {
  again_.insert_or_assign(change.key, change);
  clock_.At(when, [this, key = change.key] {
    const auto again = again_.find(key);
    if (again == again_.end()) return;
    const ObjectChange newest = std::move(again->second);
    again_.erase(again);
    if (kept_.count(key) == 0) tell_(newest);
  });
}

absl::Time LateObjects::NextList() const {
  const absl::Duration every = chance_.faults().list_every;
  return start_ + absl::Floor(clock_.now() - start_, every) + every;
}

}  // namespace lws::internal
