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
using schema::Count;
using schema::Document;
using schema::Duration;
using schema::Flag;
using schema::List;
using schema::Map;
using schema::MapOf;
using schema::OneOf;
using schema::OrNull;
using schema::Seconds;
using schema::Text;
using schema::Word;
using schema::Words;

// What an event does, with the keys that go with it.
struct EventKind {
  const char* key;
  Json value;
  Json with = Json::object();
};

Json ImageBehavior() { return {{"broken", Flag()}, {"neverReady", Flag()}, {"pull", Duration()}}; }

Json Events() {
  const Json taint =
      Map({{"key", Text()}, {"value", Text()}, {"effect", Words({"NoSchedule", "PreferNoSchedule", "NoExecute"})}},
          {"key", "effect"});
  const Json role = {{"role", Text()}};
  const EventKind kinds[] = {
      {"edit", {{"type", "object"}}, role},
      {"scale", Count(INT32_MAX), role},
      {"fail", Text()},
      {"end", Text()},
      {"delete", Text()},
      {"evict", Text()},
      {"image", Text(), ImageBehavior()},
      {"loseNode", Text()},
      {"recoverNode", Text()},
      {"drain", Text()},
      {"cordon", Text()},
      {"uncordon", Text()},
      {"taint", Text(), {{"taints", List(taint)}}},
      {"restartController", {{"const", true}}},
  };
  Json events = Json::array();
  for (const EventKind& kind : kinds) {
    Json keys = {{"at", OneOf(Word("quiet"), Duration())}, {kind.key, kind.value}};
    keys.update(kind.with);
    Json event = Map(std::move(keys), {"at", kind.key});
    if (kind.with.contains("taints")) event["required"].push_back("taints");
    events.push_back(std::move(event));
  }
  return List({{"anyOf", std::move(events)}});
}

Json Nodes() {
  const Json pool = Map({{"name", Text()},
                         {"count", Count(100000)},
                         {"labels", MapOf(Text())},
                         {"allocatable", MapOf(OneOf(Text(), {{"type", "number"}}))}});
  const Json object = {{"type", "object"},
                       {"required", {"apiVersion", "kind", "metadata"}},
                       {"properties", {{"apiVersion", Word("v1")}, {"kind", Word("Node")}}}};
  return OneOf(Text(), List(OneOf(pool, object)));
}

Json Controls() {
  const Json step = Map({{"groups", OneOf(Count(1000000), {{"type", "string"}, {"pattern", "^[0-9]+%$"}})},
                         {"wait", Duration()},
                         {"approval", Flag()}});
  return Map({{"paused", Flag()},
              {"minReady", Duration()},
              {"steps", List(step)},
              {"approvedSteps", Count(1000000)},
              {"progressDeadline", Duration()},
              {"reverts", Flag()}});
}

Json Restarts() {
  const Json rule = Map({{"exitCodes", List(Count(1000000))},
                         {"reason", Text()},
                         {"action", Words({"ignore", "restartGroup", "failSet"})}});
  return Map({{"atMost", Count(1000000)},
              {"firstBackoff", Duration()},
              {"mostBackoff", Duration()},
              {"stableAfter", Duration()},
              {"rules", List(rule)}});
}

Json ScenarioKeys() {
  Json image = ImageBehavior();
  image["image"] = Text();
  return {{"nodes", Nodes()},       {"images", List(Map(std::move(image)))},
          {"events", Events()},     {"for", Duration()},
          {"controls", Controls()}, {"restarts", Restarts()}};
}

Json Scenario() { return Map(ScenarioKeys()); }

// The map with one at least of its keys that asks for something: `finishes: false` and the like do not.
Json AskingForSomething(Json map) {
  Json any = Json::array();
  for (const auto& [key, value] : map["properties"].items()) {
    Json asks = {{"required", {key}}};
    if (value == Flag()) asks["properties"] = {{key, {{"const", true}}}};
    // An empty map of roles asks for nothing, too.
    const auto kinds = value.find("anyOf");
    const bool may_be_map = kinds != value.end() && kinds->back().contains("additionalProperties");
    if (may_be_map) asks["properties"] = {{key, OneOf(Text(), {{"type", "object"}, {"minProperties", 1}})}};
    any.push_back(std::move(asks));
  }
  map["anyOf"] = std::move(any);
  return map;
}

Json Expect() {
  return Map({{"lowestReady", OneOf(Word("promised"), Count(INT32_MAX))},
              {"finishes", Flag()},
              {"finishesWithin", Duration()},
              {"restartsAtMost", Count(INT32_MAX)},
              {"surgeAtMost", Count(INT32_MAX)},
              {"wastedPodTimeAtMost", Duration()},
              {"neverTwoRevisions", Flag()}});
}

