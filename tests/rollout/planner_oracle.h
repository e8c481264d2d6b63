// A slow and obvious planner, written from the description of the behaviour. It must never leave tests/.
#ifndef LWS_TESTS_ROLLOUT_PLANNER_ORACLE_H_
#define LWS_TESTS_ROLLOUT_PLANNER_ORACLE_H_

#include <algorithm>
#include <string>

namespace lws {

struct OracleInput {
  int replicas, surge, unavailable, floor;
  bool updated;
  int current_replicas, current_partition, annotation;
  std::string groups;  // '.', 'R', 'U', 'B'; one for each current replica
};

struct OracleAnswer {
  int partition, replicas;
};

inline OracleAnswer PlanByTheBook(const OracleInput& in) {
  const int surge = std::min(in.surge, in.replicas);
  const int burst = in.replicas + surge;
  const auto state = [&](int i) { return i < static_cast<int>(in.groups.size()) ? in.groups[i] : '.'; };
  const auto ready = [&](int i) { return state(i) == 'R' || state(i) == 'B'; };
  const auto updated = [&](int i) { return state(i) == 'U' || state(i) == 'B'; };
  const auto want = [&](int unfinished) {
    return unfinished > surge ? in.replicas + surge : in.replicas + std::max(0, unfinished - in.unavailable);
  };
  const auto answer = [&](int partition, int replicas) {
    return OracleAnswer{std::max(partition, in.floor), replicas};
  };
  if (in.updated) {
    return answer(std::min(in.replicas, in.current_replicas),
                  in.current_replicas < in.replicas ? in.replicas : want(in.replicas));
  }
  if (in.current_partition == 0 && in.current_replicas == in.replicas) return answer(0, in.replicas);
  if (in.current_replicas < in.replicas) return answer(in.current_partition, in.replicas);
  int unfinished = 0;
  for (int i = 0; i < in.replicas; ++i) unfinished += !(ready(i) && updated(i));
  if (in.annotation != in.replicas) return answer(std::min(in.current_partition, burst), want(unfinished));
  const int step = in.unavailable + surge - (burst - in.current_replicas);
  int tail = 0;
  while (tail < in.current_replicas && ready(in.current_replicas - 1 - tail) && updated(in.current_replicas - 1 - tail))
    ++tail;
  const int base = std::max(0, in.current_replicas - tail - step);
  int partition = base;
  for (int i = 0; i < base; ++i) partition += i < in.current_replicas && !ready(i);
  for (int i = std::min(partition, in.current_replicas - 1); i >= base; --i) {
    if (ready(i) && !updated(i)) break;
    partition = i;
  }
  return answer(std::min(partition, in.current_partition), want(unfinished));
}

}  // namespace lws

#endif  // LWS_TESTS_ROLLOUT_PLANNER_ORACLE_H_
