#include "lws/core/prepared_set.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "lws/api/applied_fields.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/desired_objects.h"
#include "lws/core/revision_data.h"
#include "lws/rollout/revision_key.h"
#include "nlohmann/json.hpp"

namespace lws {

PreparedSet Prepare(const LeaderWorkerSet& set) {
  PreparedSet prepared;
  prepared.revision_data = RevisionData(set);
  prepared.revision_key = RevisionKey(prepared.revision_data);
  absl::StatusOr<Json> leader = LeaderStatefulSet(set, prepared.revision_key, /*partition=*/0, /*replicas=*/0);
  if (!leader.ok()) return prepared;
  prepared.leader_core = AppliedCore(*leader);
  prepared.leader_statefulset = std::make_shared<const Json>(*std::move(leader));
  return prepared;
}

}  // namespace lws
