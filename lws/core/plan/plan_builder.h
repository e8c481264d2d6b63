// Writes a plan in the order of its decisions.
//
//   lws::internal::PlanBuilder plan(set.metadata().namespace_(), set.metadata().name());
//   plan.Because(lws::DecisionReason::kServiceMissing, lws::DecisionSubject::kService);
//   plan.Create(lws::internal::SharedService(set));
//   plan.Tell("GroupsProgressing", "Create", "Created ...");
//   return plan.Take();
//
// Thread-safety: distinct builders are independent.
#ifndef LWS_CORE_PLAN_PLAN_BUILDER_H_
#define LWS_CORE_PLAN_PLAN_BUILDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/plan.h"

namespace lws {
inline namespace v1 {
class LeaderWorkerSetStatus;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

class PlanBuilder {
 public:
  // Events will be about the set of this name. Both are borrowed.
  PlanBuilder(const std::string& namespace_name, const std::string& set_name)
      : PlanBuilder(kKind, namespace_name, set_name) {}
  // The same for a set of another kind.
  PlanBuilder(const char* kind, const std::string& namespace_name, const std::string& set_name)
      : kind_(kind), namespace_name_(namespace_name), set_name_(set_name) {}

  void Because(DecisionReason reason, DecisionSubject subject, absl::string_view detail = "");
  void BecauseOfStep(DecisionReason reason, int32_t partition, int32_t replicas);

  // Actions. The returned reference is valid until the next action.
  Action& Create(Json object);
  Action& Apply(Json object);
  // Applies the leader StatefulSet; the arguments are those of ActionObject::OfStatefulSet.
  Action& ApplyStatefulSet(SharedJson base, const ActionObject::Numbers& numbers,
                           std::shared_ptr<const internal::StatefulSetText> text);
  // Sends a merge patch of the object, or of its status.
  Action& Patch(absl::string_view api_version, absl::string_view kind, const ObservedMeta& meta, Json patch);
  Action& PatchStatus(absl::string_view api_version, absl::string_view kind, const ObservedMeta& meta, Json patch);
  // Updates the status of the set; the object holds its name and the status.
  Action& UpdateStatus(Json object);
  Action& UpdateStatus(std::shared_ptr<const LeaderWorkerSetStatus> status);
  // Patches the set with a JSON merge patch.
  Action& PatchSet(Json patch);
  Action& Delete(absl::string_view api_version, absl::string_view kind, const ObservedMeta& meta);

  // Adds a Normal event, to be recorded when all actions so far have succeeded.
  void Tell(absl::string_view reason, absl::string_view action, std::string note,
            std::optional<ObjectRef> related = std::nullopt);
  void Warn(absl::string_view reason, absl::string_view action, std::string note,
            std::optional<ObjectRef> related = std::nullopt);

  // Makes a Warning event without adding it to the plan.
  Event Warning(absl::string_view reason, absl::string_view action, std::string note,
                std::optional<ObjectRef> related = std::nullopt) const;

  void Keep(RestartMemory memory);
  void Keep(RolloutProgress progress);
  void RevertTo(std::string revision_key) { plan_.revert_to = std::move(revision_key); }
  Plan Again(absl::Duration after);
  Plan Fail(absl::Status error);
  Plan Take() { return std::move(plan_); }

 private:
  Action& Write(Verb verb, Json object);
  Action& Write(Verb verb, absl::string_view api_version, ObjectRef target, ActionObject object);

  const char* kind_;
  const std::string& namespace_name_;
  const std::string& set_name_;
  Plan plan_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_PLAN_PLAN_BUILDER_H_
