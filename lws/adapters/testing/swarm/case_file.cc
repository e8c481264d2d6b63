#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/adapters/testing/swarm/swarm_rates.h"
#include "lws/api/json.h"
#include "lws/api/strict_document.h"
#include "lws/api/strict_reader.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::kSwarmRates;
using internal::SwarmRate;

namespace {

using Kind = SwarmEvent::Kind;

// The largest numbers that a file may give for groups, workers and so on.
constexpr int32_t kMostGroups = 1000;
constexpr int32_t kMostNodes = 1000;
constexpr int64_t kMostPods = 10000;
constexpr int32_t kMostSeconds = 86400;
constexpr int32_t kMostPerThousand = 1000;
constexpr absl::Duration kLongest = absl::Hours(24);

constexpr const char* kKinds[] = {"newImage", "brokenImage", "scale", "fail", "delete", "loseNode", "flapNode"};

// The fields of this kind of event, in the notation of files.
std::string DetailsOf(const SwarmEvent& event) {
  switch (event.kind) {
    case Kind::kNewImage:
    case Kind::kBrokenImage:
      return "";
    case Kind::kScale:
      return absl::StrCat(", replicas: ", event.replicas);
    case Kind::kFailContainer:
    case Kind::kDeletePod:
      return absl::StrCat(", group: ", event.group, ", worker: ", event.worker);
    case Kind::kLoseNode:
      return absl::StrCat(", node: ", event.node);
    case Kind::kFlapNode:
      return absl::StrCat(", node: ", event.node, ", outage: ", absl::FormatDuration(event.outage));
  }
  return "";
}

// Sorts the events by time.
void SortEvents(SwarmCase* what) {
  std::stable_sort(what->events.begin(), what->events.end(),
                   [](const SwarmEvent& a, const SwarmEvent& b) { return a.at < b.at; });
}

// Calls `number` for the numbers of a case, with their names in files, in the order of files, with the largest allowed
// value.
template <typename Case, typename Number>
void ForEachNumber(Case& what, const Number& number) {
  number("seed", what.seed, ~uint64_t{0});
  number("replicas", what.replicas, kMostGroups);
  number("size", what.size, kMostGroups);
  number("maxSurge", what.max_surge, kMostGroups);
  number("maxUnavailable", what.max_unavailable, kMostGroups);
  number("nodes", what.nodes, kMostNodes);
  number("minReadySeconds", what.min_ready_seconds, kMostSeconds);
  for (const SwarmRate& rate : kSwarmRates) number(rate.name, what.faults.*rate.rate, kMostPerThousand);
}

absl::Duration ReadDuration(StrictReader* reader, const char* key, absl::Duration least, absl::Duration otherwise) {
  return reader->Duration(key, {least, kLongest}, otherwise);
}

Kind ReadKind(StrictReader* event) {
  const Json* kind = event->Find("kind");
  const auto found = kind == nullptr ? std::end(kKinds) : std::find(std::begin(kKinds), std::end(kKinds), *kind);
  if (found != std::end(kKinds)) return static_cast<Kind>(found - std::begin(kKinds));
  event->FailValue("kind", absl::StrCat("none of ", absl::StrJoin(kKinds, ", ")), kind == nullptr ? Json() : *kind);
  return Kind::kNewImage;
}

SwarmEvent ReadEvent(StrictReader* reader) {
  SwarmEvent event;
  event.kind = ReadKind(reader);
  event.at = ReadDuration(reader, "at", absl::ZeroDuration(), event.at);
  event.replicas = reader->Number("replicas", {0, kMostGroups}, event.replicas);
  event.group = reader->Number("group", {0, kMostGroups}, event.group);
  event.worker = reader->Number("worker", {0, kMostGroups}, event.worker);
  event.node = reader->Number("node", {0, kMostNodes}, event.node);
  event.outage = ReadDuration(reader, "outage", absl::ZeroDuration(), event.outage);
  reader->Finish();
  if (!reader->Has("at")) reader->Fail("at", "missing: a time after the beginning such as 90s");
  return event;
}

void CheckPods(const SwarmCase& what, StrictReader* reader) {
  int64_t groups = what.replicas;
  for (const SwarmEvent& event : what.events) groups = std::max<int64_t>(groups, event.replicas);
  const int64_t pods = groups * what.size;
  if (pods > kMostPods) reader->Fail("size", absl::StrCat(pods, " pods in ", groups, " groups: at most ", kMostPods));
}

SwarmCase ReadCase(StrictReader* reader) {
  SwarmCase what;
  ForEachNumber(what, [reader](const char* name, auto& value, uint64_t most) {
    value = static_cast<std::decay_t<decltype(value)>>(reader->Unsigned(name, most, static_cast<uint64_t>(value)));
  });
  what.max_unavailable_statefulset = reader->Flag("maxUnavailableStatefulSet", what.max_unavailable_statefulset);
  what.faults.most_late = ReadDuration(reader, "mostLate", absl::Seconds(1), what.faults.most_late);
  what.faults.list_every = ReadDuration(reader, "listEvery", absl::Seconds(1), what.faults.list_every);
  what.faults.until = ReadDuration(reader, "faultsUntil", absl::ZeroDuration(), what.faults.until);
  for (StrictReader& event : reader->Maps("events")) what.events.push_back(ReadEvent(&event));
  reader->Finish();
  CheckPods(what, reader);
  SortEvents(&what);
  return what;
}

}  // namespace

std::string SwarmCaseToYaml(const SwarmCase& what) {
  std::string yaml;
  ForEachNumber(what,
                [&yaml](const char* name, auto value, uint64_t) { absl::StrAppend(&yaml, name, ": ", value, "\n"); });
  absl::StrAppend(&yaml, "maxUnavailableStatefulSet: ", what.max_unavailable_statefulset ? "true" : "false",
                  "\nmostLate: ", absl::FormatDuration(what.faults.most_late),
                  "\nlistEvery: ", absl::FormatDuration(what.faults.list_every),
                  "\nfaultsUntil: ", absl::FormatDuration(what.faults.until),
                  "\nevents:", what.events.empty() ? " []" : "", "\n");
  for (const SwarmEvent& event : what.events) {
    absl::StrAppend(&yaml, "  - {at: ", absl::FormatDuration(event.at),
                    ", kind: ", kKinds[static_cast<int>(event.kind)], DetailsOf(event), "}\n");
  }
  return yaml;
}

absl::StatusOr<SwarmCase> ReadSwarmCase(const Json& document) {
  return internal::ReadStrictly(document, "", [](StrictReader* reader) { return ReadCase(reader); });
}

}  // namespace lws
