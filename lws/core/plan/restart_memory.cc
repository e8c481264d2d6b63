#include "lws/core/plan/restart_memory.h"

namespace lws {

bool operator==(const RestartMemory& a, const RestartMemory& b) {
  return a.revision_key == b.revision_key && a.leader_uid == b.leader_uid && a.members == b.members &&
         a.has_started == b.has_started && a.owes_restart == b.owes_restart && a.is_counted == b.is_counted &&
         a.restarts == b.restarts && a.restarts_in_a_row == b.restarts_in_a_row && a.last_restart == b.last_restart &&
         a.gave_up == b.gave_up;
}

}  // namespace lws
