#include "examples/lwsctl/schema.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/placement_schemas.h"
#include "examples/lwsctl/schema_words.h"
#include "examples/lwsctl/set_schemas.h"
#include "lws/adapters/testing/swarm/swarm_rates.h"
#include "lws/api/near_word.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;
using schema::CountSchema;
using schema::DocumentSchema;
using schema::DurationSchema;
using schema::FlagSchema;
using schema::ListSchema;
using schema::MapOfSchema;
using schema::MapSchema;
using schema::OneOfSchema;
using schema::OrNullSchema;
using schema::SecondsSchema;
using schema::TextSchema;
using schema::WordSchema;
using schema::WordsSchema;

// What an event does, with the keys that go with it.
struct EventKind {
  const char* key;
  Json value;
  Json with = Json::object();
};

Json ImageBehavior() { return {{"broken", FlagSchema()}, {"neverReady", FlagSchema()}, {"pull", DurationSchema()}}; }

Json Events() {
  const Json taint = MapSchema({{"key", TextSchema()},
                                {"value", TextSchema()},
                                {"effect", WordsSchema({"NoSchedule", "PreferNoSchedule", "NoExecute"})}},
                               {"key", "effect"});
  const Json role = {{"role", TextSchema()}};
  const EventKind kinds[] = {
      {"edit", {{"type", "object"}}, role},
      {"scale", CountSchema(INT32_MAX), role},
      {"fail", TextSchema()},
      {"end", TextSchema()},
      {"delete", TextSchema()},
      {"evict", TextSchema()},
      {"image", TextSchema(), ImageBehavior()},
      {"loseNode", TextSchema()},
      {"recoverNode", TextSchema()},
      {"drain", TextSchema()},
      {"cordon", TextSchema()},
      {"uncordon", TextSchema()},
      {"taint", TextSchema(), {{"taints", ListSchema(taint)}}},
      {"restartController", {{"const", true}}},
  };
  Json events = Json::array();
  for (const EventKind& kind : kinds) {
    Json keys = {{"at", OneOfSchema(WordSchema("quiet"), DurationSchema())}, {kind.key, kind.value}};
    keys.update(kind.with);
    Json event = MapSchema(std::move(keys), {"at", kind.key});
    if (kind.with.contains("taints")) event["required"].push_back("taints");
    events.push_back(std::move(event));
  }
  return ListSchema({{"anyOf", std::move(events)}});
}

Json Nodes() {
  const Json pool = MapSchema({{"name", TextSchema()},
                               {"count", CountSchema(100000)},
                               {"labels", MapOfSchema(TextSchema())},
                               {"allocatable", MapOfSchema(OneOfSchema(TextSchema(), {{"type", "number"}}))}});
  const Json object = {{"type", "object"},
                       {"required", {"apiVersion", "kind", "metadata"}},
                       {"properties", {{"apiVersion", WordSchema("v1")}, {"kind", WordSchema("Node")}}}};
  return OneOfSchema(TextSchema(), ListSchema(OneOfSchema(pool, object)));
}

Json Controls() {
  const Json step =
      MapSchema({{"groups", OneOfSchema(CountSchema(1000000), {{"type", "string"}, {"pattern", "^[0-9]+%$"}})},
                 {"wait", DurationSchema()},
                 {"approval", FlagSchema()}});
  return MapSchema({{"paused", FlagSchema()},
                    {"minReady", DurationSchema()},
                    {"steps", ListSchema(step)},
                    {"approvedSteps", CountSchema(1000000)},
                    {"progressDeadline", DurationSchema()},
                    {"reverts", FlagSchema()}});
}

Json Restarts() {
  const Json rule = MapSchema({{"exitCodes", ListSchema(CountSchema(1000000))},
                               {"reason", TextSchema()},
                               {"action", WordsSchema({"ignore", "restartGroup", "failSet"})}});
  return MapSchema({{"atMost", CountSchema(1000000)},
                    {"firstBackoff", DurationSchema()},
                    {"mostBackoff", DurationSchema()},
                    {"stableAfter", DurationSchema()},
                    {"rules", ListSchema(rule)}});
}

Json ScenarioKeys() {
  Json image = ImageBehavior();
  image["image"] = TextSchema();
  return {{"nodes", Nodes()},       {"images", ListSchema(MapSchema(std::move(image)))},
          {"events", Events()},     {"for", DurationSchema()},
          {"controls", Controls()}, {"restarts", Restarts()}};
}

Json Scenario() { return MapSchema(ScenarioKeys()); }

