#include "examples/lwsctl/place_roles.h"

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/slice_requests.h"
#include "examples/lwsctl/topology_page.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assign_together.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/group_request.h"
#include "lws/placement/set_request.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// The groups of all roles of one slice, or of all sets of a file, and their place.
struct PlacedSlice {
  std::string set;
  std::optional<int32_t> slice;
  SliceRequests groups;
  // By group and rank; empty for a group without a running pod.
  std::vector<std::vector<std::optional<int32_t>>> running;
  lws::TogetherResult result;

  bool is_placed() const { return result.assignments.size() == groups.requests.size(); }
  bool Runs(size_t group, size_t rank) const {
    return rank < running[group].size() && running[group][rank].has_value();
  }
  std::string title() const { return slice.has_value() ? absl::StrCat(set, " slice ", *slice) : set; }
};

// Takes what is new from the cluster. The running pods have their room already.
void Commit(const PlacedSlice& slice, size_t group, lws::Capacity* capacity) {
  const lws::GroupRequest& request = slice.groups.requests[group];
  const lws::Assignment& assignment = slice.result.assignments[group];
  if (slice.running[group].empty()) {
    capacity->Commit(request, assignment);
    return;
  }
  const std::vector<int32_t> nodes = assignment.NodesByRank();
  for (size_t rank = 0; rank < nodes.size(); ++rank) {
    const bool is_leader = rank == 0 && request.leader.has_value();
    if (!slice.Runs(group, rank)) capacity->Use(nodes[rank], is_leader ? *request.leader : request.worker);
  }
}

// Places all groups in one domain of the level, and takes their room from the cluster if they have a place.
absl::Status PlaceAll(const std::string& level, ClusterInput* cluster, PlacedSlice* slice) {
  std::vector<lws::PartlyPlacedGroup> groups;
  for (size_t i = 0; i < slice->groups.requests.size(); ++i) {
    const lws::GroupRequest& request = slice->groups.requests[i];
    KeepSize(slice->groups.ids[i], request, cluster);
    slice->running.push_back(RunningNodes(*cluster, slice->groups.ids[i], request));
    groups.push_back({&request, slice->running.back()});
  }
  absl::StatusOr<lws::TogetherResult> result = lws::CompleteTogether(*cluster->capacity, groups, level);
  if (!result.ok()) return result.status();
  slice->result = *std::move(result);
  if (!slice->is_placed()) return absl::OkStatus();
  for (size_t i = 0; i < groups.size(); ++i) Commit(*slice, i, cluster->capacity.get());
  return absl::OkStatus();
}

std::string WhyNot(const PlacedSlice& slice) {
  const std::string where =
      slice.result.domain.empty() ? "the cluster" : absl::StrCat("domain ", absl::StrJoin(slice.result.domain, "/"));
  const lws::TogetherResult& result = slice.result;
  if (result.no_fit.reason == lws::NoFitReason::kSurvivorsAreApart) {
    return absl::StrCat("no place: ", lws::NoFitReasonText(result.no_fit.reason), " ", result.no_fit.level);
  }
  const std::vector<std::string>& names = slice.groups.names;
  const std::string next = result.next_group < names.size() ? names[result.next_group] : "";
  return absl::StrCat("no place: ", where, " takes ", result.most_groups, " of its ", names.size(),
                      " groups one after another, and not ", next, ": ", lws::DescribeNoFit(result.no_fit));
}

void PrintTable(const lws::Topology& topology, const std::vector<PlacedSlice>& slices) {
  std::set<std::string> not_looked_at;
  for (const PlacedSlice& slice : slices) {
    if (!slice.is_placed()) {
      std::cout << slice.title() << ": " << lws::PrintableText(WhyNot(slice)) << "\n";
      continue;
    }
    const std::string domain =
        slice.result.domain.empty() ? "the whole cluster" : absl::StrJoin(slice.result.domain, "/");
    std::cout << slice.title() << ": " << lws::PrintableText(domain) << "\n";
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
  if (!slice.result.not_looked_at.empty()) json["not_looked_at"] = slice.result.not_looked_at;
  if (!slice.is_placed()) json["reason"] = WhyNot(slice);
  for (size_t group = 0; group < slice.result.assignments.size(); ++group) {
    json["groups"].push_back(
        {{"group", slice.groups.names[group]}, {"nodes", NodeNames(topology, slice.result.assignments[group])}});
    for (size_t rank = 0; rank < slice.running[group].size(); ++rank) {
      if (slice.Runs(group, rank)) json["groups"].back()["running_ranks"].push_back(rank);
    }
  }
  return json;
}

absl::Status CheckFlags(const Arguments& arguments) {
  for (const char* flag : {"--spread", "--priority", "--size", "--cuboid"}) {
    if (arguments.flags.count(flag) == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": ", arguments.flags.count("--together") > 0 ? "--together" : "a DisaggregatedSet",
                     " does not take this flag yet"));
  }
  return absl::OkStatus();
}

