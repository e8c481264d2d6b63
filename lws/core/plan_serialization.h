// Plans as protocol buffers, and back.
//
//   lws::PlanProto saved = lws::PlanToProto(plan);
//   *lws::PlanFromProto(saved) == plan;    // true
//
// Laws:
//   1. PlanFromProto(PlanToProto(p)) == p, for every plan.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_PLAN_SERIALIZATION_H_
#define LWS_CORE_PLAN_SERIALIZATION_H_

#include "absl/status/statusor.h"
#include "lws/core/plan.h"

namespace lws {

class PlanProto;

PlanProto PlanToProto(const Plan& plan);

// Errors: InvalidArgument naming the action whose object is no JSON.
absl::StatusOr<Plan> PlanFromProto(const PlanProto& proto);

}  // namespace lws

#endif  // LWS_CORE_PLAN_SERIALIZATION_H_
