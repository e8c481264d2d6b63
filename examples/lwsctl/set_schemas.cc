#include "examples/lwsctl/set_schemas.h"

#include "examples/lwsctl/schema_words.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::Json;
using schema::CountSchema;
using schema::DocumentSchema;
using schema::FlagSchema;
using schema::ListSchema;
using schema::MapOfSchema;
using schema::MapSchema;
using schema::ObjectSchema;
using schema::OneOfSchema;
using schema::OrNullSchema;
using schema::TextSchema;
using schema::WordsSchema;

namespace {

// protobuf writes numbers of 64 bits as text, and leaves out what is zero.
Json Action() {
  const Json target = MapSchema({{"kind", TextSchema()}, {"namespace", TextSchema()}, {"name", TextSchema()}});
  return MapSchema({{"verb", WordsSchema({"CREATE", "APPLY", "UPDATE_STATUS", "DELETE", "PATCH", "PATCH_STATUS"})},
                    {"apiVersion", TextSchema()},
                    {"target", target},
                    {"object", TextSchema()},
                    {"foreground", FlagSchema()},
                    {"uid", TextSchema()},
                    {"resourceVersion", TextSchema()},
                    {"conflictIsRetry", FlagSchema()},
                    {"failureEvent", ObjectSchema()}},
                   {"verb", "target"});
}

Json SetState() {
  return DocumentSchema({{"ready", OrNullSchema(CountSchema())},
                         {"updated", OrNullSchema(CountSchema())},
                         {"replicas", CountSchema()},
                         {"size", CountSchema()},
                         {"state", TextSchema()},
                         {"heldBy", TextSchema()},
                         {"waiting", TextSchema()}});
}

Json RolesState() {
  const Json role = DocumentSchema({{"slice", CountSchema()},
                                    {"role", TextSchema()},
                                    {"inSpec", FlagSchema()},
                                    {"wanted", OrNullSchema(CountSchema())},
                                    {"newGroups", CountSchema()},
                                    {"newReady", CountSchema()},
                                    {"oldGroups", CountSchema()},
                                    {"oldReady", CountSchema()}});
  return DocumentSchema({{"revision", TextSchema()},
                         {"state", TextSchema()},
                         {"roles", ListSchema(role)},
                         {"heldBy", ListSchema(TextSchema())}});
}

}  // namespace

Json ValidateOutput() {
  const Json set = DocumentSchema({{"file", TextSchema()},
                                   {"line", CountSchema()},
                                   {"kind", TextSchema()},
                                   {"namespace", TextSchema()},
                                   {"name", TextSchema()},
                                   {"errors", ListSchema(TextSchema())},
                                   {"warnings", ListSchema(TextSchema())},
                                   {"refusedObjects", ListSchema(TextSchema())}},
                                  {{"inside", TextSchema()}});
  const Json unreadable = DocumentSchema({{"file", TextSchema()}, {"unreadable", TextSchema()}});
  const Json without_sets = DocumentSchema({{"file", TextSchema()}, {"note", TextSchema()}});
  return ListSchema(OneOfSchema(set, OneOfSchema(unreadable, without_sets)));
}

// By "KIND NAMESPACE/NAME".
Json ExplainOutput() {
  const Json decision =
      MapSchema({{"reason", TextSchema()}, {"subject", TextSchema()}, {"detail", TextSchema()}}, {"reason"});
  return MapOfSchema(MapSchema({{"actions", ListSchema(Action())},
                                {"events", ListSchema(ObjectSchema())},
                                {"requeueAfterNanoseconds", TextSchema()},
                                {"errorCode", CountSchema()},
                                {"errorMessage", TextSchema()},
                                {"decisions", ListSchema(decision)},
                                {"rolloutProgress", ObjectSchema()},
                                {"restartMemory", ObjectSchema()},
                                {"revertTo", TextSchema()},
                                {"open", ListSchema(TextSchema())},
                                {"set", OneOfSchema(SetState(), RolesState())}}));
}

Json StatusOutput() {
  const Json pod = DocumentSchema(
      {{"name", TextSchema()}, {"state", TextSchema()}, {"node", TextSchema()}, {"restarts", CountSchema()}});
  const Json group = DocumentSchema({{"index", CountSchema()},
                                     {"revision", TextSchema()},
                                     {"updated", FlagSchema()},
                                     {"ready", FlagSchema()},
                                     {"pods", ListSchema(pod)}});
  return DocumentSchema({{"set", TextSchema()},
                         {"rollout", WordsSchema({"under way", "done", "stalled"})},
                         {"why", TextSchema()},
                         {"ready", CountSchema()},
                         {"replicas", CountSchema()},
                         {"size", CountSchema()},
                         {"updated", CountSchema()},
                         {"partition", CountSchema()},
                         {"controls", TextSchema()},
                         {"groups", ListSchema(group)}});
}

}  // namespace lwsctl
