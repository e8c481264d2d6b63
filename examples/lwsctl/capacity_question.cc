#include "examples/lwsctl/capacity_question.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/interruption.h"
#include "lws/placement/added_nodes.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr int kMostAddedNodes = 10000;

// One value of --add: "N=NODE", or "NODE".
absl::Status ReadAdded(const std::string& text, Question* question) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) {
    if (question->finds_added()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--add: only one NODE can stand without a number, and not ", question->like, " and ", text));
    }
    question->like = text;
    question->cluster.like.insert(text);
    return absl::OkStatus();
  }
  int nodes = 0;
  if (!absl::SimpleAtoi(text.substr(0, equals), &nodes) || nodes < 0 || nodes > kMostAddedNodes) {
    return absl::InvalidArgumentError(
        absl::StrCat("--add: \"", text, "\" is not N=NODE with at most ", kMostAddedNodes, " nodes"));
  }
  const std::string like = text.substr(equals + 1);
  int& added = question->added[like];
  added = std::min(added + nodes, kMostAddedNodes);
  question->cluster.like.insert(like);
  return absl::OkStatus();
}

lws::NodesLike LikeNode(const std::string& node, const ClusterInput& cluster) {
  const auto daemons = cluster.daemons.find(node);
  return {node, daemons == cluster.daemons.end() ? std::vector<lws::PodShape>() : daemons->second};
}

// The cluster with the nodes that the question adds, as for JudgeWithAddedNodes.
absl::StatusOr<lws::Capacity> WithAddedNodes(const Question& question, const ClusterInput& cluster, JudgeRoom judge,
                                             FewestAdded* added) {
  lws::Capacity capacity = *cluster.capacity;
  for (const auto& [node, count] : question.added) {
    absl::StatusOr<lws::Capacity> larger = lws::WithNodesLike(capacity, LikeNode(node, cluster), count);
    if (!larger.ok()) return larger.status();
    capacity = *std::move(larger);
  }
  if (!question.finds_added()) return capacity;
  const lws::NodesLike like = LikeNode(question.like, cluster);
  const auto room_in = [&](const lws::Capacity& larger) -> absl::StatusOr<lws::RoomFound> {
    if (IsInterrupted()) return absl::CancelledError("stopped");
    const absl::StatusOr<Enough> enough = judge(larger, JudgedFor::kSearch);
    if (!enough.ok()) return enough.status();
    return lws::RoomFound{*enough == Enough::kYes, *enough == Enough::kNo};
  };
  const absl::StatusOr<lws::FewestUntil> fewest = lws::FewestNodesUntil(capacity, like, kMostAddedNodes, room_in);
  if (!fewest.ok()) return fewest.status();
  *added = {fewest->nodes, fewest->is_fewest, fewest->at_least};
  return lws::WithNodesLike(capacity, like, fewest->nodes.value_or(kMostAddedNodes));
}

}  // namespace

absl::StatusOr<Question> ReadQuestion(const Arguments& arguments) {
  Question question;
  absl::StatusOr<std::vector<std::string>> gone = ReadNames(arguments, "--without");
  if (!gone.ok()) return gone.status();
  question.cluster.gone = *std::move(gone);
  question.asks_for_surge = arguments.Flag("--groups", "") == "surge";
  if (arguments.flags.count("--groups") > 0 && !question.asks_for_surge) {
    const absl::StatusOr<int> groups = ReadCount(arguments, "--groups");
    if (!groups.ok()) return groups.status();
    question.groups = *groups;
  }
  for (const std::string& added : arguments.All("--add")) {
    absl::Status status = ReadAdded(added, &question);
    if (!status.ok()) return status;
  }
  if (question.finds_added() && !question.asks_for_groups()) {
    return absl::InvalidArgumentError("--add: NODE alone needs --groups; N=NODE adds N nodes");
  }
  if (question.added.count(question.like) > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--add: ", question.like, " is given with a number and without one"));
  }
  return question;
}

absl::Status JudgeWithAddedNodes(const Question& question, const ClusterInput& cluster, JudgeRoom judge,
                                 FewestAdded* added) {
  const absl::StatusOr<lws::Capacity> capacity = WithAddedNodes(question, cluster, judge, added);
  return capacity.ok() ? judge(*capacity, JudgedFor::kAnswer).status() : capacity.status();
}

Enough EnoughFor(int64_t fits, int64_t at_most, const std::optional<int>& wanted) {
  if (!wanted.has_value() || fits >= *wanted) return Enough::kYes;
  return at_most < *wanted ? Enough::kNo : Enough::kUnknown;
}

std::string WantedText(const Question& question, const std::optional<int>& wanted, int missing) {
  if (!wanted.has_value()) return "";
  if (!question.asks_for_surge) return absl::StrCat(*wanted);
  const std::string surge = absl::StrCat(*wanted - missing, " of a rollout's surge");
  if (missing == 0) return surge;
  return absl::StrCat(surge, " and ", missing, missing == 1 ? " that does not run yet" : " that do not run yet");
}

std::string AddedText(const Question& question, const FewestAdded& added, const std::string& wanted) {
  if (!added.nodes.has_value()) return "";
  const std::string with =
      absl::StrCat(" with ", *added.nodes, *added.nodes == 1 ? " more node like " : " more nodes like ", question.like);
  if (added.is_fewest) return absl::StrCat(with, ", the fewest", wanted.empty() ? "" : " for ", wanted);
  const std::string least =
      added.at_least > 0 ? absl::StrCat("at least ", added.at_least, added.at_least == 1 ? " is needed" : " are needed")
                         : "fewer may be enough, too";
  return absl::StrCat(with, wanted.empty() ? "" : ", enough for ", wanted, "; ", least);
}

std::string EnoughText(const Question& question, const FewestAdded& added, const std::string& wanted, Enough enough) {
  if (wanted.empty()) return "";
  if (added.nodes.has_value()) return AddedText(question, added, wanted);
  const std::string with =
      question.finds_added() ? absl::StrCat(" even with ", kMostAddedNodes, " more nodes like ", question.like) : "";
  switch (enough) {
    case Enough::kYes:
      return absl::StrCat(with, ", enough for ", wanted);
    case Enough::kNo:
      return absl::StrCat(with, ", too few for ", wanted);
    case Enough::kUnknown:
      break;
  }
  return absl::StrCat(with, ", perhaps too few for ", wanted, ": the count is a bound");
}

std::string BesideText(size_t completed, absl::string_view unit) {
  if (completed == 0) return "";
  return absl::StrCat(" beside the missing pods of ", completed, " ", unit,
                      completed == 1 ? " that runs in part" : "s that run in part");
}

void AddToJson(Enough enough, lws::Json* json) {
  (*json)["enough"] = enough == Enough::kUnknown ? lws::Json() : lws::Json(enough == Enough::kYes);
  (*json)["outcome"] = enough == Enough::kYes ? "enough" : enough == Enough::kNo ? "too few" : "unknown";
}

void AddToJson(const FewestAdded& added, lws::Json* json) {
  if (!added.nodes.has_value()) return;
  (*json)["nodes_to_add"] = *added.nodes;
  (*json)["nodes_to_add_are_the_fewest"] = added.is_fewest;
  (*json)["nodes_to_add_at_least"] = added.at_least;
}

}  // namespace lwsctl
