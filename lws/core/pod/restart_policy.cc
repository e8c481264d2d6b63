#include "lws/core/pod/restart_policy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/field_value.h"
#include "lws/api/observed_roles.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "lws/core/exponential_backoff.h"
#include "lws/core/pod/restart.h"
#include "nlohmann/json.hpp"

namespace lws {

namespace {

// How a member failed since it was remembered.
enum class Failure { kNone, kContainer, kPod };

Failure FailureOf(const GroupMember& member, const MemberMemory* known) {
  if (member.terminating) return Failure::kPod;
  if (known != nullptr && known->uid != member.uid) return Failure::kPod;
  const int64_t restarts_before = known == nullptr ? 0 : known->restarts;
  const bool restarted = member.restarts > restarts_before;
  return TriggersRestart(member.phase, restarted, /*terminating=*/false) ? Failure::kContainer : Failure::kNone;
}

RestartAction ActionFor(const RestartPolicy& policy, const RestartFailure& failure) {
  const GroupMember& member = failure.member;
  if (policy.function != nullptr) return policy.function(policy.context, failure);
  if (!member.last_end.has_value()) return RestartAction::kRestartGroup;
  const ContainerEnd& end = *member.last_end;
  for (const RestartRule& rule : policy.rules) {
    const bool has_code =
        std::find(rule.exit_codes.begin(), rule.exit_codes.end(), end.exit_code) != rule.exit_codes.end();
    if (!rule.exit_codes.empty() && !has_code) continue;
    if (rule.reason.empty() || rule.reason == end.reason) return rule.action;
  }
  return RestartAction::kRestartGroup;
}

const MemberMemory* Find(const std::vector<MemberMemory>& members, int32_t index) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [index](const MemberMemory& member) { return member.index == index; });
  return found == members.end() ? nullptr : &*found;
}

// The container states of a pod document, init containers first.
// What is wrong with a field of a pod.
absl::Status Malformed(const FieldValue& value, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat(value.path(), ": not ", wanted));
}

// An integer of 32 bits; 0 when it is absent.
absl::StatusOr<int32_t> ReadInt32(const FieldValue& value) {
  if (!value.exists()) return 0;
  const std::optional<int64_t> number = value.Number();
  const bool fits = number.has_value() && *number >= std::numeric_limits<int32_t>::min() &&
                    *number <= std::numeric_limits<int32_t>::max();
  if (!fits) return Malformed(value, "an integer of 32 bits");
  return static_cast<int32_t>(*number);
}

// The latest end of the container becomes the member's, with the time of that end in `last`.
absl::Status ReadEnds(const FieldValue& status, std::string* last, GroupMember* member) {
  for (const char* name : {"lastState", "state"}) {
    const FieldValue state = status[name];
    if (state.exists() && !state.json().is_object()) return Malformed(state, "a map");
    const FieldValue end = state["terminated"];
    if (!end.exists()) continue;
    if (!end.json().is_object()) return Malformed(end, "a map");
    const absl::StatusOr<int32_t> exit_code = ReadInt32(end["exitCode"]);
    if (!exit_code.ok()) return exit_code.status();
    std::string finished = end["finishedAt"].Text();
    if (member->last_end.has_value() && finished < *last) continue;
    *last = std::move(finished);
    member->last_end = ContainerEnd{*exit_code, end["reason"].Text()};
  }
  return absl::OkStatus();
}

// Restarts and the latest end of the pod's containers.
absl::Status ReadContainers(const FieldValue& pod, GroupMember* member) {
  std::string last;
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    const FieldValue statuses = pod["status"][list];
    if (statuses.exists() && !statuses.json().is_array()) return Malformed(statuses, "a list");
    for (const FieldValue& status : statuses.Items()) {
      const absl::StatusOr<int32_t> restarts = ReadInt32(status["restartCount"]);
      if (!restarts.ok()) return restarts.status();
      member->restarts += *restarts;
      if (absl::Status ends = ReadEnds(status, &last, member); !ends.ok()) return ends;
    }
  }
  return absl::OkStatus();
}

const GroupMember* FindLeader(const GroupMembers& group) {
  const auto found = std::find_if(group.members.begin(), group.members.end(),
                                  [](const GroupMember& member) { return member.index == 0; });
  return found == group.members.end() ? nullptr : &*found;
}

