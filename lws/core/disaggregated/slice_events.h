// Texts about the rollout of a slice: events, and the explanation of a step.
//
//   RecordSliceScaling("decode", "llm-0-daf1923f-decode", 3, 2, &plan);
//   // Scaling down decode LWS llm-0-daf1923f-decode from 3 to 2 replicas
//
// Thread-safety: may be called concurrently for distinct plans.
#ifndef LWS_CORE_DISAGGREGATED_SLICE_EVENTS_H_
#define LWS_CORE_DISAGGREGATED_SLICE_EVENTS_H_

#include <cstdint>
#include <string>

#include "lws/core/disaggregated/slice_rollout.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/rollout/role_rollout.h"

namespace lws::internal {

void RecordSliceStarted(const std::string& revision, PlanBuilder* plan);
void RecordSliceCompleted(const std::string& revision, PlanBuilder* plan);
void RecordSliceScaling(const std::string& role, const std::string& child, int32_t before, int32_t after,
                        PlanBuilder* plan);

// The explanation of the step: "slice 0: decode is held: 2 of 4 new groups are ready", or the roles that change and
// how.
void ExplainSliceStep(int32_t slice, const SliceRollout& rollout, const RoleRolloutInput& input,
                      const RoleRolloutStep& step, PlanBuilder* plan);

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_SLICE_EVENTS_H_
