#include "examples/lwsctl/place_roles.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/cluster_input.h"
#include "examples/lwsctl/output_format.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/core/disaggregated/desired_roles.h"
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
  std::vector<std::string> names;  // of the groups
  std::vector<lws::GroupRequest> requests;
  lws::TogetherResult result;

  bool is_placed() const { return result.assignments.size() == requests.size(); }
  std::string title() const { return slice.has_value() ? absl::StrCat(set, " slice ", *slice) : set; }
};

// The level of the placement policy; "" without a policy.
std::string LevelOf(const lws::DisaggregatedSet& set) {
  const lws::PlacementPolicy& policy = set.spec().placement_policy();
  const bool is_exclusive = policy.type() == lws::kExclusiveSlice || policy.type() == lws::kExclusiveTopology;
  return is_exclusive ? policy.topology() : "";
}

absl::Status AddGroups(const lws::Json& child, const std::string& role, const lws::SetPlacement& placement,
                       const ClusterInput& cluster, PlacedSlice* slice) {
  const lws::SetAdmission admission = lws::AdmitSet(child);
  if (admission.set == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the LeaderWorkerSet of role ", role, " is invalid: ", lws::Join(admission.errors)));
  }
  const lws::LeaderWorkerSet& set = *admission.set;
  for (int32_t index = 0; index < set.spec().replicas(); ++index) {
    absl::StatusOr<lws::GroupRequest> request = lws::GroupRequestFromSet(set, placement, index);
    if (!request.ok()) return request.status();
    if (cluster.running.count({request->namespace_name, set.metadata().name(), index}) > 0) {
      return absl::InvalidArgumentError(absl::StrCat("--pods: group ", set.metadata().name(), "-", index,
                                                     " runs already; these groups are only placed as a whole yet"));
    }
    slice->names.push_back(absl::StrCat(role, "-", index));
    slice->requests.push_back(*std::move(request));
  }
  return absl::OkStatus();
}

// Places all groups in one domain of the level, and takes their room from the cluster if they have a place.
absl::Status PlaceAll(const std::string& level, ClusterInput* cluster, PlacedSlice* slice) {
  std::vector<const lws::GroupRequest*> requests;
  for (const lws::GroupRequest& request : slice->requests) requests.push_back(&request);
  absl::StatusOr<lws::TogetherResult> result = lws::AssignTogether(*cluster->capacity, requests, level);
  if (!result.ok()) return result.status();
  slice->result = *std::move(result);
  if (!slice->is_placed()) return absl::OkStatus();
  for (size_t i = 0; i < requests.size(); ++i) cluster->capacity->Commit(*requests[i], slice->result.assignments[i]);
  return absl::OkStatus();
}

absl::Status PlaceSlice(const lws::DisaggregatedSet& set, const lws::SetPlacement& placement, ClusterInput* cluster,
                        PlacedSlice* slice) {
  const absl::StatusOr<std::vector<lws::DesiredRole>> roles = lws::DesiredRoles(set, slice->slice.value_or(0));
  if (!roles.ok()) return roles.status();
  for (int role = 0; role < set.spec().roles_size(); ++role) {
    const lws::Json& child = *(*roles)[static_cast<size_t>(role)].child;
    absl::Status status = AddGroups(child, set.spec().roles(role).name(), placement, *cluster, slice);
    if (!status.ok()) return status;
  }
  return PlaceAll(LevelOf(set), cluster, slice);
}

// By rank.
std::vector<std::string> NodeNames(const lws::Topology& topology, const lws::Assignment& assignment) {
  std::vector<std::string> names;
  for (const int32_t node : assignment.NodesByRank()) names.push_back(topology.Node(node).facts.name);
  return names;
}

std::string WhyNot(const PlacedSlice& slice) {
  const std::string where =
      slice.result.domain.empty() ? "the cluster" : absl::StrCat("domain ", absl::StrJoin(slice.result.domain, "/"));
  const std::string next = slice.result.most_groups < slice.names.size() ? slice.names[slice.result.most_groups] : "";
  return absl::StrCat("no place: ", where, " takes ", slice.result.most_groups, " of its ", slice.names.size(),
                      " groups one after another, and not ", next, ": ", lws::DescribeNoFit(slice.result.no_fit));
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
    for (size_t group = 0; group < slice.names.size(); ++group) {
      const std::vector<std::string> nodes = NodeNames(topology, slice.result.assignments[group]);
      std::cout << absl::StreamFormat("  %-20s %s\n", slice.names[group],
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
        {{"group", slice.names[group]}, {"nodes", NodeNames(topology, slice.result.assignments[group])}});
  }
  return json;
}

absl::Status CheckFlags(const Arguments& arguments) {
  for (const char* flag : {"--more", "--lost", "--spread", "--priority", "--size", "--report"}) {
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
  absl::StatusOr<ClusterInput> cluster = ReadCluster(arguments, {});
  if (!cluster.ok()) return cluster.status();
  return Request{*std::move(placement), *std::move(cluster)};
}

}  // namespace

absl::StatusOr<bool> PlaceRoles(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  absl::StatusOr<Request> request = ReadRequest(arguments);
  if (!request.ok()) return request.status();
  ClusterInput& cluster = request->cluster;
  std::vector<PlacedSlice> slices;
  for (const SetOfEitherKind& either : sets) {
    const auto* manifest = std::get_if<DisaggregatedManifest>(&either);
    if (manifest == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::get<SetManifest>(either).where,
                       ": a LeaderWorkerSet beside a DisaggregatedSet: place them one file at a time"));
    }
    for (int32_t slice = 0; slice < lws::Slices(*manifest->set); ++slice) {
      slices.push_back({manifest->set->metadata().name(), slice, {}, {}, {}});
      absl::Status status = PlaceSlice(*manifest->set, request->placement, &cluster, &slices.back());
      if (!status.ok()) return lws::WithPrefix(manifest->where, status);
    }
  }
  return Print(arguments, cluster.capacity->topology(), slices);
}

absl::StatusOr<bool> PlaceTogether(const std::vector<SetOfEitherKind>& sets, const Arguments& arguments) {
  absl::StatusOr<Request> request = ReadRequest(arguments);
  if (!request.ok()) return request.status();
  ClusterInput& cluster = request->cluster;
  std::vector<PlacedSlice> all(1);
  for (const SetOfEitherKind& either : sets) {
    const auto& manifest = std::get<SetManifest>(either);
    const std::string name = lws::internal::JsonReader(*manifest.object).Text({"metadata", "name"});
    absl::StrAppend(&all[0].set, all[0].set.empty() ? "" : "+", name);
    absl::Status status = AddGroups(*manifest.object, name, request->placement, cluster, &all[0]);
    if (!status.ok()) return lws::WithPrefix(manifest.where, status);
  }
  absl::Status status = PlaceAll(arguments.Flag("--together", ""), &cluster, &all[0]);
  if (!status.ok()) return status;
  return Print(arguments, cluster.capacity->topology(), all);
}

}  // namespace lwsctl