// The failures of all members since they were remembered.
struct Failures {
  bool restart = false;
  bool ignored = false;
  bool fail_set = false;
};

Failures Compare(const RestartPolicy& policy, const GroupMembers& group, const RestartMemory& memory, absl::Time now) {
  Failures failures;
  for (const GroupMember& member : group.members) {
    const Failure failure = FailureOf(member, Find(memory.members, member.index));
    if (failure == Failure::kNone) continue;
    const RestartAction action = failure == Failure::kPod ? RestartAction::kRestartGroup
                                                          : ActionFor(policy, {group, member, memory.restarts, now});
    failures.restart |= action == RestartAction::kRestartGroup;
    failures.ignored |= action == RestartAction::kIgnore;
    failures.fail_set |= action == RestartAction::kFailSet;
  }
  // Members that are gone have failed, too.
  for (const MemberMemory& known : memory.members) {
    failures.restart |= std::none_of(group.members.begin(), group.members.end(),
                                     [&known](const GroupMember& member) { return member.index == known.index; });
  }
  return failures;
}

std::vector<MemberMemory> Remember(const GroupMembers& group) {
  std::vector<MemberMemory> members;
  for (const GroupMember& member : group.members) members.push_back({member.index, member.uid, member.restarts});
  std::sort(members.begin(), members.end(),
            [](const MemberMemory& a, const MemberMemory& b) { return a.index < b.index; });
  return members;
}

absl::Duration Backoff(const RestartPolicy& policy, int32_t restarts_in_a_row) {
  return internal::ExponentialBackoff(restarts_in_a_row - 1, policy.first_backoff, policy.max_backoff);
}

// Decides the owed restart within the policy's limits.
void Settle(const RestartPolicy& policy, absl::Time now, GroupRestartDecision* decision) {
  RestartMemory& memory = decision->memory;
  if (!memory.is_counted) {
    if (policy.max_restarts.has_value() && memory.restarts >= *policy.max_restarts) {
      memory.gave_up = true;
      decision->reason = GroupRestartReason::kGaveUp;
      return;
    }
    if (now - memory.last_restart >= policy.stable_after) memory.restarts_in_a_row = 0;
    const absl::Duration wait = memory.last_restart + Backoff(policy, memory.restarts_in_a_row) - now;
    if (memory.restarts_in_a_row > 0 && wait > absl::ZeroDuration()) {
      decision->reason = GroupRestartReason::kBackingOff;
      decision->look_again_in = wait;
      return;
    }
    memory.is_counted = true;
    ++memory.restarts;
    ++memory.restarts_in_a_row;
    memory.last_restart = now;
  }
  decision->reason = GroupRestartReason::kRestart;
  decision->restart = true;
}

}  // namespace

GroupRestartDecision DecideGroupRestart(const RestartPolicy& policy, const GroupMembers& group,
                                        const RestartMemory& memory, absl::Time now) {
  GroupRestartDecision decision;
  decision.memory = memory;
  const auto because = [&decision](GroupRestartReason reason) {
    decision.reason = reason;
    return decision;
  };
  const GroupMember* leader = FindLeader(group);
  // Without a living leader there is no failure to judge: the old pods are going or gone, and new ones come.
  if (leader == nullptr) return because(GroupRestartReason::kNoLeader);
  if (leader->terminating) return because(GroupRestartReason::kAlreadyRestarting);
  RestartMemory& next = decision.memory;
  if (memory.revision_key != group.revision_key) {
    next = RestartMemory();
    next.revision_key = group.revision_key;
  }
  if (next.leader_uid != leader->uid) {
    next.leader_uid = leader->uid;
    next.members.clear();
    next.has_started = next.owes_restart = next.is_counted = false;
  }
  if (next.gave_up) return because(GroupRestartReason::kGaveUp);
  const Failures failures = Compare(policy, group, next, now);
  next.members = Remember(group);
  next.has_started |= group.started;
  if (!next.has_started) {
    return because(failures.restart || failures.fail_set ? GroupRestartReason::kStillStarting
                                                         : GroupRestartReason::kNoFailure);
  }
  if (failures.fail_set) {
    next.gave_up = decision.fails_set = true;
    return because(GroupRestartReason::kGaveUp);
  }
  next.owes_restart |= failures.restart;
  if (!next.owes_restart)
    return because(failures.ignored ? GroupRestartReason::kIgnored : GroupRestartReason::kNoFailure);
  Settle(policy, now, &decision);
  return decision;
}

