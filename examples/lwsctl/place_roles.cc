#include "examples/lwsctl/place_roles.h"

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/named_values.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/place_new.h"
#include "examples/lwsctl/placed_slice.h"
#include "examples/lwsctl/shown_names.h"
#include "examples/lwsctl/slice_requests.h"
#include "examples/lwsctl/topology_page.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

void PrintTable(const lws::Topology& topology, const std::vector<PlacedSlice>& slices) {
  std::set<std::string> not_looked_at;
  for (const PlacedSlice& slice : slices) {
    if (slice.is_left_out) continue;
    if (!slice.is_placed()) {
      std::cout << slice.title() << ": " << lws::PrintableText(WhySliceHasNoPlace(slice)) << "\n";
      continue;
    }
    const std::string domain =
        slice.result.domain.empty() ? "the whole cluster" : absl::StrJoin(slice.result.domain, "/");
    std::cout << slice.title() << ": " << lws::PrintableText(domain) << "\n";
    if (!slice.victims.empty()) {
      std::cout << "  " << lws::PrintableText(AfterVictims(slice.victims, slice.victims_are_bounded)) << "\n";
    }
    for (size_t group = 0; group < slice.groups.names.size(); ++group) {
      std::vector<std::string> nodes = NodeNames(topology, slice.result.assignments[group]);
      for (size_t rank = 0; rank < nodes.size(); ++rank) {
        if (slice.Runs(group, rank)) nodes[rank] += " (runs)";
      }
      std::cout << absl::StreamFormat("  %-20s %s\n", slice.groups.names[group],
                                      lws::PrintableText(absl::StrJoin(nodes, " ")));
    }
    not_looked_at.insert(slice.result.not_looked_at.begin(), slice.result.not_looked_at.end());
  }
  if (not_looked_at.empty()) return;
  std::cout << "not looked at: " << lws::PrintableText(absl::StrJoin(not_looked_at, ", "))
            << ": pods may find no room where they are placed here\n";
}

lws::Json ToJson(const lws::Topology& topology, const PlacedSlice& slice) {
  lws::Json json = {{"domain", slice.result.domain}, {"groups", lws::Json::array()}};
  json[slice.slice.has_value() ? "set" : "sets"] = slice.set;
  if (slice.slice.has_value()) json["slice"] = *slice.slice;
  if (slice.slice.has_value()) json["namespace"] = slice.namespace_name;
  if (!slice.result.not_looked_at.empty()) json["not_looked_at"] = slice.result.not_looked_at;
  if (!slice.is_placed()) json["reason"] = WhySliceHasNoPlace(slice);
  if (!slice.is_placed()) json["certain"] = slice.result.is_certain;
  if (!slice.victims.empty()) {
    json["would_have_to_go"] = slice.victims;
    json["fewer_may_be_enough"] = slice.victims_are_bounded && slice.victims.size() > 1;
    json["others_may_be_better"] = slice.victims_are_bounded;
  }
  for (size_t group = 0; group < slice.result.assignments.size(); ++group) {
    json["groups"].push_back(
        {{"group", slice.groups.names[group]}, {"nodes", NodeNames(topology, slice.result.assignments[group])}});
    for (size_t rank = 0; rank < slice.running[group].size(); ++rank) {
      if (slice.Runs(group, rank)) json["groups"].back()["running_ranks"].push_back(rank);
    }
  }
  return json;
}

// Prints the places, and returns whether all have one.
bool Print(const Arguments& arguments, const lws::Topology& topology, const std::vector<PlacedSlice>& slices) {
  bool all_placed = true;
  lws::Json report = {{"slices", lws::Json::array()}};
  size_t left_out = 0;
  for (const PlacedSlice& slice : slices) {
    all_placed = all_placed && slice.is_placed();
    left_out += slice.is_left_out;
    if (!slice.is_left_out) report["slices"].push_back(ToJson(topology, slice));
  }
  if (left_out > 0) report["stopped"] = true;
  if (OutputFormatOf(arguments) != OutputFormat::kTable) {
    std::cout << DocumentText(report, OutputFormatOf(arguments));
  } else {
    PrintTable(topology, slices);
    if (left_out > 0) std::cout << "stopped: " << left_out << " of " << slices.size() << " slices are left out\n";
  }
  return all_placed;
}

// The page of --report, if it is wanted.
absl::Status WritePage(const Arguments& arguments, const lws::Capacity& before, const lws::Capacity& after,
                       const std::vector<PlacedSlice>& slices) {
  if (arguments.flags.count("--report") == 0) return absl::OkStatus();
  std::vector<TopologyView> views = BeforeAndAfter(before, after);
  for (const PlacedSlice& slice : slices) {
    for (size_t group = 0; group < slice.result.assignments.size(); ++group) {
      const std::string name = absl::StrCat(slice.title(), " ", slice.groups.names[group]);
      const lws::Assignment& assignment = slice.result.assignments[group];
      views[1].Add(name, assignment);
      const std::vector<int32_t> nodes = assignment.NodesByRank();
      for (size_t rank = 0; rank < nodes.size(); ++rank) {
        if (slice.Runs(group, rank)) views[0].groups[nodes[rank]].insert(name);
      }
    }
  }
  return WriteFile(arguments.Flag("--report", ""), TopologyPage(views));
}

