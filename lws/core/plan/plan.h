// What a host should do next. A plan is data: it can be printed, compared and serialised.
//
//   lws::Plan plan;
//   for (const lws::Action& action : plan.actions) lws::VerbName(action.verb);    // a host performs them in order
//   plan.requeue_after.has_value();    // false: look again when something changes
//   plan.error.ok();                   // true: nothing stopped the decision
//   plan.empty();                      // true
//
// Expected flow: perform the actions in order and stop at the first that fails; record every event whose
// `after_action` actions have succeeded; then report `error`, or look again after `requeue_after`. A plan that needs
// nothing is empty.
//
// Thread-safety: values; const access may be concurrent.
#ifndef LWS_CORE_PLAN_PLAN_H_
#define LWS_CORE_PLAN_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/object_ref.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/decision.h"

namespace lws {

struct RestartMemory;
struct RolloutProgress;

// An event for people, to be recorded about the object `regarding`.
struct Event {
  // How many actions of the plan must have succeeded before the event is recorded.
  int32_t after_action = 0;
  bool is_warning = false;
  std::string reason;
  std::string action;
  std::string note;
  ObjectRef regarding;
  std::optional<ObjectRef> related;
};

enum class Verb {
  kCreate,
  kApply,         // server-side apply by the field manager kFieldManager, with force
  kUpdateStatus,  // update of the status subresource, at resource_version
  kDelete,        // deletion at uid and resource_version
  kPatch,         // a JSON merge patch
  kPatchStatus,   // a JSON merge patch of the status subresource
};

enum class Propagation { kDefault, kForeground };

struct Action {
  Verb verb = Verb::kCreate;
  std::string api_version;
  ObjectRef target;
  // What to send: whole objects for kCreate and kApply, metadata and status for kUpdateStatus, the patch for kPatch
  // and kPatchStatus, nothing for kDelete.
  ActionObject object;
  Propagation propagation = Propagation::kDefault;
  // The object for which the action was decided; empty where none is needed. A host refuses the action when they are
  // stale.
  std::string uid;
  std::string resource_version;
  // A conflict is not an error here; it means that the host should look again.
  bool conflict_is_retry = false;
  // The event to record when the action fails, with ": ERROR" appended to its note.
  std::optional<Event> failure_event;
};

struct Plan {
  std::vector<Action> actions;
  std::vector<Event> events;
  // Look again after this time. Without a value, look when something changes.
  std::optional<absl::Duration> requeue_after;
  // The progress of the rollout to keep from now on, under controls.
  std::shared_ptr<const RolloutProgress> rollout_progress;
  // If not empty, the rollout takes too long, and the set should get the template of this revision back
  // (ApplyRevision).
  std::string revert_to;
  // The memory of the pod's group to keep from now on, under a restart policy.
  std::shared_ptr<const RestartMemory> restart_memory;
  // Broken input that ended the decision. The actions and events before it are still to be performed.
  absl::Status error;
  // The explanation, decision by decision.
  absl::InlinedVector<Decision, 6> decisions;

  // Whether there is nothing to do, to record, to keep, or to wait for.
  bool empty() const {
    return actions.empty() && events.empty() && !requeue_after.has_value() && error.ok() &&
           rollout_progress == nullptr && restart_memory == nullptr;
  }
};

// Equal in everything that a host performs. Decisions only explain, so they are not compared.
bool operator==(const Plan& a, const Plan& b);
inline bool operator!=(const Plan& a, const Plan& b) { return !(a == b); }

absl::string_view VerbName(Verb verb);

// For people: one line for each action, event and decision.
std::string ToString(const Plan& plan);

}  // namespace lws

#endif  // LWS_CORE_PLAN_PLAN_H_
