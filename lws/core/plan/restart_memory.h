// What a restart policy remembers of a group between two decisions. The host keeps it: a plan gives it out, and the
// next observation of the group's pods brings it back.
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

// What is to be kept of a group between two looks. The initial value remembers nothing.
struct RestartMemory {
  std::string revision_key;
  std::string leader_uid;
  std::vector<MemberMemory> members;  // by index
  bool has_started = false;           // once in this leader's life
  // A member of this leader's life failed, and the leader is still to be deleted.
  bool owes_restart = false;
  bool is_counted = false;        // what is owed is in the numbers below
  int32_t restarts = 0;           // of the group in this revision
  int32_t restarts_in_a_row = 0;  // of them, in a row
  absl::Time last_restart = absl::InfinitePast();
  bool gave_up = false;  // terminal, until the revision changes

  friend bool operator==(const RestartMemory& a, const RestartMemory& b);
};

}  // namespace lws

#endif  // LWS_CORE_PLAN_RESTART_MEMORY_H_
