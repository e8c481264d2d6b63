// What a restart policy remembers of a group between two decisions. The host keeps it: a plan returns it, and the next
// observation of the group's pods must contain it.
//
//   lws::RestartMemory memory;    // remembers nothing
//   memory.owes_restart;          // false
//
// Thread-safety: values.
#ifndef LWS_CORE_PLAN_RESTART_MEMORY_H_
#define LWS_CORE_PLAN_RESTART_MEMORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace lws {

struct MemberMemory {
  int32_t index = 0;
  std::string uid;
  int64_t restarts = 0;

  friend bool operator==(const MemberMemory& a, const MemberMemory& b) {
    return a.index == b.index && a.uid == b.uid && a.restarts == b.restarts;
  }
};

// What must be kept of a group between two looks. The initial value remembers nothing.
struct RestartMemory {
  std::string revision_key;
  std::string leader_uid;
  std::vector<MemberMemory> members;  // by index
  bool has_started = false;           // the group, at some time in this leader's life
  // A member failed in this leader's life, and the leader has not been deleted for it yet.
  bool owes_restart = false;
  bool is_counted = false;        // the owed restart is included in the numbers below
  int32_t restarts = 0;           // of the group in this revision
  int32_t restarts_in_a_row = 0;  // the last restarts without a stable time between them
  absl::Time last_restart = absl::InfinitePast();
  bool gave_up = false;  // no restart until the revision changes

  friend bool operator==(const RestartMemory& a, const RestartMemory& b);
};

}  // namespace lws

#endif  // LWS_CORE_PLAN_RESTART_MEMORY_H_