// What the flags say: the nodes, what differs from the sets, and how places are found.
struct Request {
  SliceOptions slices;
  NewGroupOptions options;
  ClusterInput cluster;
};

absl::StatusOr<Request> ReadRequest(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  Request request;
  absl::StatusOr<lws::SetPlacement> placement = ReadSetPlacement(arguments);
  if (!placement.ok()) return placement.status();
  request.slices.placement = *std::move(placement);
  absl::StatusOr<NamedValues> sizes = ReadValuesOf(sets, arguments, "--size");
  if (!sizes.ok()) return sizes.status();
  request.slices.sizes = *std::move(sizes);
  absl::StatusOr<NewGroupOptions> options = ReadNewGroupOptions(sets, arguments);
  if (!options.ok()) return options.status();
  request.options = *std::move(options);
  ClusterQuestion question;
  absl::StatusOr<std::vector<std::string>> lost = ReadNames(arguments, "--lost");
  if (!lost.ok()) return lost.status();
  question.gone = *std::move(lost);
  absl::StatusOr<ClusterInput> cluster = ReadCluster(arguments, question);
  if (!cluster.ok()) return cluster.status();
  request.cluster = *std::move(cluster);
  request.slices.topology = &request.cluster.capacity->topology();
  return request;
}

// The slices of the set and those of --more.
absl::StatusOr<int64_t> SlicesOf(const lws::DisaggregatedSet& set, const Arguments& arguments) {
  if (arguments.flags.count("--more") == 0 || arguments.Flag("--more", "") == "surge") return lws::SpecSlices(set);
  const absl::StatusOr<int> more = ReadCount(arguments, "--more");
  if (!more.ok()) return more.status();
  return int64_t{lws::SpecSlices(set)} + *more;
}

// Places the slices, writes the page, and prints the places.
absl::StatusOr<bool> PlaceAndPrint(const Arguments& arguments, Request* request, std::vector<PlacedSlice>* slices) {
  const lws::Capacity before = *request->cluster.capacity;
  absl::Status status = PlaceSlices(request->options, &request->cluster, slices);
  if (status.ok()) status = WritePage(arguments, before, *request->cluster.capacity, *slices);
  if (!status.ok()) return status;
  return Print(arguments, request->cluster.capacity->topology(), *slices);
}

}  // namespace

absl::StatusOr<bool> PlaceRoles(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  absl::StatusOr<Request> request = ReadRequest(sets, arguments);
  if (!request.ok()) return request.status();
  request->slices.has_surge = arguments.Flag("--more", "") == "surge";
  std::vector<PlacedSlice> slices;
  const ShownNames shown(sets);
  for (const SetOfEitherKind& either : sets) {
    const auto* manifest = std::get_if<DisaggregatedManifest>(&either);
    if (manifest == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::get<SetManifest>(either).where,
                       ": a LeaderWorkerSet beside a DisaggregatedSet: place them one file at a time"));
    }
    WarnOfExternalRoles(*manifest);
    absl::Status status = CheckLevelOf(*manifest, request->cluster.capacity->topology());
    if (!status.ok()) return status;
    const absl::StatusOr<int64_t> count = SlicesOf(*manifest->set, arguments);
    if (!count.ok()) return count.status();
    absl::StatusOr<std::vector<PlacedSlice>> of_set =
        ReadSlices(*manifest, *count, request->slices, request->cluster, shown);
    if (!of_set.ok()) return of_set.status();
    slices.insert(slices.end(), std::make_move_iterator(of_set->begin()), std::make_move_iterator(of_set->end()));
  }
  return PlaceAndPrint(arguments, &*request, &slices);
}

absl::StatusOr<bool> PlaceTogether(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  absl::StatusOr<Request> request = ReadRequest(sets, arguments);
  if (!request.ok()) return request.status();
  std::vector<PlacedSlice> all(1);
  all[0].level = arguments.Flag("--together", "");
  const ShownNames shown(sets);
  for (const SetOfEitherKind& either : sets) {
    const auto& manifest = std::get<SetManifest>(either);
    const lws::SetAdmission admission = lws::AdmitSet(*manifest.object);
    if (!admission.errors.empty()) {
      return manifest.place.Locate(absl::InvalidArgumentError(lws::JoinFieldErrors(admission.errors)));
    }
    const absl::StatusOr<int> count = GroupsOf(*admission.set, arguments);
    if (!count.ok()) return count.status();
    const std::string name = admission.set->metadata().name();
    const std::string shown_name = shown.Of(admission.set->metadata().namespace_(), name);
    absl::StrAppend(&all[0].set, all[0].set.empty() ? "" : "+", shown_name);
    all[0].shown = all[0].set;
    SliceRequests& groups = all[0].groups;
    const size_t before = groups.names.size();
    absl::Status status = CheckLevelsOfAnnotations(*admission.set, request->slices);
    if (!status.ok()) return manifest.place.Locate(status);
    status = AddGroupsOf(*admission.set, PathOf(*admission.set), *count, request->slices, &groups);
    if (!status.ok()) return manifest.place.Locate(status);
    for (size_t i = before; i < groups.names.size(); ++i) {
      groups.names[i] = absl::StrCat(shown_name, "-", groups.ids[i].index);
    }
  }
  return PlaceAndPrint(arguments, &*request, &all);
}

}  // namespace lwsctl