// The map with one at least of its keys that asks for something: `finishes: false` and the like do not.
Json AskingForSomething(Json map) {
  Json any = Json::array();
  for (const auto& [key, value] : map["properties"].items()) {
    Json asks = {{"required", {key}}};
    if (value == FlagSchema()) asks["properties"] = {{key, {{"const", true}}}};
    // An empty map of roles asks for nothing, too.
    const auto kinds = value.find("anyOf");
    const bool may_be_map = kinds != value.end() && kinds->back().contains("additionalProperties");
    if (may_be_map) asks["properties"] = {{key, OneOfSchema(TextSchema(), {{"type", "object"}, {"minProperties", 1}})}};
    any.push_back(std::move(asks));
  }
  map["anyOf"] = std::move(any);
  return map;
}

Json Expect() {
  return MapSchema({{"lowestReady", OneOfSchema(WordSchema("promised"), CountSchema(INT32_MAX))},
                    {"finishes", FlagSchema()},
                    {"finishesWithin", DurationSchema()},
                    {"restartsAtMost", CountSchema(INT32_MAX)},
                    {"surgeAtMost", CountSchema(INT32_MAX)},
                    {"wastedPodTimeAtMost", DurationSchema()},
                    {"neverTwoRevisions", FlagSchema()}});
}

Json RoleExpect() {
  return MapSchema({{"ready", OneOfSchema(WordSchema("promised"), MapOfSchema(CountSchema(INT32_MAX)))},
                    {"groups", WordSchema("allowed")},
                    {"skewAtMost", CountSchema(100)},
                    {"neverHalfARevision", FlagSchema()},
                    {"finishes", FlagSchema()},
                    {"finishesWithin", DurationSchema()}});
}

// A set, and what is expected of it, besides the keys of a scenario.
Json TestKeys() {
  Json keys = ScenarioKeys();
  keys["manifest"] = TextSchema();
  keys["seeds"] = OneOfSchema(CountSchema(), {{"type", "string"}, {"pattern", "^[0-9]+(-[0-9]+)?$"}});
  return keys;
}

Json TestFile() {
  Json of_groups = TestKeys();
  of_groups["set"] = {{"type", "object"}};
  of_groups["expect"] = Expect();
  const Json must_ask = {{"expect", AskingForSomething(Expect())}};
  of_groups["policy"] = WordsSchema(PolicyNames());
  of_groups["maxUnavailableStatefulSet"] = FlagSchema();
  of_groups["exhaustive"] = OneOfSchema(FlagSchema(), MapSchema({{"faults", CountSchema(3)}}));
  Json of_roles = TestKeys();
  of_roles["expect"] = AskingForSomething(RoleExpect());
  of_roles["rolePolicy"] = WordsSchema(RolePolicyNames());
  Json groups = MapSchema(std::move(of_groups));
  // A set, and something that the test can fail by: an exhaustive one always checks the promise.
  Json any = Json::array();
  for (const char* set : {"manifest", "set"}) {
    any.push_back({{"required", {set, "expect"}}, {"properties", must_ask}});
    for (const Json& exhaustive : {Json{{"const", true}}, Json{{"type", "object"}}}) {
      any.push_back({{"required", {set, "exhaustive"}}, {"properties", {{"exhaustive", exhaustive}}}});
    }
  }
  groups["anyOf"] = std::move(any);
  return OneOfSchema(std::move(groups), MapSchema(std::move(of_roles), {"manifest", "expect"}));
}

// `numbers` are those of the set and of its events, besides the ones that both kinds of sets have.
Json SwarmFileOf(Json keys, const std::vector<const char*>& of_set,
                 const std::vector<std::pair<const char*, int64_t>>& of_events) {
  for (const char* duration : {"mostLate", "listEvery", "faultsUntil"}) keys[duration] = DurationSchema();
  keys["seed"] = CountSchema();
  for (const char* number : {"size", "nodes"}) keys[number] = CountSchema(1000);
  for (const char* number : of_set) keys[number] = CountSchema(1000);
  for (const lws::internal::SwarmRate& rate : lws::internal::kSwarmRates) keys[rate.name] = CountSchema(1000);
  Json event = {
      {"kind", WordsSchema({"newImage", "brokenImage", "scale", "fail", "delete", "loseNode", "flapNode", "revert"})},
      {"at", DurationSchema()},
      {"outage", DurationSchema()}};
  for (const char* number : {"replicas", "group", "worker", "node"}) event[number] = CountSchema(1000);
  for (const auto& [number, most] : of_events) event[number] = CountSchema(most);
  keys["events"] = ListSchema(MapSchema(std::move(event), {"at", "kind"}));
  return keys;
}

