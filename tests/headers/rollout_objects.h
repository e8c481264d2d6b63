// The objects that the examples of lws/rollout use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_ROLLOUT_OBJECTS_H_
#define LWS_TESTS_HEADERS_ROLLOUT_OBJECTS_H_

#include "lws/rollout/group_bits.h"
#include "lws/rollout/planner.h"
#include "tests/headers/example_objects.h"

namespace lws {

// A set of two groups at the end of its rollout.
class RolloutExamples : public HeaderExamples {
 protected:
  RolloutExamples() {
    input.replicas = 2;
    input.current = LeaderState{/*replicas=*/2, /*partition=*/0, /*replicas_annotation=*/2, &groups};
  }

  GroupBits groups = GroupBits::Parse("BB");
  RolloutInput input;
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_ROLLOUT_OBJECTS_H_
