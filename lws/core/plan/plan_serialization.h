// Converts plans, and what hosts keep between them, to protocol buffers and back.
//
//   lws::Plan plan;
//   lws::PlanProto saved = lws::PlanToProto(plan);
//   *lws::PlanFromProto(saved) == plan;    // true
//
// Laws:
//   1. PlanFromProto(PlanToProto(p)) == p for every plan, and likewise for memories and progress. Times are kept to
//      the nanosecond.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_PLAN_PLAN_SERIALIZATION_H_
#define LWS_CORE_PLAN_PLAN_SERIALIZATION_H_

#include "absl/status/statusor.h"
#include "lws/core/plan/plan.h"

namespace lws {

inline namespace v1 {
class PlanProto;
class RestartMemoryProto;
class RolloutProgressProto;
}  // namespace v1

// Whether a plan's decisions, which are for people and are not read back, are written.
enum class Why { kWritten, kLeftOut };

PlanProto PlanToProto(const Plan& plan, Why why = Why::kWritten);

// Errors: InvalidArgument naming the action whose object is not JSON.
absl::StatusOr<Plan> PlanFromProto(const PlanProto& proto);

RestartMemoryProto RestartMemoryToProto(const RestartMemory& memory);
RestartMemory RestartMemoryFromProto(const RestartMemoryProto& proto);

RolloutProgressProto RolloutProgressToProto(const RolloutProgress& progress);
RolloutProgress RolloutProgressFromProto(const RolloutProgressProto& proto);

}  // namespace lws

#endif  // LWS_CORE_PLAN_PLAN_SERIALIZATION_H_
