#include "lws/core/plan/plan.h"

#include "absl/strings/str_cat.h"
#include "lws/api/printable_text.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/rollout/controls.h"

namespace lws {
namespace {

bool SameEvent(const Event& a, const Event& b) {
  return a.after_action == b.after_action && a.is_warning == b.is_warning && a.reason == b.reason &&
         a.action == b.action && a.note == b.note && a.regarding == b.regarding && a.related == b.related;
}

bool SameAction(const Action& a, const Action& b) {
  return a.verb == b.verb && a.api_version == b.api_version && a.target == b.target && a.object == b.object &&
         a.propagation == b.propagation && a.uid == b.uid && a.resource_version == b.resource_version &&
         a.conflict_is_retry == b.conflict_is_retry &&
         (a.failure_event.has_value() ? b.failure_event.has_value() && SameEvent(*a.failure_event, *b.failure_event)
                                      : !b.failure_event.has_value());
}

template <typename T>
bool Same(const std::vector<T>& a, const std::vector<T>& b, bool (*same)(const T&, const T&)) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

template <typename T>
bool SameValue(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

}  // namespace

bool operator==(const Plan& a, const Plan& b) {
  return Same(a.actions, b.actions, SameAction) && Same(a.events, b.events, SameEvent) &&
         a.requeue_after == b.requeue_after && a.error == b.error && a.revert_to == b.revert_to &&
         SameValue(a.rollout_progress, b.rollout_progress) && SameValue(a.restart_memory, b.restart_memory);
}

absl::string_view VerbName(Verb verb) {
  switch (verb) {
    case Verb::kCreate:
      return "create";
    case Verb::kApply:
      return "apply";
    case Verb::kUpdateStatus:
      return "update-status";
    case Verb::kDelete:
      return "delete";
    case Verb::kPatch:
      return "patch";
    case Verb::kPatchStatus:
      return "patch-status";
  }
  return "";
}

std::string ToString(const Plan& plan) {
  std::string text;
  for (const Decision& decision : plan.decisions) {
    absl::StrAppend(&text, "why    ", PrintableText(ToString(decision)), "\n");
  }
  for (const Action& action : plan.actions) {
    const ObjectRef& target = action.target;
    absl::StrAppend(&text, "action ", VerbName(action.verb), " ",
                    PrintableText(absl::StrCat(target.kind, " ", target.namespace_name, "/", target.name)),
                    action.propagation == Propagation::kForeground ? " (foreground)" : "", "\n");
  }
  for (const Event& event : plan.events) {
    absl::StrAppend(&text, "event  ", event.is_warning ? "Warning " : "Normal ", event.reason, ": ",
                    PrintableText(event.note), "\n");
  }
  if (plan.requeue_after.has_value()) {
    absl::StrAppend(&text, "again  in ", absl::FormatDuration(*plan.requeue_after), "\n");
  }
  if (!plan.error.ok()) absl::StrAppend(&text, "error  ", PrintableText(plan.error.message()), "\n");
  return text;
}

}  // namespace lws