Json SwarmFile() {
  Json role = {{"external", FlagSchema()}};
  for (const char* number : {"replicas", "maxSurge", "maxUnavailable"}) role[number] = CountSchema(1000);
  Json of_groups = SwarmFileOf({{"maxUnavailableStatefulSet", FlagSchema()}, {"minReadySeconds", CountSchema(86400)}},
                               {"replicas", "maxSurge", "maxUnavailable"}, {});
  Json roles = ListSchema(MapSchema(std::move(role)));
  roles["minItems"] = 1;
  Json of_roles =
      SwarmFileOf({{"slices", CountSchema(100)}, {"roles", std::move(roles)}}, {}, {{"role", 10}, {"slice", 100}});
  return OneOfSchema(MapSchema(std::move(of_groups)), MapSchema(std::move(of_roles), {"roles"}));
}

// Documents.

Json SimulatedGroups(Json optional) {
  return DocumentSchema({{"finished", FlagSchema()},
                         {"stopped", FlagSchema()},
                         {"outcome", TextSchema()},
                         {"seconds", SecondsSchema()},
                         {"podsCreated", CountSchema()},
                         {"groupsRestarted", CountSchema()},
                         {"lowestReady", OrNullSchema(CountSchema())},
                         {"promisedReady", CountSchema()},
                         {"countedOn", CountSchema()}},
                        std::move(optional));
}

Json RoleCourse() {
  return DocumentSchema({{"slice", CountSchema()},
                         {"role", TextSchema()},
                         {"lowestReady", {{"type", "integer"}, {"minimum", -1}}},
                         {"promisedReady", CountSchema()},
                         {"countedOn", {{"type", "integer"}}},
                         {"keepsPromise", FlagSchema()},
                         {"mostGroups", CountSchema()},
                         {"allowedGroups", CountSchema()},
                         {"keepsCeiling", FlagSchema()}});
}

Json WaitingPods() {
  return ListSchema(DocumentSchema({{"pod", TextSchema()}, {"for", TextSchema()}, {"reason", TextSchema()}}));
}

Json SimulatedRoles(Json more) {
  Json keys = {{"finished", FlagSchema()},         {"stopped", FlagSchema()},
               {"outcome", TextSchema()},          {"seconds", SecondsSchema()},
               {"podsCreated", CountSchema()},     {"roles", OrNullSchema(ListSchema(RoleCourse()))},
               {"skewPercent", CountSchema()},     {"halfRevision", FlagSchema()},
               {"held", ListSchema(TextSchema())}, {"refused", ListSchema(TextSchema())},
               {"waiting", WaitingPods()}};
  keys.update(more);
  return DocumentSchema(std::move(keys));
}

Json SimulateOutput() {
  Json of_groups = SimulatedGroups(Json::object());
  const Json more = {{"lines", ListSchema({{"type", "object"}})},
                     {"nodes", OrNullSchema(TextSchema())},
                     {"waiting", WaitingPods()},
                     {"refused", ListSchema(TextSchema())},
                     {"keepsPromise", FlagSchema()}};
  for (const auto& [key, value] : more.items()) {
    of_groups["properties"][key] = value;
    of_groups["required"].push_back(key);
  }
  return OneOfSchema(std::move(of_groups), SimulatedRoles({{"lines", OrNullSchema(ListSchema({{"type", "object"}}))},
                                                           {"nodes", OrNullSchema(TextSchema())}}));
}

Json CompareOutput() {
  Json of_groups = SimulatedGroups({{"policy", TextSchema()},
                                    {"replicas", CountSchema()},
                                    {"surgeUsed", CountSchema()},
                                    {"wastedPodSeconds", SecondsSchema()}});
  return DocumentSchema(
      {{"policies", ListSchema(OneOfSchema(std::move(of_groups), SimulatedRoles({{"policy", TextSchema()}})))},
       {"nodes", OrNullSchema(TextSchema())}});
}

Json TestOutput() {
  const Json test =
      DocumentSchema({{"file", TextSchema()},
                      {"passed", FlagSchema()},
                      {"stopped", FlagSchema()},
                      {"simulatedSeconds", SecondsSchema()}},
                     {{"runs", TextSchema()}, {"failure", ListSchema(TextSchema())}, {"error", TextSchema()}});
  return DocumentSchema(
      {{"tests", ListSchema(test)}, {"passed", CountSchema()}, {"failed", CountSchema()}, {"errors", CountSchema()}});
}

// What was checked, with the outcome.
Json Checked(Json what) {
  const Json outcome = {{"faults", CountSchema()},      {"edits", CountSchema()},   {"states", CountSchema()},
                        {"transitions", CountSchema()}, {"complete", FlagSchema()}, {"keepsAllLaws", FlagSchema()}};
  what.update(outcome);
  return DocumentSchema(
      std::move(what),
      {{"brokenLaw", TextSchema()}, {"trace", ListSchema(TextSchema())}, {"scaledDown", TextSchema()}});
}

