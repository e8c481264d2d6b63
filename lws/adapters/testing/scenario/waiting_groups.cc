#include "lws/adapters/testing/scenario/waiting_groups.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/pod_name.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

SharedJson Find(Simulation* simulation, const char* kind, const std::string& namespace_name, const std::string& name) {
  return simulation->server().Get({kind, namespace_name, name});
}

}  // namespace

std::vector<WaitingPod> ScenarioWaitingPods(Simulation* simulation, const std::string& namespace_name,
                                            const std::string& set_name, int32_t groups, int32_t size) {
  std::vector<WaitingPod> waiting;
  const auto add = [&waiting](const std::string& pod, PodWaiting why) {
    if (why.reason != PodWait::kNothing) waiting.push_back({pod, std::move(why)});
  };
  for (int32_t group = 0; group < groups; ++group) {
    const std::string leader_name = LeaderPodName(set_name, group);
    const SharedJson leader = Find(simulation, "Pod", namespace_name, leader_name);
    if (leader == nullptr) {
      add(leader_name, {PodWait::kAbsent, "the leader of the group is not there"});
      continue;
    }
    const PodWaiting of_leader = WhyPodWaits(*leader, simulation->now());
    add(leader_name, of_leader);
    const bool has_workers = Find(simulation, "StatefulSet", namespace_name, leader_name) != nullptr;
    if (size > 1 && !has_workers) {
      // While the leader is not ready, its workers wait for it.
      if (of_leader.reason == PodWait::kNothing) {
        add(leader_name, {PodWait::kAbsent, "the workers of the group are not there"});
      } else {
        add(absl::StrCat(leader_name, "-1"), {PodWait::kLeader, absl::StrCat("waiting for its leader ", leader_name)});
      }
      continue;
    }
    for (int32_t worker = 1; worker < size; ++worker) {
      const std::string name = absl::StrCat(leader_name, "-", worker);
      const SharedJson pod = Find(simulation, "Pod", namespace_name, name);
      add(name, pod == nullptr ? PodWaiting{PodWait::kAbsent, "is not there"} : WhyPodWaits(*pod, simulation->now()));
    }
  }
  return waiting;
}

}  // namespace lws::internal
