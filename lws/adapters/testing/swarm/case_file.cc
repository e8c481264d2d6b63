#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

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
constexpr int32_t kMostSlices = 100;
constexpr int32_t kMostRoles = 10;
constexpr int32_t kMostSeconds = 86400;
constexpr int32_t kMostPerThousand = 1000;
constexpr absl::Duration kLongest = absl::Hours(24);

constexpr const char* kKinds[] = {"newImage", "brokenImage", "scale",    "fail",
                                  "delete",   "loseNode",    "flapNode", "revert"};

// The fields of this kind of event, in the notation of files.
std::string DetailsOf(const SwarmEvent& event, bool is_of_roles) {
  const std::string role = is_of_roles ? absl::StrCat(", role: ", event.role) : "";
  const std::string place = is_of_roles ? absl::StrCat(role, ", slice: ", event.slice) : "";
  switch (event.kind) {
    case Kind::kNewImage:
    case Kind::kBrokenImage:
    case Kind::kRevert:
      return "";
    case Kind::kScale:
      return absl::StrCat(role, ", replicas: ", event.replicas);
    case Kind::kFailContainer:
    case Kind::kDeletePod:
      return absl::StrCat(place, ", group: ", event.group, ", worker: ", event.worker);
    case Kind::kLoseNode:
      return absl::StrCat(", node: ", event.node);
    case Kind::kFlapNode:
      return absl::StrCat(", node: ", event.node, ", outage: ", absl::FormatDuration(event.outage));
  }
  return "";
}

// Calls `number` for the numbers of a case, with their names in files, in the order of files, with the largest allowed
// value. Roles have replicas and budgets of their own.
template <typename Case, typename Number>
void ForEachNumber(Case& what, bool is_of_roles, const Number& number) {
  number("seed", what.seed, ~uint64_t{0});
  if (is_of_roles) number("slices", what.slices, kMostSlices);
  if (!is_of_roles) number("replicas", what.replicas, kMostGroups);
  number("size", what.size, kMostGroups);
  if (!is_of_roles) number("maxSurge", what.max_surge, kMostGroups);
  if (!is_of_roles) number("maxUnavailable", what.max_unavailable, kMostGroups);
  number("nodes", what.nodes, kMostNodes);
  if (!is_of_roles) number("minReadySeconds", what.min_ready_seconds, kMostSeconds);
  for (const SwarmRate& rate : kSwarmRates) number(rate.name, what.faults.*rate.rate, kMostPerThousand);
}

