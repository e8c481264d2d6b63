// The entries of a timeline as JSON, for programs that read a report.
//
//   lws::TimelineEntry entry;
//   entry.kind = lws::TimelineEntry::Kind::kEvent;
//   entry.text = "Created leader statefulset vllm";
//   lws::internal::ScenarioTimelineJson(entry).dump();
//   // {"event":"Created leader statefulset vllm","seconds":0.0}
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_TIMELINE_JSON_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_TIMELINE_JSON_H_

#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"

namespace lws::internal {

// "seconds" with "scenario" (what the scenario did), with "event", or with "partition", "replicas", "groups" and
// "ready" (the groups after a change).
Json ScenarioTimelineJson(const TimelineEntry& entry);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_TIMELINE_JSON_H_
