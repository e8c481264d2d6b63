// A LeaderWorkerSet and its JSON.
//
//   absl::StatusOr<lws::LeaderWorkerSet> parsed = lws::LeaderWorkerSetFromJson(manifest);
//   parsed->spec().replicas();                                  // 4
//   lws::LeaderWorkerSetToJson(*parsed)["spec"]["replicas"];    // 4
//
// The message type itself is in leader_worker_set.pb.h, for code that reads its fields.
//
// Laws:
//   1. LeaderWorkerSetFromJson(LeaderWorkerSetToJson(s)) equals s, for every s that LeaderWorkerSetFromJson returned.
//   2. LeaderWorkerSetToJson(LeaderWorkerSetFromJson(d)) == ReadTypedJson(d): every known field survives.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_LEADER_WORKER_SET_H_
#define LWS_API_LEADER_WORKER_SET_H_

#include <string>

#include "absl/status/statusor.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/json.h"

namespace lws {

inline namespace v1 {
class IntOrString;
class LeaderWorkerSet;
class LeaderWorkerTemplate;
class LeaderWorkerSetStatus;
}  // namespace v1

// Errors: InvalidArgument naming the field whose value has another type. No defaults are applied.
absl::StatusOr<LeaderWorkerSet> LeaderWorkerSetFromJson(const Json& document);
Json LeaderWorkerSetToJson(const LeaderWorkerSet& set);

Json LeaderWorkerTemplateToJson(const LeaderWorkerTemplate& leader_worker_template);

Json LeaderWorkerSetStatusToJson(const LeaderWorkerSetStatus& status);

// The pod templates as documents. The worker template serves leaders when there is no leader template.
Json LeaderTemplate(const LeaderWorkerTemplate& leader_worker_template);
Json WorkerTemplate(const LeaderWorkerTemplate& leader_worker_template);

IntOrPercent ToIntOrPercent(const IntOrString& value);

}  // namespace lws

#endif  // LWS_API_LEADER_WORKER_SET_H_
