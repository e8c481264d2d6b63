// How a live set stands: its groups, their pods, and whether its rollout is done.
//
//   SetReport report = ReadSetReport(objects, now);
//   report.end;           // RolloutEnd::kUnderWay
//   ToString(report);     // the tree that `lwsctl status` prints
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_SET_REPORT_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_SET_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

// A set with what belongs to it, as the API server has it.
struct LiveSet {
  lws::Json set;
  lws::Json leader_statefulset;  // null where there is none
  std::vector<lws::Json> pods;
  std::vector<lws::Json> revisions;
};

struct PodReport {
  std::string name;
  std::string state;  // "ready", "terminating", or what it waits for
  std::string node;
  int64_t restarts = 0;
};

struct GroupReport {
  int32_t index = 0;
  std::string revision_key;
  bool is_updated = false;
  bool is_ready = false;  // all its pods are there and ready
  std::vector<PodReport> pods;
};

// As `kubectl rollout status` has it: done once the status is that of the present spec, and all groups that the
// partition releases are updated, and all groups are ready.
enum class RolloutEnd { kUnderWay, kDone, kStalled };

struct SetReport {
  std::string name;  // "NAMESPACE/NAME"
  int32_t replicas = 0;
  int32_t size = 0;
  int32_t partition = 0;
  int32_t ready = 0;
  int32_t updated = 0;
  std::string held;  // what its controls say; empty for nothing
  RolloutEnd end = RolloutEnd::kUnderWay;
  std::string why;  // what the end was decided by
  std::vector<GroupReport> groups;
};

// `now` is used to say how long pods have waited. Values of another type than the field's count as absent. Complexity:
// O(pods).
SetReport ReadSetReport(const LiveSet& objects, absl::Time now);

std::string ToString(const SetReport& report);
// For programs.
lws::Json ToJson(const SetReport& report);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_SET_REPORT_H_
