#include "examples/lwsctl/set_schemas.h"

#include "examples/lwsctl/schema_words.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::Json;
using schema::Count;
using schema::Document;
using schema::Flag;
using schema::List;
using schema::Map;
using schema::MapOf;
using schema::Object;
using schema::OneOf;
using schema::OrNull;
using schema::Text;
using schema::Words;

namespace {

// protobuf writes numbers of 64 bits as text, and leaves out what is zero.
Json Action() {
  const Json target = Map({{"kind", Text()}, {"namespace", Text()}, {"name", Text()}});
  return Map({{"verb", Words({"CREATE", "APPLY", "UPDATE_STATUS", "DELETE", "PATCH", "PATCH_STATUS"})},
              {"apiVersion", Text()},
              {"target", target},
              {"object", Text()},
              {"foreground", Flag()},
              {"uid", Text()},
              {"resourceVersion", Text()},
              {"conflictIsRetry", Flag()},
              {"failureEvent", Object()}},
             {"verb", "target"});
}

Json SetState() {
  return Document({{"ready", OrNull(Count())},
                   {"updated", OrNull(Count())},
                   {"replicas", Count()},
                   {"size", Count()},
                   {"state", Text()},
                   {"heldBy", Text()},
                   {"waiting", Text()}});
}

Json RolesState() {
  const Json role = Document({{"slice", Count()},
                              {"role", Text()},
                              {"inSpec", Flag()},
                              {"wanted", OrNull(Count())},
                              {"newGroups", Count()},
                              {"newReady", Count()},
                              {"oldGroups", Count()},
                              {"oldReady", Count()}});
  return Document({{"revision", Text()}, {"state", Text()}, {"roles", List(role)}, {"heldBy", List(Text())}});
}

}  // namespace

Json ValidateOutput() {
  const Json set = Document({{"file", Text()},
                             {"line", Count()},
                             {"kind", Text()},
                             {"namespace", Text()},
                             {"name", Text()},
                             {"errors", List(Text())},
                             {"warnings", List(Text())},
                             {"refusedObjects", List(Text())}},
                            {{"inside", Text()}});
  const Json unreadable = Document({{"file", Text()}, {"unreadable", Text()}});
  const Json without_sets = Document({{"file", Text()}, {"note", Text()}});
  return List(OneOf(set, OneOf(unreadable, without_sets)));
}

// By "KIND NAMESPACE/NAME".
Json ExplainOutput() {
  const Json decision = Map({{"reason", Text()}, {"subject", Text()}, {"detail", Text()}}, {"reason"});
  return MapOf(Map({{"actions", List(Action())},
                    {"events", List(Object())},
                    {"requeueAfterNanoseconds", Text()},
                    {"errorCode", Count()},
                    {"errorMessage", Text()},
                    {"decisions", List(decision)},
                    {"rolloutProgress", Object()},
                    {"restartMemory", Object()},
                    {"revertTo", Text()},
                    {"open", List(Text())},
                    {"set", OneOf(SetState(), RolesState())}}));
}

Json StatusOutput() {
  const Json pod = Document({{"name", Text()}, {"state", Text()}, {"node", Text()}, {"restarts", Count()}});
  const Json group =
      Document({{"index", Count()}, {"revision", Text()}, {"updated", Flag()}, {"ready", Flag()}, {"pods", List(pod)}});
  return Document({{"set", Text()},
                   {"rollout", Words({"under way", "done", "stalled"})},
                   {"why", Text()},
                   {"ready", Count()},
                   {"replicas", Count()},
                   {"size", Count()},
                   {"updated", Count()},
                   {"partition", Count()},
                   {"controls", Text()},
                   {"groups", List(group)}});
}

}  // namespace lwsctl
