#include "examples/lwsctl/placed_slice.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/interruption.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_status.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/preempt_together.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/running_pods.h"
#include "lws/placement/spread_groups.h"
#include "lws/placement/spread_together.h"

namespace lwsctl {
namespace {

class Placing {
 public:
  Placing(const NewGroupOptions& options, ClusterInput* cluster, std::vector<PlacedSlice>* slices)
      : options_(options), cluster_(*cluster), slices_(*slices) {}

  absl::Status Run() {
    for (PlacedSlice& slice : slices_) ReadRunning(&slice);
    for (const bool running : {true, false}) {
      for (PlacedSlice& slice : slices_) {
        if (slice.AnyRuns() != running) continue;
        absl::Status status = Place(&slice);
        if (!status.ok()) return status;
      }
    }
    return options_.priority.has_value() ? Preempt() : absl::OkStatus();
  }

  absl::Status CompletePartly() {
    for (PlacedSlice& slice : slices_) ReadRunning(&slice);
    const auto is_other = [](const PlacedSlice& slice) { return !slice.AnyRuns() || !slice.AnyIsMissing(); };
    slices_.erase(std::remove_if(slices_.begin(), slices_.end(), is_other), slices_.end());
    for (PlacedSlice& slice : slices_) {
      absl::Status status = Place(&slice);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  void ReadRunning(PlacedSlice* slice) {
    for (size_t i = 0; i < slice->groups.requests.size(); ++i) {
      const lws::GroupRequest& request = slice->groups.requests[i];
      KeepSize(slice->groups.ids[i], request, &cluster_);
      slice->running.push_back(RunningNodes(cluster_, slice->groups.ids[i], request));
    }
  }

  std::vector<lws::PartlyPlacedGroup> GroupsOf(const PlacedSlice& slice) const {
    std::vector<lws::PartlyPlacedGroup> groups;
    for (size_t i = 0; i < slice.groups.requests.size(); ++i) {
      const lws::CuboidOfGrid* const cuboid =
          options_.cuboid.has_value() ? options_.cuboid->Find(slice.groups.paths[i]) : nullptr;
      groups.push_back({&slice.groups.requests[i], slice.running[i], cuboid});
    }
    return groups;
  }

  // The spread of the slice's set beside its other slices that have a place.
  lws::GroupSpread SpreadOf(const PlacedSlice& slice) const {
    lws::GroupSpread spread;
    spread.level = options_.spread_level;
    spread.most_in_domain = options_.most_in_domain;
    for (const PlacedSlice& other : slices_) {
      if (other.set != slice.set || other.namespace_name != slice.namespace_name || !other.is_placed() ||
          other.is_left_out)
        continue;
      spread.running.push_back(lws::AsOneAssignment(other.result.assignments));
    }
    return spread;
  }

  static absl::Status Located(const PlacedSlice& slice, const absl::Status& status) {
    return slice.where.empty() ? status : lws::StatusWithPrefix(slice.where, status);
  }

  absl::Status Place(PlacedSlice* slice) {
    if (IsInterrupted()) {
      slice->is_left_out = true;
      return absl::OkStatus();
    }
    const std::vector<lws::PartlyPlacedGroup> groups = GroupsOf(*slice);
    absl::StatusOr<lws::TogetherResult> result =
        options_.spread_level.empty() ? lws::CompleteTogether(*cluster_.capacity, groups, slice->level)
                                      : lws::SpreadTogether(*cluster_.capacity, groups, slice->level, SpreadOf(*slice));
    if (!result.ok()) return Located(*slice, result.status());
    slice->result = *std::move(result);
    Commit(*slice);
    return absl::OkStatus();
  }

  // Takes what is new from the cluster. The running pods have their room already.
  void Commit(const PlacedSlice& slice) {
    if (!slice.is_placed()) return;
    for (size_t group = 0; group < slice.groups.requests.size(); ++group) {
      lws::UseMissingRanks(slice.groups.requests[group], slice.result.assignments[group], slice.running[group],
                           cluster_.capacity.get());
    }
  }

  absl::Status Preempt() {
    std::set<lws::GroupId> own;
    for (const PlacedSlice& slice : slices_) {
      own.insert(slice.groups.ids.begin(), slice.groups.ids.end());
      own.insert(slice.others.begin(), slice.others.end());
    }
    std::vector<lws::RunningPods>& running = cluster_.groups;
    const auto is_own = [&](const lws::RunningPods& pods) { return own.count(pods.id) > 0; };
    running.erase(std::remove_if(running.begin(), running.end(), is_own), running.end());
    for (PlacedSlice& slice : slices_) {
      if (slice.is_placed() || slice.is_left_out || IsInterrupted()) continue;
      absl::Status status = PreemptFor(&slice);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status PreemptFor(PlacedSlice* slice) {
    const std::vector<lws::PartlyPlacedGroup> groups = GroupsOf(*slice);
    const int64_t priority = *options_.priority;
    absl::StatusOr<lws::TogetherPreemption> found =
        options_.spread_level.empty()
            ? lws::PreemptTogether(*cluster_.capacity, groups, slice->level, priority, cluster_.groups, kMostTries)
            : lws::PreemptSpreadTogether(*cluster_.capacity, groups, slice->level, SpreadOf(*slice), priority,
                                         cluster_.groups, kMostTries);
    if (!found.ok()) return Located(*slice, found.status());
    slice->result = std::move(found->result);
    if (!slice->is_placed()) return absl::OkStatus();
    slice->victims = TakeVictims(found->victims, &cluster_);
    slice->victims_are_bounded = !found->exact;
    Commit(*slice);
    return absl::OkStatus();
  }

  const NewGroupOptions& options_;
  ClusterInput& cluster_;
  std::vector<PlacedSlice>& slices_;
};

}  // namespace

bool PlacedSlice::AnyRuns() const {
  return std::any_of(running.begin(), running.end(), [](const auto& nodes) { return !nodes.empty(); });
}

bool PlacedSlice::AnyIsMissing() const {
  return std::any_of(running.begin(), running.end(), [](const std::vector<std::optional<int32_t>>& nodes) {
    return nodes.empty() || std::find(nodes.begin(), nodes.end(), std::nullopt) != nodes.end();
  });
}

std::string PlacedSlice::title() const { return slice.has_value() ? absl::StrCat(shown, " slice ", *slice) : shown; }

namespace {

absl::Status CountSlices(const DisaggregatedManifest& manifest, int64_t count, int64_t pods_of_slice) {
  return manifest.place.Locate(PodCount().Add(manifest.set->metadata().name(), count, pods_of_slice, "slice"));
}

}  // namespace

absl::StatusOr<std::vector<PlacedSlice>> ReadSlices(const DisaggregatedManifest& manifest, int64_t count,
                                                    const SliceOptions& options, const ClusterInput& cluster,
                                                    const ShownNames& shown) {
  std::vector<PlacedSlice> slices;
  for (int32_t number = 0; number < count; ++number) {
    absl::StatusOr<SliceRequests> groups = RequestsOfSlice(*manifest.set, number, options);
    if (!groups.ok()) return manifest.place.Locate(groups.status());
    // All slices have equally many pods.
    absl::Status status = number > 0 ? absl::OkStatus() : CountSlices(manifest, count, groups->count.pods());
    if (!status.ok()) return status;
    PlacedSlice slice;
    slice.set = manifest.set->metadata().name();
    slice.namespace_name = manifest.set->metadata().namespace_();
    slice.shown = shown.Of(slice.namespace_name, slice.set);
    slice.where = manifest.where;
    slice.slice = number;
    slice.level = LevelOfPolicy(*manifest.set);
    slice.groups = *std::move(groups);
    slice.others = KeepOtherRevisions(cluster.running, *manifest.set, number, &slice.groups);
    slices.push_back(std::move(slice));
  }
  return slices;
}

absl::Status CheckLevelOf(const DisaggregatedManifest& manifest, const lws::Topology& topology) {
  const std::string level = LevelOfPolicy(*manifest.set);
  if (level.empty() || topology.LevelOf(level).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(manifest.where, ": spec.placementPolicy.topology: \"", level,
                                                 "\" is not one of --levels ",
                                                 absl::StrJoin(topology.level_keys(), ",")));
}

absl::Status PlaceSlices(const NewGroupOptions& options, ClusterInput* cluster, std::vector<PlacedSlice>* slices) {
  return Placing(options, cluster, slices).Run();
}

absl::Status CompleteSlices(ClusterInput* cluster, std::vector<PlacedSlice>* slices) {
  return Placing({}, cluster, slices).CompletePartly();
}

std::string CertaintyText(const lws::TogetherResult& result) {
  if (result.is_certain) return "";
  return absl::StrCat("; not certain: ", result.orders, result.orders == 1 ? " order" : " orders",
                      " of the groups tried, and other nodes for each may leave more room");
}

std::string WhySliceHasNoPlace(const PlacedSlice& slice) {
  const lws::TogetherResult& result = slice.result;
  if (result.no_fit.reason == lws::NoFitReason::kSurvivorsAreApart) {
    return absl::StrCat("no place: ", lws::NoFitReasonText(result.no_fit.reason), " ", result.no_fit.level);
  }
  if (result.no_fit.reason == lws::NoFitReason::kDomainsAreFull && result.domain.empty()) {
    return absl::StrCat("no place: each ", result.no_fit.level, " has as many slices of the set as it may have");
  }
  const std::string where =
      result.domain.empty() ? "the cluster" : absl::StrCat("domain ", absl::StrJoin(result.domain, "/"));
  const std::vector<std::string>& names = slice.groups.names;
  const std::string next = result.next_group < names.size() ? names[result.next_group] : "";
  return absl::StrCat("no place: ", where, " takes ", result.most_groups, " of its ", names.size(),
                      " groups one after another, and not ", next, ": ", lws::DescribeNoFit(result.no_fit),
                      CertaintyText(result));
}

}  // namespace lwsctl
