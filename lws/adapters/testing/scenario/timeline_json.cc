#include "lws/adapters/testing/scenario/timeline_json.h"

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

Json ScenarioTimelineJson(const TimelineEntry& entry) {
  Json json = {{"seconds", absl::ToDoubleSeconds(entry.time)}};
  switch (entry.kind) {
    case TimelineEntry::Kind::kScenario:
      json["scenario"] = entry.text;
      break;
    case TimelineEntry::Kind::kEvent:
      json["event"] = entry.text;
      break;
    case TimelineEntry::Kind::kState:
      json["partition"] = entry.partition;
      json["replicas"] = entry.replicas;
      json["groups"] = entry.groups;
      json["ready"] = entry.ready;
      break;
  }
  return json;
}

}  // namespace lws::internal
