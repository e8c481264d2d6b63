#include "lws/placement/completed_headroom.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lws/placement/assignment.h"
#include "lws/placement/rank_shape.h"
#include "lws/placement/reassign_group.h"
#include "lws/placement/search/assign_in_scope.h"
#include "lws/placement/search/placement_problem.h"
#include "lws/placement/together_headroom.h"

namespace lws {

using internal::AsksOfOthers;
using internal::PlacementProblem;

namespace {

// The pods of a group that take the room of one worker each, wherever they are: all pods when the leader is like the
// workers, and else the workers.
struct LikeWorkers {
  GroupRequest request;
  bool has_leader = false;
};

LikeWorkers PodsLikeWorkers(const PlacementProblem& problem) {
  LikeWorkers pods;
  pods.request = *problem.request;
  pods.request.leader.reset();
  pods.request.exclusive_levels.clear();
  if (!problem.has_leader) return pods;
  const bool is_member = problem.request->subgroup_leader == SubgroupLeader::kMember;
  pods.has_leader = problem.same_shape && (is_member || problem.layers.empty());
  if (pods.has_leader) ++pods.request.workers;
  // Without a leader that is a member, the first subgroup is smaller than the others.
  if (is_member && !pods.has_leader) pods.request.subgroups.clear();
  return pods;
}

class Counting {
 public:
  Counting(const Capacity& capacity, absl::Span<const PartlyPlacedGroup> running, const GroupRequest& request)
      : capacity_(capacity), running_(running), request_(request) {}

  absl::StatusOr<CompletedHeadroom> Run(int64_t limit, const std::function<bool()>& is_stopped) {
    CompletedHeadroom counted;
    absl::StatusOr<TogetherResult> completed = CompleteTogether(capacity_, running_, "");
    if (!completed.ok()) return completed.status();
    counted.completed = *std::move(completed);
    Capacity left = capacity_;
    for (size_t i = 0; i < counted.completed.assignments.size(); ++i) {
      UseMissingRanks(*running_[i].request, counted.completed.assignments[i], running_[i].nodes, &left);
    }
    absl::StatusOr<Headroom> headroom = CountHeadroom(left, request_, limit, is_stopped);
    if (!headroom.ok()) return headroom.status();
    counted.headroom = *std::move(headroom);
    if (counted.completed.assignments.empty()) return counted;
    const absl::StatusOr<int64_t> most = MostBeside(counted, left);
    if (!most.ok()) return most.status();
    counted.headroom.at_most = *most;
    counted.headroom.exact = counted.headroom.groups == *most;
    return counted;
  }

 private:
  // The most groups that fit however the others are completed. Groups that hold domains: what fits now, because missing
  // pods only go where no other group may be. All others: the least of
  //   - what fits without the missing pods,
  //   - what the sums of free amounts allow, of which missing pods take as much wherever they are in their domain,
  //   - and, where subgroups hold no domains and no pod asks anything of others, what has room beside the missing pods
  //     of the shape of workers, which take the room of one worker wherever they are.
  absl::StatusOr<int64_t> MostBeside(const CompletedHeadroom& counted, const Capacity& left) const {
    const absl::StatusOr<PlacementProblem> problem = PlacementProblem::Create(request_, capacity_.topology());
    if (!problem.ok()) return problem.status();
    const bool subgroups_hold = std::any_of(request_.subgroups.begin(), request_.subgroups.end(),
                                            [](const SubgroupLayer& layer) { return layer.exclusive; });
    const bool may_be_anywhere = AsksOfOthers(request_) || capacity_.has_guarded_pods() || subgroups_hold;
    if (!may_be_anywhere && !request_.exclusive_levels.empty()) return counted.headroom.at_most;
    const absl::StatusOr<Headroom> before = CountHeadroom(capacity_, request_, 0);
    if (!before.ok()) return before.status();
    const auto once = [this](int64_t) { return std::vector<GroupRequest>{request_}; };
    const std::string level = request_.closeness == Closeness::kRequired ? request_.level : "";
    const absl::StatusOr<TogetherHeadroom> by_sums = CountTogetherHeadroom(left, once, level, 0);
    if (!by_sums.ok()) return by_sums.status();
    const int64_t most = std::min(before->at_most, by_sums->at_most);
    const LikeWorkers pods = PodsLikeWorkers(*problem);
    if (may_be_anywhere || pods.request.workers == 0) return most;
    const absl::StatusOr<Headroom> beside = CountHeadroom(Beside(pods, counted), pods.request, 0);
    if (!beside.ok()) return beside.status();
    return std::min(most, beside->at_most);
  }

  // What is left beside the missing pods that are like workers.
  Capacity Beside(const LikeWorkers& pods, const CompletedHeadroom& counted) const {
    Capacity left = capacity_;
    for (size_t i = 0; i < running_.size(); ++i) {
      const GroupRequest& request = *running_[i].request;
      const std::vector<int32_t> nodes = counted.completed.assignments[i].NodesByRank();
      for (size_t rank = request.leader.has_value() && !pods.has_leader; rank < nodes.size(); ++rank) {
        if (running_[i].nodes[rank].has_value()) continue;
        left.Use(nodes[rank], internal::ShapeOfRank(request, rank));
      }
    }
    return left;
  }

  const Capacity& capacity_;
  const absl::Span<const PartlyPlacedGroup> running_;
  const GroupRequest& request_;
};

}  // namespace

absl::StatusOr<CompletedHeadroom> CountCompletedHeadroom(const Capacity& capacity,
                                                         absl::Span<const PartlyPlacedGroup> running,
                                                         const GroupRequest& request, int64_t limit,
                                                         const std::function<bool()>& is_stopped) {
  if (!running.empty()) return Counting(capacity, running, request).Run(limit, is_stopped);
  absl::StatusOr<Headroom> headroom = CountHeadroom(capacity, request, limit, is_stopped);
  if (!headroom.ok()) return headroom.status();
  CompletedHeadroom counted;
  counted.headroom = *std::move(headroom);
  return counted;
}

}  // namespace lws
