#include "examples/lwsctl/capacity_question.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/interruption.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr int kMostAddedNodes = 10000;

}  // namespace

absl::StatusOr<Question> ReadQuestion(const Arguments& arguments) {
  Question question;
  question.cluster.gone = absl::StrSplit(arguments.Flag("--without", ""), ',', absl::SkipEmpty());
  question.asks_for_surge = arguments.Flag("--groups", "") == "surge";
  if (arguments.flags.count("--groups") > 0 && !question.asks_for_surge) {
    const absl::StatusOr<int> groups = ReadCount(arguments, "--groups");
    if (!groups.ok()) return groups.status();
    question.groups = *groups;
  }
  if (arguments.flags.count("--add") == 0) return question;
  const std::string added = arguments.Flag("--add", "");
  const size_t equals = added.find('=');
  question.finds_added = equals == std::string::npos;
  question.cluster.like = question.finds_added ? added : added.substr(equals + 1);
  if (question.finds_added && !question.asks_for_groups()) {
    return absl::InvalidArgumentError("--add: NODE alone needs --groups; N=NODE adds N nodes");
  }
  if (!question.finds_added && (!absl::SimpleAtoi(added.substr(0, equals), &question.added) || question.added < 0 ||
                                question.added > kMostAddedNodes)) {
    return absl::InvalidArgumentError(absl::StrCat("--add: \"", added, "\" is not N=NODE"));
  }
  return question;
}

absl::StatusOr<lws::Capacity> WithAddedNodes(const Question& question, const ClusterInput& cluster, lws::RoomIn room_in,
                                             FewestAdded* added) {
  if (question.cluster.like.empty()) return *cluster.capacity;
  const lws::NodesLike like{question.cluster.like, cluster.daemons};
  if (!question.finds_added) return lws::WithNodesLike(*cluster.capacity, like, question.added);
  const auto room_or_stop = [&](const lws::Capacity& larger) -> absl::StatusOr<lws::RoomFound> {
    if (IsInterrupted()) return absl::CancelledError("stopped");
    return room_in(larger);
  };
  const absl::StatusOr<lws::FewestUntil> fewest =
      lws::FewestNodesUntil(*cluster.capacity, like, kMostAddedNodes, room_or_stop);
  if (!fewest.ok()) return fewest.status();
  *added = {fewest->nodes, fewest->is_fewest};
  return lws::WithNodesLike(*cluster.capacity, like, fewest->nodes.value_or(kMostAddedNodes));
}

std::string EnoughText(const Question& question, const FewestAdded& added, const std::optional<int>& wanted,
                       bool is_enough) {
  if (!wanted.has_value()) return "";
  if (added.nodes.has_value()) {
    return absl::StrCat(" with ", *added.nodes, *added.nodes == 1 ? " more node like " : " more nodes like ",
                        question.cluster.like, added.is_fewest ? ", which are the fewest for " : ", enough for ",
                        *wanted, added.is_fewest ? "" : "; fewer may be enough, too");
  }
  if (question.finds_added) {
    return absl::StrCat(" even with ", kMostAddedNodes, " more nodes like ", question.cluster.like, ", too few for ",
                        *wanted);
  }
  return absl::StrCat(is_enough ? ", enough for " : ", too few for ", *wanted,
                      question.asks_for_surge ? " of a rollout's surge" : "");
}

void AddToJson(const FewestAdded& added, lws::Json* json) {
  if (!added.nodes.has_value()) return;
  (*json)["nodes_to_add"] = *added.nodes;
  (*json)["nodes_to_add_are_the_fewest"] = added.is_fewest;
}

}  // namespace lwsctl
