// A step of a counterexample as data, from which a page draws lanes.
//
//   lws::CheckedMoment moment;
//   moment.step = "group 2 becomes ready";
//   moment.lanes = {{"", "NnOO", /*ready=*/3, /*promised=*/3}};
//   moment.lanes[0].groups[1];    // 'n': group 1 has the new revision and is not ready
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_CHECKED_MOMENT_H_
#define LWS_ADAPTERS_TESTING_CHECKER_CHECKED_MOMENT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace lws {

// The groups of a LeaderWorkerSet, or of one role of a DisaggregatedSet.
struct CheckedLane {
  std::string name;  // of the role; empty for a LeaderWorkerSet
  // A letter per group: N, n, O, o and . as in TimelineEntry, or x while it is being deleted. Groups of a
  // LeaderWorkerSet are in order of their number. Groups of a role have no number: the old ones come first.
  std::string groups;
  int32_t ready = 0;
  int32_t promised = 0;
};

// The state after a step.
struct CheckedMoment {
  std::string step;           // what happened, or "initial state"
  bool from_outside = false;  // a failure or an edit
  std::string detail;         // partition and replicas of the leader StatefulSet; empty for roles
  std::vector<CheckedLane> lanes;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_CHECKER_CHECKED_MOMENT_H_
