#include "lws/core/plan/plan_serialization.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/json.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/restart_memory.h"
#include "lws/rollout/controls.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

void Write(const ObjectRef& ref, ObjectRefProto* proto) {
  proto->set_kind(ref.kind);
  proto->set_namespace_(ref.namespace_name);
  proto->set_name(ref.name);
}

ObjectRef Read(const ObjectRefProto& proto) { return {proto.kind(), proto.namespace_(), proto.name()}; }

void Write(const Event& event, EventProto* proto) {
  proto->set_after_action(event.after_action);
  proto->set_is_warning(event.is_warning);
  proto->set_reason(event.reason);
  proto->set_action(event.action);
  proto->set_note(event.note);
  Write(event.regarding, proto->mutable_regarding());
  if (event.related.has_value()) Write(*event.related, proto->mutable_related());
}

Event Read(const EventProto& proto) {
  Event event;
  event.after_action = proto.after_action();
  event.is_warning = proto.is_warning();
  event.reason = proto.reason();
  event.action = proto.action();
  event.note = proto.note();
  event.regarding = Read(proto.regarding());
  if (proto.has_related()) event.related = Read(proto.related());
  return event;
}

void Write(const Action& action, ActionProto* proto) {
  proto->set_verb(static_cast<ActionProto::Verb>(action.verb));
  proto->set_api_version(action.api_version);
  Write(action.target, proto->mutable_target());
  if (!action.object.empty()) action.object.AppendText(proto->mutable_object());
  proto->set_foreground(action.propagation == Propagation::kForeground);
  proto->set_uid(action.uid);
  proto->set_resource_version(action.resource_version);
  proto->set_conflict_is_retry(action.conflict_is_retry);
  if (action.failure_event.has_value()) Write(*action.failure_event, proto->mutable_failure_event());
}

absl::StatusOr<Action> Read(const ActionProto& proto) {
  Action action;
  action.verb = static_cast<Verb>(proto.verb());
  action.api_version = proto.api_version();
  action.target = Read(proto.target());
  if (proto.has_object()) {
    absl::StatusOr<Json> object = ParseJson(proto.object(), absl::StrCat("action on ", action.target.name));
    if (!object.ok()) return object.status();
    action.object = ActionObject::Of(*std::move(object));
  }
  action.propagation = proto.foreground() ? Propagation::kForeground : Propagation::kDefault;
  action.uid = proto.uid();
  action.resource_version = proto.resource_version();
  action.conflict_is_retry = proto.conflict_is_retry();
  if (proto.has_failure_event()) action.failure_event = Read(proto.failure_event());
  return action;
}

}  // namespace

PlanProto PlanToProto(const Plan& plan, Why why) {
  PlanProto proto;
  for (const Action& action : plan.actions) Write(action, proto.add_actions());
  for (const Event& event : plan.events) Write(event, proto.add_events());
  if (plan.requeue_after.has_value()) {
    proto.set_requeue_after_nanoseconds(absl::ToInt64Nanoseconds(*plan.requeue_after));
  }
  if (plan.rollout_progress != nullptr) {
    *proto.mutable_rollout_progress() = RolloutProgressToProto(*plan.rollout_progress);
  }
  if (plan.restart_memory != nullptr) *proto.mutable_restart_memory() = RestartMemoryToProto(*plan.restart_memory);
  proto.set_revert_to(plan.revert_to);
  proto.set_error_code(static_cast<int>(plan.error.code()));
  proto.set_error_message(std::string(plan.error.message()));
  if (why == Why::kLeftOut) return proto;
  for (const Decision& decision : plan.decisions) {
    DecisionProto& written = *proto.add_decisions();
    written.set_reason(std::string(DecisionReasonText(decision.reason)));
    written.set_subject(std::string(DecisionSubjectText(decision.subject)));
    written.set_detail(DecisionDetailText(decision));
  }
  return proto;
}

