#include "lws/adapters/simulation/repeated_events.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace lws::internal {

bool RepeatedEvents::IsNew(const Event& event) const {
  const auto found = notes_.find(event.regarding);
  return found == notes_.end() || found->second.count(event.note) == 0;
}

void RepeatedEvents::Keep(const Event& event, std::string note, bool failed) {
  const ObjectRef& object = event.regarding;
  if (failed) {
    notes_[object].insert(std::move(note));
  } else {
    notes_.erase(object);
  }
}

void RepeatedEvents::AfterPlan(const Plan& plan, const absl::Status& status) {
  for (const Event& event : plan.events) Keep(event, event.note, !status.ok());
  for (const Action& action : plan.actions) {
    if (!action.failure_event.has_value()) continue;
    Keep(*action.failure_event, absl::StrCat(action.failure_event->note, ": ", status.message()), !status.ok());
  }
}

}  // namespace lws::internal
