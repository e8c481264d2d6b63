// A restart policy with a memory: every failure restarts its group exactly once, within limits.
//
//   lws::RestartPolicy policy;
//   policy.max_restarts = 3;
//   policy.first_backoff = absl::Seconds(10);
//   lws::GroupMembers group;
//   lws::RestartMemory memory;
//   lws::RestartVerdict verdict = lws::DecideGroupRestart(policy, group, memory, now);
//   verdict.restart;              // false: when true, the host deletes the leader, in the foreground
//   memory = verdict.memory;      // the host keeps it, before or after the deletion
//
// The reference (restart.h) looks at pods as they are: a worker that was deleted and made anew before anybody looked
// leaves no trace, and a group that fails for ever is restarted for ever. Here the members' UIDs and restart counts are
// remembered from one look to the next, as a value that the host keeps.
//
// Laws:
//   1. At most once: a leader is to be deleted only when a member of its own life failed. Deciding again before the
//      deletion is seen asks for the same deletion, by UID, and does not count it again.
//   2. At least once: when a member that was seen in the life of its leader is terminating, gone, replaced, or has
//      restarted since, its leader is to be deleted as soon as the backoff allows, unless a rule ignores the end or the
//      policy has given up.
//   3. Of one group and revision at most max_restarts restarts are decided. After that, or when a rule fails the set,
//      nothing is deleted until the revision changes: the pods stay for inspection.
//   4. Restart n of a row begins at least first_backoff * 2^(n-1), up to max_backoff, after the one before; a row ends
//      when there was no restart for stable_after.
//   5. A pure function: equal arguments, equal verdict.
// A memory that is lost costs the failures that only it could tell, and the count; never a restart too many.
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

// For the ends of containers that match both.
struct RestartRule {
  std::vector<int32_t> exit_codes;  // none: any
  std::string reason;               // "OOMKilled"; empty: any
  RestartAction action = RestartAction::kRestartGroup;
};

struct RestartPolicy {
  std::optional<int32_t> max_restarts;  // nullopt: no limit
  absl::Duration first_backoff;         // 0: none
  absl::Duration max_backoff = absl::Minutes(5);
  absl::Duration stable_after = absl::Minutes(10);
  // The first that matches counts; when none does, the group is restarted.
  std::vector<RestartRule> rules;
};

struct ContainerEnd {
  int32_t exit_code = 0;
  std::string reason;
};

// A pod of a group, as it is now.
struct GroupMember {
  int32_t index = 0;  // 0 is the leader
  std::string uid;
  int64_t restarts = 0;  // of all its containers
  PodPhase phase = PodPhase::kUnknown;
  bool terminating = false;
  std::optional<ContainerEnd> last_end;  // of the container that ended last
};

// From a pod document. Errors: InvalidArgument naming the pod and the field.
absl::StatusOr<GroupMember> ReadGroupMember(const Json& pod);

// A group, as it is now.
struct GroupMembers {
  std::string revision_key;  // the leader's
  // The leader, when it is there, and the workers whose owners lead to it; in any order.
  std::vector<GroupMember> members;
  // It has all its pods, and none is Pending. True where that is not waited for; ReconcilePod finds out for itself.
  bool started = true;
};

// From documents: the leader, its StatefulSet of workers, which may be null, and the pods of the group with it or
// without. Pods of a former leader of the name are left out, by UID. Errors: those of ReadGroupMember.
absl::StatusOr<GroupMembers> ReadGroupMembers(const Json& leader, const Json* worker_statefulset,
                                              const std::vector<SharedJson>& pods);

enum class RestartReason {
  kNoLeader,           // the group is being made anew
  kAlreadyRestarting,  // its leader is terminating
  kNoFailure,
  kIgnored,        // by a rule
  kStillStarting,  // pods of a group that comes up fail while they wait for each other
  kGaveUp,         // max_restarts are used up, or a rule failed the set
  kBackingOff,
  kRestart,
};

struct RestartVerdict {
  RestartReason reason = RestartReason::kNoFailure;
  bool restart = false;
  RestartMemory memory;
  // While backing off: when to look again.
  std::optional<absl::Duration> look_again_in;
  bool fails_set = false;  // with this look, by a rule
};

// Complexity: O(members log members).
RestartVerdict DecideGroupRestart(const RestartPolicy& policy, const GroupMembers& group, const RestartMemory& memory,
                                  absl::Time now);

}  // namespace lws

#endif  // LWS_CORE_POD_RESTART_POLICY_H_
