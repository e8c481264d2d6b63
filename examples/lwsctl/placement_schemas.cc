#include "examples/lwsctl/placement_schemas.h"

#include "examples/lwsctl/schema_words.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::Json;
using schema::CountSchema;
using schema::DocumentSchema;
using schema::FlagSchema;
using schema::ListSchema;
using schema::MapOfSchema;
using schema::OneOfSchema;
using schema::OrNullSchema;
using schema::TextSchema;
using schema::WordsSchema;

namespace {

// The values of the level labels, widest first.
Json Path() { return ListSchema(TextSchema()); }

Json Best() { return DocumentSchema({{"domain", Path()}, {"pods", CountSchema()}}); }

Json PlacedGroupOutput() {
  const Json pod = DocumentSchema({{"rank", CountSchema()}, {"node", TextSchema()}}, {{"running", FlagSchema()}});
  const Json subgroups = DocumentSchema(
      {{"size", CountSchema()}, {"level", TextSchema()}, {"wanted", CountSchema()}, {"fit", CountSchema()}});
  return DocumentSchema({{"set", TextSchema()},
                         {"namespace", TextSchema()},
                         {"index", CountSchema()},
                         {"assignment", OrNullSchema(ListSchema(pod))}},
                        {{"would_have_to_go", ListSchema(TextSchema())},
                         {"fewer_may_be_enough", FlagSchema()},
                         {"others_may_be_better", FlagSchema()},
                         {"not_looked_at", ListSchema(TextSchema())},
                         {"reason", TextSchema()},
                         {"level", TextSchema()},
                         {"best", Best()},
                         {"excluded", MapOfSchema(CountSchema())},
                         {"limited", MapOfSchema(CountSchema())},
                         {"rules", ListSchema(TextSchema())},
                         {"subgroups", subgroups}});
}

// One slice of a DisaggregatedSet, or all sets of --together.
Json PlacedSliceOutput() {
  const Json group = DocumentSchema({{"group", TextSchema()}, {"nodes", ListSchema(TextSchema())}},
                                    {{"running_ranks", ListSchema(CountSchema())}});
  return DocumentSchema({{"domain", Path()}, {"groups", ListSchema(group)}},
                        {{"set", TextSchema()},
                         {"namespace", TextSchema()},
                         {"slice", CountSchema()},
                         {"sets", TextSchema()},
                         {"reason", TextSchema()},
                         {"certain", FlagSchema()},
                         {"would_have_to_go", ListSchema(TextSchema())},
                         {"fewer_may_be_enough", FlagSchema()},
                         {"others_may_be_better", FlagSchema()},
                         {"not_looked_at", ListSchema(TextSchema())}});
}

// Null stands beside "unknown": the count is a bound.
Json Outcome() { return WordsSchema({"enough", "too few", "unknown"}); }

// What an answer has when the user asks whether a number fits.
Json AskedKeys() {
  return {{"wanted", CountSchema()},
          {"enough", OrNullSchema(FlagSchema())},
          {"outcome", Outcome()},
          {"nodes_to_add", CountSchema()},
          {"nodes_to_add_are_the_fewest", FlagSchema()},
          {"nodes_to_add_at_least", CountSchema()},
          {"not_looked_at", ListSchema(TextSchema())}};
}

Json GroupHeadroom() {
  Json optional = AskedKeys();
  optional["next"] =
      DocumentSchema({{"reason", TextSchema()}, {"best", Best()}, {"excluded", MapOfSchema(CountSchema())}});
  optional["do_not_run_yet"] = CountSchema();
  optional["cannot_be_completed"] = TextSchema();
  optional["cannot_be_completed_is_certain"] = FlagSchema();
  return DocumentSchema(
      {{"set", TextSchema()},
       {"namespace", TextSchema()},
       {"groups", CountSchema()},
       {"at_most", CountSchema()},
       {"exact", FlagSchema()},
       {"level", TextSchema()},
       {"domains",
        ListSchema(DocumentSchema({{"domain", Path()}, {"groups", CountSchema()}, {"exact", FlagSchema()}}))}},
      optional);
}

Json SliceHeadroomOutput() {
  return DocumentSchema(
      {{"set", TextSchema()},
       {"namespace", TextSchema()},
       {"slices", CountSchema()},
       {"at_most", CountSchema()},
       {"exact", FlagSchema()},
       {"level", TextSchema()},
       {"domains", ListSchema(DocumentSchema({{"domain", Path()}, {"slices_at_most", CountSchema()}}))},
       {"next", DocumentSchema({{"reason", TextSchema()}, {"certain", FlagSchema()}})}},
      AskedKeys());
}

Json SurgeOutput() {
  const Json slice = DocumentSchema(
      {{"slice", CountSchema()}, {"domain", Path()}, {"fits", FlagSchema()}},
      {{"reason", TextSchema()}, {"certain", FlagSchema()}, {"not_looked_at", ListSchema(TextSchema())}});
  return DocumentSchema({{"set", TextSchema()},
                         {"namespace", TextSchema()},
                         {"level", TextSchema()},
                         {"surge", ListSchema(DocumentSchema({{"role", TextSchema()}, {"groups", CountSchema()}}))},
                         {"in_slices", ListSchema(slice)},
                         {"enough", OrNullSchema(FlagSchema())},
                         {"outcome", Outcome()}},
                        {{"nodes_to_add", CountSchema()},
                         {"nodes_to_add_are_the_fewest", FlagSchema()},
                         {"nodes_to_add_at_least", CountSchema()}});
}

Json Moves() {
  return ListSchema(
      DocumentSchema({{"group", TextSchema()}, {"from", ListSchema(TextSchema())}, {"to", ListSchema(TextSchema())}}));
}

}  // namespace

Json PlaceOutput() {
  const Json stopped = {{"stopped", FlagSchema()}};
  return OneOfSchema(DocumentSchema({{"groups", ListSchema(PlacedGroupOutput())}}, stopped),
                     DocumentSchema({{"slices", ListSchema(PlacedSliceOutput())}}, stopped));
}

Json CapacityOutput() {
  const Json set = OneOfSchema(GroupHeadroom(), OneOfSchema(SliceHeadroomOutput(), SurgeOutput()));
  return DocumentSchema({{"sets", ListSchema(set)}}, {{"stopped", FlagSchema()}});
}

Json DefragmentOutput() {
  const Json emptying = DocumentSchema({{"moves", Moves()},
                                        {"level", TextSchema()},
                                        {"emptied", ListSchema(Path())},
                                        {"empty_before", CountSchema()},
                                        {"empty_after", CountSchema()},
                                        {"at_most", CountSchema()},
                                        {"hold_other_pods", CountSchema()},
                                        {"incomplete", ListSchema(TextSchema())}},
                                       {{"not_looked_at", ListSchema(TextSchema())}});
  const Json room = DocumentSchema({{"moves", Moves()},
                                    {"fewer_may_be_enough", FlagSchema()},
                                    {"exact", FlagSchema()},
                                    {"assignment", OrNullSchema(ListSchema(TextSchema()))},
                                    {"incomplete", ListSchema(TextSchema())}},
                                   {{"reason", TextSchema()}, {"not_looked_at", ListSchema(TextSchema())}});
  return OneOfSchema(emptying, room);
}

}  // namespace lwsctl