namespace {

// "3 of at most 3"; without a limit "3".
std::string CountText(const RestartPolicy& policy, int32_t restarts) {
  if (!policy.max_restarts.has_value()) return absl::StrCat(restarts);
  return absl::StrCat(restarts, " of at most ", *policy.max_restarts);
}

}  // namespace

std::string GroupRestartDecisionText(const RestartPolicy& policy, const GroupRestartDecision& decision) {
  const int32_t restarts = decision.memory.restarts;
  switch (decision.reason) {
    case GroupRestartReason::kNoLeader:
    case GroupRestartReason::kAlreadyRestarting:
    case GroupRestartReason::kNoFailure:
      return "";
    case GroupRestartReason::kIgnored:
      return "by the restart policy of the set";
    case GroupRestartReason::kStillStarting:
      return "by the restart policy of the set, which counts failures once the group has started";
    case GroupRestartReason::kGaveUp: {
      const bool is_at_limit = policy.max_restarts.has_value() && restarts >= *policy.max_restarts;
      if (decision.fails_set || !is_at_limit) return "by a rule of the restart policy of the set";
      return absl::StrCat("by the restart policy of the set, after ", CountText(policy, restarts), " restarts");
    }
    case GroupRestartReason::kBackingOff:
      return absl::StrCat("by the restart policy of the set, ",
                          absl::FormatDuration(decision.look_again_in.value_or(absl::ZeroDuration())), " more after ",
                          CountText(policy, restarts), " restarts");
    case GroupRestartReason::kRestart:
      break;
  }
  return absl::StrCat("by the restart policy of the set, restart ", CountText(policy, restarts));
}

absl::StatusOr<GroupMember> ReadMemberForRestart(const Json& pod) {
  const absl::StatusOr<ObservedPod> observed = ObservePod(pod);
  if (!observed.ok()) return observed.status();
  GroupMember member;
  member.uid = observed->meta.uid;
  member.phase = observed->phase;
  member.terminating = observed->meta.terminating;
  member.index = ParseIndex(observed->worker_index.value_or(""));
  if (member.index < 0) {
    return absl::InvalidArgumentError(absl::StrCat("Pod ", observed->meta.namespace_name, "/", observed->meta.name,
                                                   ": metadata.labels.", kWorkerIndexLabel, ": no index"));
  }
  const absl::Status status = ReadContainers(FieldValue(pod, ""), &member);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Pod ", observed->meta.namespace_name, "/", observed->meta.name, ": ", status.message()));
  }
  return member;
}

absl::StatusOr<GroupMembers> ReadMembersForRestart(const Json& leader, const Json* worker_statefulset,
                                                   const std::vector<SharedJson>& pods) {
  const absl::StatusOr<ObservedPod> observed = ObservePod(leader);
  if (!observed.ok()) return observed.status();
  GroupMembers group;
  group.revision_key = observed->meta.revision_key;
  absl::StatusOr<GroupMember> member = ReadMemberForRestart(leader);
  if (!member.ok()) return member.status();
  group.members.push_back(*std::move(member));
  if (worker_statefulset == nullptr) return group;
  const absl::StatusOr<ObservedStatefulSet> workers = ObserveStatefulSet(*worker_statefulset);
  if (!workers.ok()) return workers.status();
  if (!IsControlledBy(workers->meta, observed->meta.uid)) return group;
  for (const SharedJson& pod : pods) {
    const absl::StatusOr<ObservedPod> worker = ObservePod(*pod);
    if (!worker.ok()) return worker.status();
    if (!IsControlledBy(worker->meta, workers->meta.uid)) continue;
    member = ReadMemberForRestart(*pod);
    if (!member.ok()) return member.status();
    group.members.push_back(*std::move(member));
  }
  return group;
}

}  // namespace lws