std::string RoleText(const SwarmRole& role) {
  return absl::StrCat("  - {replicas: ", role.replicas, ", maxSurge: ", role.max_surge,
                      ", maxUnavailable: ", role.max_unavailable, ", external: ", role.is_external ? "true" : "false",
                      "}\n");
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

SwarmRole ReadRole(StrictReader* reader) {
  SwarmRole role;
  role.replicas = reader->Number("replicas", {0, kMostGroups}, role.replicas);
  role.max_surge = reader->Number("maxSurge", {0, kMostGroups}, role.max_surge);
  role.max_unavailable = reader->Number("maxUnavailable", {0, kMostGroups}, role.max_unavailable);
  role.is_external = reader->Flag("external", role.is_external);
  reader->Finish();
  return role;
}

SwarmEvent ReadEvent(StrictReader* reader, bool is_of_roles) {
  SwarmEvent event;
  event.kind = ReadKind(reader);
  event.at = ReadDuration(reader, "at", absl::ZeroDuration(), event.at);
  event.replicas = reader->Number("replicas", {0, kMostGroups}, event.replicas);
  event.group = reader->Number("group", {0, kMostGroups}, event.group);
  event.worker = reader->Number("worker", {0, kMostGroups}, event.worker);
  event.node = reader->Number("node", {0, kMostNodes}, event.node);
  event.outage = ReadDuration(reader, "outage", absl::ZeroDuration(), event.outage);
  if (is_of_roles) {
    event.role = reader->Number("role", {0, kMostRoles}, event.role);
    event.slice = reader->Number("slice", {0, kMostSlices}, event.slice);
  }
  reader->Finish();
  if (!reader->Has("at")) reader->Fail("at", "missing: a time after the beginning such as 90s");
  return event;
}

// The most groups that the case asks for at a time, without surge.
int64_t MostGroups(const SwarmCase& what) {
  const auto most = [&what](int64_t groups, int32_t role) {
    for (const SwarmEvent& event : what.events) {
      if (event.role == role) groups = std::max<int64_t>(groups, event.replicas);
    }
    return groups;
  };
  if (what.roles.empty()) return most(what.replicas, 0);
  int64_t groups = 0;
  for (size_t role = 0; role < what.roles.size(); ++role) {
    groups += most(what.roles[role].replicas, static_cast<int32_t>(role));
  }
  return groups * what.slices;
}

void CheckPods(const SwarmCase& what, StrictReader* reader) {
  const int64_t groups = MostGroups(what);
  const int64_t pods = groups * what.size;
  if (pods > kMostPods) reader->Fail("size", absl::StrCat(pods, " pods in ", groups, " groups: at most ", kMostPods));
}

SwarmCase ReadCase(StrictReader* reader) {
  SwarmCase what;
  for (StrictReader& role : reader->Maps("roles")) what.roles.push_back(ReadRole(&role));
  if (reader->Has("roles") && what.roles.empty()) reader->Fail("roles", "has no role");
  ForEachNumber(what, !what.roles.empty(), [reader](const char* name, auto& value, uint64_t most) {
    value = static_cast<std::decay_t<decltype(value)>>(reader->Unsigned(name, most, static_cast<uint64_t>(value)));
  });
  if (what.roles.empty()) {
    what.max_unavailable_statefulset = reader->Flag("maxUnavailableStatefulSet", what.max_unavailable_statefulset);
  }
  what.faults.most_late = ReadDuration(reader, "mostLate", absl::Seconds(1), what.faults.most_late);
  what.faults.list_every = ReadDuration(reader, "listEvery", absl::Seconds(1), what.faults.list_every);
  what.faults.until = ReadDuration(reader, "faultsUntil", absl::ZeroDuration(), what.faults.until);
  for (StrictReader& event : reader->Maps("events")) what.events.push_back(ReadEvent(&event, !what.roles.empty()));
  reader->Finish();
  CheckPods(what, reader);
  SortSwarmEvents(&what.events);
  return what;
}

}  // namespace

std::string SwarmCaseToYaml(const SwarmCase& what) {
  std::string yaml;
  const bool is_of_roles = !what.roles.empty();
  ForEachNumber(what, is_of_roles,
                [&yaml](const char* name, auto value, uint64_t) { absl::StrAppend(&yaml, name, ": ", value, "\n"); });
  if (!is_of_roles) {
    absl::StrAppend(&yaml, "maxUnavailableStatefulSet: ", what.max_unavailable_statefulset ? "true" : "false", "\n");
  }
  if (is_of_roles) absl::StrAppend(&yaml, "roles:\n");
  for (const SwarmRole& role : what.roles) absl::StrAppend(&yaml, RoleText(role));
  absl::StrAppend(&yaml, "mostLate: ", absl::FormatDuration(what.faults.most_late),
                  "\nlistEvery: ", absl::FormatDuration(what.faults.list_every),
                  "\nfaultsUntil: ", absl::FormatDuration(what.faults.until),
                  "\nevents:", what.events.empty() ? " []" : "", "\n");
  for (const SwarmEvent& event : what.events) {
    absl::StrAppend(&yaml, "  - {at: ", absl::FormatDuration(event.at),
                    ", kind: ", kKinds[static_cast<int>(event.kind)], DetailsOf(event, is_of_roles), "}\n");
  }
  return yaml;
}

absl::StatusOr<SwarmCase> ReadSwarmCase(const Json& document) {
  return internal::ReadDocumentStrictly(document, "", [](StrictReader* reader) { return ReadCase(reader); });
}

}  // namespace lws