// Prints the places, and returns whether all have one.
bool Print(const Arguments& arguments, const lws::Topology& topology, const std::vector<PlacedSlice>& slices) {
  bool all_placed = true;
  lws::Json report = {{"slices", lws::Json::array()}};
  for (const PlacedSlice& slice : slices) {
    all_placed = all_placed && slice.is_placed();
    report["slices"].push_back(ToJson(topology, slice));
  }
  if (FormatOf(arguments) != OutputFormat::kTable) {
    std::cout << DocumentText(report, FormatOf(arguments));
  } else {
    PrintTable(topology, slices);
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

// What the flags say: the nodes, and how close pods shall be.
struct Request {
  lws::SetPlacement placement;
  ClusterInput cluster;
};

absl::StatusOr<Request> ReadRequest(const Arguments& arguments) {
  absl::Status status = CheckFlags(arguments);
  if (!status.ok()) return status;
  absl::StatusOr<lws::SetPlacement> placement = ReadSetPlacement(arguments);
  if (!placement.ok()) return placement.status();
  ClusterQuestion question;
  question.gone = absl::StrSplit(arguments.Flag("--lost", ""), ',', absl::SkipEmpty());
  absl::StatusOr<ClusterInput> cluster = ReadCluster(arguments, question);
  if (!cluster.ok()) return cluster.status();
  return Request{*std::move(placement), *std::move(cluster)};
}

// The slices of the set and those of --more.
absl::StatusOr<int64_t> SlicesOf(const lws::DisaggregatedSet& set, const Arguments& arguments) {
  if (arguments.flags.count("--more") == 0) return lws::Slices(set);
  if (arguments.Flag("--more", "") == "surge") {
    return absl::InvalidArgumentError("--more surge: a DisaggregatedSet makes no surge of slices; --more N adds N");
  }
  const absl::StatusOr<int> more = ReadCount(arguments, "--more");
  if (!more.ok()) return more.status();
  return int64_t{lws::Slices(set)} + *more;
}

}  // namespace

absl::StatusOr<bool> PlaceRoles(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  absl::StatusOr<Request> request = ReadRequest(arguments);
  if (!request.ok()) return request.status();
  ClusterInput& cluster = request->cluster;
  const lws::Capacity before = *cluster.capacity;
  std::vector<PlacedSlice> slices;
  for (const SetOfEitherKind& either : sets) {
    const auto* manifest = std::get_if<DisaggregatedManifest>(&either);
    if (manifest == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::get<SetManifest>(either).where,
                       ": a LeaderWorkerSet beside a DisaggregatedSet: place them one file at a time"));
    }
    const absl::StatusOr<int64_t> count = SlicesOf(*manifest->set, arguments);
    if (!count.ok()) return count.status();
    for (int32_t slice = 0; slice < *count; ++slice) {
      absl::StatusOr<SliceRequests> groups = RequestsOfSlice(*manifest->set, slice, request->placement);
      if (!groups.ok()) return lws::WithPrefix(manifest->where, groups.status());
      slices.push_back({manifest->set->metadata().name(), slice, *std::move(groups), {}, {}});
      absl::Status status = PlaceAll(LevelOfPolicy(*manifest->set), &cluster, &slices.back());
      if (!status.ok()) return lws::WithPrefix(manifest->where, status);
    }
  }
  absl::Status status = WritePage(arguments, before, *cluster.capacity, slices);
  if (!status.ok()) return status;
  return Print(arguments, cluster.capacity->topology(), slices);
}

absl::StatusOr<bool> PlaceTogether(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  absl::StatusOr<Request> request = ReadRequest(arguments);
  if (!request.ok()) return request.status();
  ClusterInput& cluster = request->cluster;
  const lws::Capacity before = *cluster.capacity;
  std::vector<PlacedSlice> all(1);
  for (const SetOfEitherKind& either : sets) {
    const auto& manifest = std::get<SetManifest>(either);
    const lws::SetAdmission admission = lws::AdmitSet(*manifest.object);
    if (!admission.errors.empty()) {
      return lws::WithPrefix(manifest.where, absl::InvalidArgumentError(lws::Join(admission.errors)));
    }
    const absl::StatusOr<int> count = GroupsOf(*admission.set, arguments);
    if (!count.ok()) return count.status();
    const std::string name = admission.set->metadata().name();
    absl::StrAppend(&all[0].set, all[0].set.empty() ? "" : "+", name);
    absl::Status status = AddGroupsOf(*admission.set, name, *count, request->placement, &all[0].groups);
    if (!status.ok()) return lws::WithPrefix(manifest.where, status);
  }
  absl::Status status = PlaceAll(arguments.Flag("--together", ""), &cluster, &all[0]);
  if (status.ok()) status = WritePage(arguments, before, *cluster.capacity, all);
  if (!status.ok()) return status;
  return Print(arguments, cluster.capacity->topology(), all);
}

}  // namespace lwsctl