Json CheckedSet() {
  const Json role = DocumentSchema({{"name", TextSchema()},
                                    {"initial", CountSchema()},
                                    {"replicas", CountSchema()},
                                    {"maxSurge", CountSchema()},
                                    {"maxUnavailable", CountSchema()},
                                    {"external", FlagSchema()}});
  return OneOfSchema(Checked({{"replicas", CountSchema()},
                              {"maxSurge", CountSchema()},
                              {"maxUnavailable", CountSchema()},
                              {"partition", CountSchema()}}),
                     Checked({{"roles", ListSchema(role)}}));
}

Json CheckOutput() {
  return OneOfSchema(CheckedSet(), DocumentSchema({{"configurations", CountSchema()},
                                                   {"checked", CountSchema()},
                                                   {"states", CountSchema()},
                                                   {"transitions", CountSchema()},
                                                   {"broken", CountSchema()},
                                                   {"firstBroken", OrNullSchema(CheckedSet())}}));
}

Json SwarmOutput() {
  return DocumentSchema({{"steps", CountSchema()}, {"keepsAllLaws", FlagSchema()}}, {{"brokenLaw", TextSchema()},
                                                                                     {"seconds", SecondsSchema()},
                                                                                     {"seed", CountSchema()},
                                                                                     {"seeds", CountSchema()},
                                                                                     {"stopped", FlagSchema()},
                                                                                     {"skewPercent", CountSchema(100)},
                                                                                     {"case", SwarmFile()}});
}

// The edit of one set, or of the sets of two files.
Json DiffOutput() {
  const Json set = DocumentSchema({{"set", TextSchema()},
                                   {"changes", FlagSchema()},
                                   {"refused", FlagSchema()},
                                   {"facts", ListSchema(TextSchema())}});
  return OneOfSchema(set, DocumentSchema({{"sets", ListSchema(set)}}));
}

// What any command with -o writes for a manifest that the API server would refuse.
Json RefusedOutput() {
  const Json error = DocumentSchema({{"file", TextSchema()},
                                     {"line", CountSchema()},
                                     {"object", TextSchema()},
                                     {"field", TextSchema()},
                                     {"message", TextSchema()}});
  Json errors = ListSchema(error);
  errors["minItems"] = 1;
  return DocumentSchema({{"refused", {{"const", true}}}, {"errors", std::move(errors)}});
}

// The document of a command, or that of a refused manifest.
template <Json (*kMake)()>
Json OrRefused() {
  return OneOfSchema(kMake(), RefusedOutput());
}

struct NamedSchema {
  const char* name;
  const char* title;
  Json (*make)();
};

constexpr NamedSchema kSchemas[] = {
    {"scenario", "A scenario of lwsctl simulate and compare", Scenario},
    {"test", "A test of lwsctl test", TestFile},
    {"swarm", "A case of lwsctl swarm", SwarmFile},
    {"simulate-output", "What lwsctl simulate -o json writes", OrRefused<SimulateOutput>},
    {"compare-output", "What lwsctl compare -o json writes", OrRefused<CompareOutput>},
    {"test-output", "What lwsctl test -o json writes", TestOutput},
    {"check-output", "What lwsctl check -o json writes", OrRefused<CheckOutput>},
    {"swarm-output", "What lwsctl swarm -o json writes", SwarmOutput},
    {"diff-output", "What lwsctl diff -o json writes", OrRefused<DiffOutput>},
    {"validate-output", "What lwsctl validate -o json writes", ValidateOutput},
    {"explain-output", "What lwsctl explain -o json writes", ExplainOutput},
    {"status-output", "What lwsctl status -o json writes", StatusOutput},
    {"place-output", "What lwsctl place -o json writes", OrRefused<PlaceOutput>},
    {"capacity-output", "What lwsctl capacity -o json writes", OrRefused<CapacityOutput>},
    {"defragment-output", "What lwsctl defragment -o json writes", OrRefused<DefragmentOutput>},
    {"refused-output", "What a command with -o json writes for a manifest that is refused", RefusedOutput},
};

}  // namespace

std::vector<absl::string_view> SchemaNames() {
  std::vector<absl::string_view> names;
  for (const NamedSchema& schema : kSchemas) names.push_back(schema.name);
  return names;
}

absl::StatusOr<Json> SchemaNamed(absl::string_view name) {
  for (const NamedSchema& schema : kSchemas) {
    if (name != schema.name) continue;
    Json made = schema.make();
    made["$schema"] = "http://json-schema.org/draft-07/schema#";
    made["title"] = schema.title;
    return made;
  }
  return absl::InvalidArgumentError(absl::StrCat("schema: ", name, " is not one of ",
                                                 absl::StrJoin(SchemaNames(), ", "),
                                                 lws::internal::DidYouMean(name, SchemaNames())));
}

}  // namespace lwsctl