absl::StatusOr<Plan> PlanFromProto(const PlanProto& proto) {
  Plan plan;
  for (const ActionProto& written : proto.actions()) {
    absl::StatusOr<Action> action = Read(written);
    if (!action.ok()) return action.status();
    plan.actions.push_back(*std::move(action));
  }
  for (const EventProto& event : proto.events()) plan.events.push_back(Read(event));
  if (proto.has_requeue_after_nanoseconds()) {
    plan.requeue_after = absl::Nanoseconds(proto.requeue_after_nanoseconds());
  }
  if (proto.has_rollout_progress()) {
    plan.rollout_progress = std::make_shared<const RolloutProgress>(RolloutProgressFromProto(proto.rollout_progress()));
  }
  if (proto.has_restart_memory()) {
    plan.restart_memory = std::make_shared<const RestartMemory>(RestartMemoryFromProto(proto.restart_memory()));
  }
  plan.revert_to = proto.revert_to();
  plan.error = absl::Status(static_cast<absl::StatusCode>(proto.error_code()), proto.error_message());
  return plan;
}

RestartMemoryProto RestartMemoryToProto(const RestartMemory& memory) {
  RestartMemoryProto proto;
  proto.set_revision_key(memory.revision_key);
  proto.set_leader_uid(memory.leader_uid);
  for (const MemberMemory& member : memory.members) {
    RestartMemoryProto::Member& written = *proto.add_members();
    written.set_index(member.index);
    written.set_uid(member.uid);
    written.set_restarts(member.restarts);
  }
  proto.set_has_started(memory.has_started);
  proto.set_owes_restart(memory.owes_restart);
  proto.set_is_counted(memory.is_counted);
  proto.set_restarts(memory.restarts);
  proto.set_restarts_in_a_row(memory.restarts_in_a_row);
  if (memory.last_restart != absl::InfinitePast()) proto.set_last_restart(absl::ToUnixNanos(memory.last_restart));
  proto.set_gave_up(memory.gave_up);
  return proto;
}

RestartMemory RestartMemoryFromProto(const RestartMemoryProto& proto) {
  RestartMemory memory;
  memory.revision_key = proto.revision_key();
  memory.leader_uid = proto.leader_uid();
  for (const RestartMemoryProto::Member& member : proto.members()) {
    memory.members.push_back({member.index(), member.uid(), member.restarts()});
  }
  memory.has_started = proto.has_started();
  memory.owes_restart = proto.owes_restart();
  memory.is_counted = proto.is_counted();
  memory.restarts = proto.restarts();
  memory.restarts_in_a_row = proto.restarts_in_a_row();
  if (proto.has_last_restart()) memory.last_restart = absl::FromUnixNanos(proto.last_restart());
  memory.gave_up = proto.gave_up();
  return memory;
}

RolloutProgressProto RolloutProgressToProto(const RolloutProgress& progress) {
  RolloutProgressProto proto;
  proto.set_revision_key(progress.revision_key);
  proto.set_step(progress.step);
  if (progress.step_done != absl::InfiniteFuture()) proto.set_step_done(absl::ToUnixNanos(progress.step_done));
  for (const auto& [group, time] : progress.ready_since) {
    RolloutProgressProto::ReadySince& written = *proto.add_ready_since();
    written.set_group(group);
    written.set_time(absl::ToUnixNanos(time));
  }
  for (const int32_t group : progress.were_ready) proto.add_were_ready(group);
  proto.set_most_done(progress.most_done);
  if (progress.last_progress != absl::InfinitePast()) {
    proto.set_last_progress(absl::ToUnixNanos(progress.last_progress));
  }
  proto.set_deadline_exceeded(progress.deadline_exceeded);
  return proto;
}

RolloutProgress RolloutProgressFromProto(const RolloutProgressProto& proto) {
  RolloutProgress progress;
  progress.revision_key = proto.revision_key();
  progress.step = proto.step();
  if (proto.has_step_done()) progress.step_done = absl::FromUnixNanos(proto.step_done());
  for (const RolloutProgressProto::ReadySince& since : proto.ready_since()) {
    progress.ready_since.emplace_back(since.group(), absl::FromUnixNanos(since.time()));
  }
  progress.were_ready.assign(proto.were_ready().begin(), proto.were_ready().end());
  progress.most_done = proto.most_done();
  if (proto.has_last_progress()) progress.last_progress = absl::FromUnixNanos(proto.last_progress());
  progress.deadline_exceeded = proto.deadline_exceeded();
  return progress;
}

}  // namespace lws
