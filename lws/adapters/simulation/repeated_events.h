// Recognises the events of plans that fail repeatedly in the same way, so that they are recorded once. Kubernetes
// counts repeated events in the same way.
//
//   repeated.IsNew(event);    // true: record it
//   repeated.AfterEvent(event);
//   repeated.IsNew(event);    // false
//
// Laws:
//   1. An event is recorded again after a plan with events about the same object succeeded.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_REPEATED_EVENTS_H_
#define LWS_ADAPTERS_SIMULATION_REPEATED_EVENTS_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

class RepeatedEvents {
 public:
  // Whether no failing plan and no controller of Kubernetes has recorded this event before.
  bool IsNew(const Event& event) const;

  // Records an event that a controller of Kubernetes has recorded.
  void AfterEvent(const Event& event) { Keep(event, event.note, true); }

  // Records the events of a plan that was performed with this result.
  void AfterPlan(const Plan& plan, const absl::Status& status);

 private:
  void Keep(const Event& event, std::string note, bool failed);

  std::map<ObjectRef, std::set<std::string>> notes_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_REPEATED_EVENTS_H_