Json RoleExpect() {
  return Map({{"ready", OneOf(Word("promised"), MapOf(Count(INT32_MAX)))},
              {"groups", Word("allowed")},
              {"skewAtMost", Count(100)},
              {"neverHalfARevision", Flag()},
              {"finishes", Flag()},
              {"finishesWithin", Duration()}});
}

// A set, and what is expected of it, besides the keys of a scenario.
Json TestKeys() {
  Json keys = ScenarioKeys();
  keys["manifest"] = Text();
  keys["seeds"] = OneOf(Count(), {{"type", "string"}, {"pattern", "^[0-9]+(-[0-9]+)?$"}});
  return keys;
}

Json TestFile() {
  Json of_groups = TestKeys();
  of_groups["set"] = {{"type", "object"}};
  of_groups["expect"] = Expect();
  const Json must_ask = {{"expect", AskingForSomething(Expect())}};
  of_groups["policy"] = Words(PolicyNames());
  of_groups["maxUnavailableStatefulSet"] = Flag();
  of_groups["exhaustive"] = OneOf(Flag(), Map({{"faults", Count(3)}}));
  Json of_roles = TestKeys();
  of_roles["expect"] = AskingForSomething(RoleExpect());
  of_roles["rolePolicy"] = Words(RolePolicyNames());
  Json groups = Map(std::move(of_groups));
  // A set, and something that the test can fail by: an exhaustive one always checks the promise.
  Json any = Json::array();
  for (const char* set : {"manifest", "set"}) {
    any.push_back({{"required", {set, "expect"}}, {"properties", must_ask}});
    for (const Json& exhaustive : {Json{{"const", true}}, Json{{"type", "object"}}}) {
      any.push_back({{"required", {set, "exhaustive"}}, {"properties", {{"exhaustive", exhaustive}}}});
    }
  }
  groups["anyOf"] = std::move(any);
  return OneOf(std::move(groups), Map(std::move(of_roles), {"manifest", "expect"}));
}

// `numbers` are those of the set and of its events, besides the ones that both kinds of sets have.
Json SwarmFileOf(Json keys, const std::vector<const char*>& of_set,
                 const std::vector<std::pair<const char*, int64_t>>& of_events) {
  for (const char* duration : {"mostLate", "listEvery", "faultsUntil"}) keys[duration] = Duration();
  keys["seed"] = Count();
  for (const char* number : {"size", "nodes"}) keys[number] = Count(1000);
  for (const char* number : of_set) keys[number] = Count(1000);
  for (const lws::internal::SwarmRate& rate : lws::internal::kSwarmRates) keys[rate.name] = Count(1000);
  Json event = {
      {"kind", Words({"newImage", "brokenImage", "scale", "fail", "delete", "loseNode", "flapNode", "revert"})},
      {"at", Duration()},
      {"outage", Duration()}};
  for (const char* number : {"replicas", "group", "worker", "node"}) event[number] = Count(1000);
  for (const auto& [number, most] : of_events) event[number] = Count(most);
  keys["events"] = List(Map(std::move(event), {"at", "kind"}));
  return keys;
}

Json SwarmFile() {
  Json role = {{"external", Flag()}};
  for (const char* number : {"replicas", "maxSurge", "maxUnavailable"}) role[number] = Count(1000);
  Json of_groups = SwarmFileOf({{"maxUnavailableStatefulSet", Flag()}, {"minReadySeconds", Count(86400)}},
                               {"replicas", "maxSurge", "maxUnavailable"}, {});
  Json roles = List(Map(std::move(role)));
  roles["minItems"] = 1;
  Json of_roles =
      SwarmFileOf({{"slices", Count(100)}, {"roles", std::move(roles)}}, {}, {{"role", 10}, {"slice", 100}});
  return OneOf(Map(std::move(of_groups)), Map(std::move(of_roles), {"roles"}));
}

// Documents.

Json SimulatedGroups(Json optional) {
  return Document({{"finished", Flag()},
                   {"stopped", Flag()},
                   {"outcome", Text()},
                   {"seconds", Seconds()},
                   {"podsCreated", Count()},
                   {"groupsRestarted", Count()},
                   {"lowestReady", OrNull(Count())},
                   {"promisedReady", Count()},
                   {"countedOn", Count()}},
                  std::move(optional));
}

Json RoleCourse() {
  return Document({{"slice", Count()},
                   {"role", Text()},
                   {"lowestReady", {{"type", "integer"}, {"minimum", -1}}},
                   {"promisedReady", Count()},
                   {"countedOn", {{"type", "integer"}}},
                   {"keepsPromise", Flag()},
                   {"mostGroups", Count()},
                   {"allowedGroups", Count()},
                   {"keepsCeiling", Flag()}});
}

