// Why a pod is not ready yet: finds out from the pod alone what it waits for.
//
//   lws::WhyPodWaits(pod, now).text;    // such as "waiting for node (no node has 8 nvidia.com/gpu free)"
//
// The first row that fits is the answer:
//
// | the pod | waits for |
// |---|---|
// | is being deleted | its end |
// | has ended | nothing any more |
// | is ready | nothing |
// | does not run, and has scheduling gates | those gates |
// | does not run, and could not be scheduled | a node |
// | does not run, and has no node | the scheduler |
// | has an init container that is not done | that init container |
// | has a container whose image cannot be pulled | that image |
// | has a container that waits for something else | that container |
// | has a readiness gate that is not true | that gate |
// | runs | to be ready |
// | otherwise | its containers to start |
//
// Values of another type than a pod's count as absent.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_POD_POD_WAIT_H_
#define LWS_CORE_POD_POD_WAIT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/json.h"

namespace lws {

enum class PodWait {
  kNothing,
  kAbsent,  // the pod does not exist; only code that looks at groups uses it
  kLeader,  // the pod is made when its group's leader is ready; also only for groups
  kEnd,
  kEnded,
  kSchedulingGates,
  kNode,
  kScheduler,
  kInitContainer,
  kImage,
  kContainer,
  kReadinessGate,
  kReady,
  kStart,
};

struct PodWaiting {
  PodWait reason = PodWait::kNothing;
  std::string text;  // for people; empty when the pod waits for nothing
};

// `now` is used to say how long the pod has not been ready. Complexity: O(containers of the pod).
PodWaiting WhyPodWaits(const Json& pod, absl::Time now);

// The reason in a form for programs: "image".
absl::string_view PodWaitName(PodWait reason);

}  // namespace lws

#endif  // LWS_CORE_POD_POD_WAIT_H_
