#include "lws/core/desired/set_digest.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "lws/api/applied_fields.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/revision_key.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

SetDigest DigestOfDesiredSet(const LeaderWorkerSet& set) {
  SetDigest digest;
  digest.revision_data = RevisionData(set);
  digest.revision_key = RevisionKey(digest.revision_data);
  absl::StatusOr<Json> leader = LeaderStatefulSet(set, digest.revision_key, /*partition=*/0, /*replicas=*/0);
  if (!leader.ok()) return digest;
  digest.leader_text = std::make_shared<const StatefulSetText>(TextOfStatefulSet(*leader));
  digest.leader_core = DigestOfAppliedStatefulSet(*digest.leader_text);
  digest.leader_statefulset = std::make_shared<const Json>(*std::move(leader));
  return digest;
}

}  // namespace lws::internal
