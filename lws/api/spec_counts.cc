#include "lws/api/spec_counts.h"

#include "lws/api/leader_worker_set.pb.h"

namespace lws::internal {

int32_t SpecReplicas(const LeaderWorkerSetSpec& spec) { return spec.has_replicas() ? spec.replicas() : 1; }

int32_t SpecSize(const LeaderWorkerSetSpec& spec) {
  const LeaderWorkerTemplate& group = spec.leader_worker_template();
  return group.has_size() ? group.size() : 1;
}

}  // namespace lws::internal
