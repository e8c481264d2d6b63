#include "examples/lwsctl/placement_schemas.h"

#include "examples/lwsctl/schema_words.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::Json;
using schema::Count;
using schema::Document;
using schema::Flag;
using schema::List;
using schema::MapOf;
using schema::OneOf;
using schema::OrNull;
using schema::Text;
using schema::Words;

namespace {

// The values of the level labels, widest first.
Json Path() { return List(Text()); }

Json Best() { return Document({{"domain", Path()}, {"pods", Count()}}); }

Json PlacedGroupOutput() {
  const Json pod = Document({{"rank", Count()}, {"node", Text()}}, {{"running", Flag()}});
  const Json subgroups = Document({{"size", Count()}, {"level", Text()}, {"wanted", Count()}, {"fit", Count()}});
  return Document({{"set", Text()}, {"namespace", Text()}, {"index", Count()}, {"assignment", OrNull(List(pod))}},
                  {{"would_have_to_go", List(Text())},
                   {"fewer_may_be_enough", Flag()},
                   {"others_may_be_better", Flag()},
                   {"not_looked_at", List(Text())},
                   {"reason", Text()},
                   {"level", Text()},
                   {"best", Best()},
                   {"excluded", MapOf(Count())},
                   {"limited", MapOf(Count())},
                   {"rules", List(Text())},
                   {"subgroups", subgroups}});
}

// One slice of a DisaggregatedSet, or all sets of --together.
Json PlacedSliceOutput() {
  const Json group = Document({{"group", Text()}, {"nodes", List(Text())}}, {{"running_ranks", List(Count())}});
  return Document({{"domain", Path()}, {"groups", List(group)}}, {{"set", Text()},
                                                                  {"namespace", Text()},
                                                                  {"slice", Count()},
                                                                  {"sets", Text()},
                                                                  {"reason", Text()},
                                                                  {"certain", Flag()},
                                                                  {"would_have_to_go", List(Text())},
                                                                  {"fewer_may_be_enough", Flag()},
                                                                  {"others_may_be_better", Flag()},
                                                                  {"not_looked_at", List(Text())}});
}

// Null stands beside "unknown": the count is a bound.
Json Outcome() { return Words({"enough", "too few", "unknown"}); }

// What an answer has when the user asks whether a number fits.
Json AskedKeys() {
  return {{"wanted", Count()},
          {"enough", OrNull(Flag())},
          {"outcome", Outcome()},
          {"nodes_to_add", Count()},
          {"nodes_to_add_are_the_fewest", Flag()},
          {"not_looked_at", List(Text())}};
}

Json GroupHeadroom() {
  Json optional = AskedKeys();
  optional["next"] = Document({{"reason", Text()}, {"best", Best()}, {"excluded", MapOf(Count())}});
  optional["do_not_run_yet"] = Count();
  optional["cannot_be_completed"] = Text();
  optional["cannot_be_completed_is_certain"] = Flag();
  return Document({{"set", Text()},
                   {"namespace", Text()},
                   {"groups", Count()},
                   {"at_most", Count()},
                   {"exact", Flag()},
                   {"level", Text()},
                   {"domains", List(Document({{"domain", Path()}, {"groups", Count()}, {"exact", Flag()}}))}},
                  optional);
}

Json SliceHeadroomOutput() {
  return Document({{"set", Text()},
                   {"namespace", Text()},
                   {"slices", Count()},
                   {"at_most", Count()},
                   {"exact", Flag()},
                   {"level", Text()},
                   {"domains", List(Document({{"domain", Path()}, {"slices_at_most", Count()}}))},
                   {"next", Document({{"reason", Text()}, {"certain", Flag()}})}},
                  AskedKeys());
}

Json SurgeOutput() {
  const Json slice = Document({{"slice", Count()}, {"domain", Path()}, {"fits", Flag()}},
                              {{"reason", Text()}, {"certain", Flag()}, {"not_looked_at", List(Text())}});
  return Document({{"set", Text()},
                   {"namespace", Text()},
                   {"level", Text()},
                   {"surge", List(Document({{"role", Text()}, {"groups", Count()}}))},
                   {"in_slices", List(slice)},
                   {"enough", OrNull(Flag())},
                   {"outcome", Outcome()}},
                  {{"nodes_to_add", Count()}, {"nodes_to_add_are_the_fewest", Flag()}});
}

Json Moves() { return List(Document({{"group", Text()}, {"from", List(Text())}, {"to", List(Text())}})); }

}  // namespace

Json PlaceOutput() {
  const Json stopped = {{"stopped", Flag()}};
  return OneOf(Document({{"groups", List(PlacedGroupOutput())}}, stopped),
               Document({{"slices", List(PlacedSliceOutput())}}, stopped));
}

Json CapacityOutput() {
  const Json set = OneOf(GroupHeadroom(), OneOf(SliceHeadroomOutput(), SurgeOutput()));
  return Document({{"sets", List(set)}}, {{"stopped", Flag()}});
}

Json DefragmentOutput() {
  const Json emptying = Document({{"moves", Moves()},
                                  {"level", Text()},
                                  {"emptied", List(Path())},
                                  {"empty_before", Count()},
                                  {"empty_after", Count()},
                                  {"at_most", Count()},
                                  {"hold_other_pods", Count()},
                                  {"incomplete", List(Text())}},
                                 {{"not_looked_at", List(Text())}});
  const Json room = Document({{"moves", Moves()},
                              {"fewer_may_be_enough", Flag()},
                              {"exact", Flag()},
                              {"assignment", OrNull(List(Text()))},
                              {"incomplete", List(Text())}},
                             {{"reason", Text()}, {"not_looked_at", List(Text())}});
  return OneOf(emptying, room);
}

}  // namespace lwsctl
