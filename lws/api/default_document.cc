#include "lws/api/default_document.h"

#include <cstddef>

#include "lws/api/defaulting.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/message_equality.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// `from` over `to`; what only `to` has stays.
void MergeOver(const Json& from, Json* to) {
  if (from.is_object() && to->is_object()) {
    for (auto it = from.begin(); it != from.end(); ++it) {
      if (to->contains(it.key())) {
        MergeOver(*it, &(*to)[it.key()]);
      } else {
        (*to)[it.key()] = *it;
      }
    }
  } else if (from.is_array() && to->is_array() && from.size() == to->size()) {
    for (size_t i = 0; i < from.size(); ++i) MergeOver(from[i], &(*to)[i]);
  } else {
    *to = from;
  }
}

}  // namespace

// Where defaulting changes something, the API server goes on with what the webhook wrote, absent fields in their
// written form included, over what was sent. Else it goes on with what was sent.
bool DefaultDocument(LeaderWorkerSet* set, Json* document) {
  const LeaderWorkerSet before = *set;
  ApplyAdmissionDefaults(set);
  if (EqualMessages(*set, before)) return false;
  const Json after = LeaderWorkerSetToJson(*set);
  if (after == LeaderWorkerSetToJson(before)) return false;
  MergeOver(after, document);
  return true;
}

}  // namespace lws::internal
