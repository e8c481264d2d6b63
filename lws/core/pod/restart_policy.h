// A restart policy with a memory: every failure restarts its group exactly once, within limits.
//
//   lws::RestartPolicy policy;
//   policy.max_restarts = 3;
//   policy.first_backoff = absl::Seconds(10);
//   lws::GroupMembers group;
//   lws::RestartMemory memory;
//   lws::GroupRestartDecision decision = lws::DecideGroupRestart(policy, group, memory, now);
//   decision.restart;              // false; if true, the host deletes the leader in the foreground
//   memory = decision.memory;      // the host keeps it, before or after the deletion
//
// The reference (restart.h) looks only at present pods. A worker that was deleted and recreated before anybody looked
// leaves no trace, and a group that fails for ever is restarted for ever. This policy remembers the members' UIDs and
// restart counts from one look to the next, in a value that the host keeps.
//
// Laws:
//   1. At most once: a leader is deleted only when a member failed in its own life. Deciding again before the deletion
//      is seen asks for the same deletion, by UID, and does not count it again.
//   2. At least once: when a member that was seen in the life of its leader is terminating, gone, replaced, or has
//      restarted since, the leader is deleted as soon as the backoff allows, unless a rule ignores the failure or the
//      policy has given up.
//   3. For one group and revision at most max_restarts restarts are decided. After that, or when a rule fails the set,
//      nothing is deleted until the revision changes, so that the pods can be inspected.
//   4. Restart n of a row begins at least first_backoff * 2^(n-1), up to max_backoff, after the one before. A row ends
//      when there was no restart for stable_after.
//   5. It is a pure function: equal arguments give an equal decision.
// If the memory is lost, failures that only it knew and the count are lost too, but there is never a restart too many.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_POD_RESTART_POLICY_H_
#define LWS_CORE_POD_RESTART_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"
#include "lws/core/plan/restart_memory.h"

namespace lws {

enum class RestartAction { kIgnore, kRestartGroup, kFailSet };

// A rule for the ends of containers that match both the exit code and the reason.
struct RestartRule {
  std::vector<int32_t> exit_codes;  // empty: any
  std::string reason;               // such as "OOMKilled"; empty: any
  RestartAction action = RestartAction::kRestartGroup;
};

struct RestartFailure;

// A host's own rules: a pure function from a failure to what it leads to. The context is the host's, and is borrowed.
using RestartFunction = RestartAction (*)(const void* context, const RestartFailure& failure);

struct RestartPolicy {
  std::optional<int32_t> max_restarts;  // nullopt: no limit
  absl::Duration first_backoff;         // 0: no backoff
  absl::Duration max_backoff = absl::Minutes(5);
  absl::Duration stable_after = absl::Minutes(10);
  // The first rule that matches counts. When none does, the group is restarted.
  std::vector<RestartRule> rules;
  // Asked in place of the rules, also about containers of which nothing is known but that they restarted.
  RestartFunction function = nullptr;
  const void* context = nullptr;
};

struct ContainerEnd {
  int32_t exit_code = 0;
  std::string reason;
};

// The present state of a pod of a group.
struct GroupMember {
  int32_t index = 0;  // 0 is the leader
  std::string uid;
  int64_t restarts = 0;  // of all its containers
  PodPhase phase = PodPhase::kUnknown;
  bool terminating = false;
  std::optional<ContainerEnd> last_end;  // of the container that ended last
};

// Reads a pod document. Errors: InvalidArgument naming the pod and the field.
absl::StatusOr<GroupMember> ReadMemberForRestart(const Json& pod);

// The present state of a group.
struct GroupMembers {
  std::string revision_key;  // the leader's
  // The leader if it exists, and the workers whose owners lead to it, in any order.
  std::vector<GroupMember> members;
  // Whether the group has all its pods and none is Pending. Leave it true when nobody waits for that; ReconcilePod
  // computes it.
  bool started = true;
  // Whose group it is, for a RestartFunction. ReconcilePod fills these in.
  std::string namespace_name;
  std::string set_name;
  int32_t group = 0;
};

// What a RestartFunction sees: a member with a container that failed since the last look. The references are good for
// the call. Pods that are deleted, evicted or replaced always restart their group, and are not asked about.
struct RestartFailure {
  const GroupMembers& group;
  const GroupMember& member;
  int32_t group_restarts = 0;  // so far, in this revision
  absl::Time now;
};

// Reads documents: the leader, its worker StatefulSet, which may be null, and the pods of the group, with or without
// the leader. Pods of a former leader with the same name are left out, by UID. Errors: those of ReadMemberForRestart.
absl::StatusOr<GroupMembers> ReadMembersForRestart(const Json& leader, const Json* worker_statefulset,
                                                   const std::vector<SharedJson>& pods);

enum class GroupRestartReason {
  kNoLeader,           // the group is being recreated
  kAlreadyRestarting,  // its leader is terminating
  kNoFailure,
  kIgnored,        // a rule ignores the failure
  kStillStarting,  // pods of a starting group may fail while they wait for each other
  kGaveUp,         // max_restarts are used up, or a rule failed the set
  kBackingOff,
  kRestart,
};

struct GroupRestartDecision {
  GroupRestartReason reason = GroupRestartReason::kNoFailure;
  bool restart = false;
  RestartMemory memory;
  // When to look again while backing off.
  std::optional<absl::Duration> look_again_in;
  bool fails_set = false;  // a rule failed the set in this look
};

// Says for people what the policy goes by: "by the restart policy of the set, restart 2 of at most 3". Empty for a
// decision that says all by its reason.
std::string GroupRestartDecisionText(const RestartPolicy& policy, const GroupRestartDecision& decision);

// Complexity: O(members log members).
GroupRestartDecision DecideGroupRestart(const RestartPolicy& policy, const GroupMembers& group,
                                        const RestartMemory& memory, absl::Time now);

}  // namespace lws

#endif  // LWS_CORE_POD_RESTART_POLICY_H_