Json WaitingPods() { return List(Document({{"pod", Text()}, {"for", Text()}, {"reason", Text()}})); }

Json SimulatedRoles(Json more) {
  Json keys = {{"finished", Flag()},      {"stopped", Flag()},       {"outcome", Text()},
               {"seconds", Seconds()},    {"podsCreated", Count()},  {"roles", OrNull(List(RoleCourse()))},
               {"skewPercent", Count()},  {"halfRevision", Flag()},  {"held", List(Text())},
               {"refused", List(Text())}, {"waiting", WaitingPods()}};
  keys.update(more);
  return Document(std::move(keys));
}

Json SimulateOutput() {
  Json of_groups = SimulatedGroups(Json::object());
  const Json more = {{"lines", List({{"type", "object"}})},
                     {"nodes", OrNull(Text())},
                     {"waiting", WaitingPods()},
                     {"refused", List(Text())},
                     {"keepsPromise", Flag()}};
  for (const auto& [key, value] : more.items()) {
    of_groups["properties"][key] = value;
    of_groups["required"].push_back(key);
  }
  return OneOf(std::move(of_groups),
               SimulatedRoles({{"lines", OrNull(List({{"type", "object"}}))}, {"nodes", OrNull(Text())}}));
}

Json CompareOutput() {
  Json of_groups = SimulatedGroups(
      {{"policy", Text()}, {"replicas", Count()}, {"surgeUsed", Count()}, {"wastedPodSeconds", Seconds()}});
  return Document({{"policies", List(OneOf(std::move(of_groups), SimulatedRoles({{"policy", Text()}})))},
                   {"nodes", OrNull(Text())}});
}

Json TestOutput() {
  const Json test =
      Document({{"file", Text()}, {"passed", Flag()}, {"stopped", Flag()}, {"simulatedSeconds", Seconds()}},
               {{"runs", Text()}, {"failure", List(Text())}, {"error", Text()}});
  return Document({{"tests", List(test)}, {"passed", Count()}, {"failed", Count()}, {"errors", Count()}});
}

// What was checked, with the outcome.
Json Checked(Json what) {
  const Json outcome = {{"faults", Count()},      {"edits", Count()},   {"states", Count()},
                        {"transitions", Count()}, {"complete", Flag()}, {"keepsAllLaws", Flag()}};
  what.update(outcome);
  return Document(std::move(what), {{"brokenLaw", Text()}, {"trace", List(Text())}, {"scaledDown", Text()}});
}

Json CheckedSet() {
  const Json role = Document({{"name", Text()},
                              {"initial", Count()},
                              {"replicas", Count()},
                              {"maxSurge", Count()},
                              {"maxUnavailable", Count()},
                              {"external", Flag()}});
  return OneOf(
      Checked({{"replicas", Count()}, {"maxSurge", Count()}, {"maxUnavailable", Count()}, {"partition", Count()}}),
      Checked({{"roles", List(role)}}));
}

Json CheckOutput() {
  return OneOf(CheckedSet(), Document({{"configurations", Count()},
                                       {"checked", Count()},
                                       {"states", Count()},
                                       {"transitions", Count()},
                                       {"broken", Count()},
                                       {"firstBroken", OrNull(CheckedSet())}}));
}

Json SwarmOutput() {
  return Document({{"steps", Count()}, {"keepsAllLaws", Flag()}}, {{"brokenLaw", Text()},
                                                                   {"seconds", Seconds()},
                                                                   {"seed", Count()},
                                                                   {"seeds", Count()},
                                                                   {"stopped", Flag()},
                                                                   {"skewPercent", Count(100)},
                                                                   {"case", SwarmFile()}});
}

// The edit of one set, or of the sets of two files.
Json DiffOutput() {
  const Json set = Document({{"set", Text()}, {"changes", Flag()}, {"refused", Flag()}, {"facts", List(Text())}});
  return OneOf(set, Document({{"sets", List(set)}}));
}

// What any command with -o writes for a manifest that the API server would refuse.
Json RefusedOutput() {
  const Json error =
      Document({{"file", Text()}, {"line", Count()}, {"object", Text()}, {"field", Text()}, {"message", Text()}});
  Json errors = List(error);
  errors["minItems"] = 1;
  return Document({{"refused", {{"const", true}}}, {"errors", std::move(errors)}});
}

// The document of a command, or that of a refused manifest.
template <Json (*kMake)()>
Json OrRefused() {
  return OneOf(kMake(), RefusedOutput());
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
