#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>

#include "absl/time/time.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/adapters/testing/swarm/swarm_rates.h"

namespace lws {

using internal::kSwarmRates;
using internal::SwarmRate;

namespace {

using Kind = SwarmEvent::Kind;

constexpr absl::Duration kFaultsStop = absl::Minutes(20);
constexpr int32_t kMostReplicas = 8;
constexpr absl::Duration kRoleFaultsStop = absl::Minutes(10);
constexpr int32_t kMostRoleReplicas = 4;

// Draws a rate: half of the time 0, otherwise any number up to `most`.
int32_t DrawRate(std::mt19937_64* random, int32_t most) {
  return (*random)() % 2 == 0 ? 0 : static_cast<int32_t>((*random)() % static_cast<uint64_t>(most + 1));
}

// The weights of the kinds of events, in the order of the kinds.
using Weights = std::array<int32_t, 8>;
constexpr Weights kWeights = {2, 1, 2, 16, 10, 2, 7, 0};
constexpr Weights kRoleWeights = {6, 1, 8, 6, 4, 1, 2, 4};

Kind DrawKind(const Weights& weights, std::mt19937_64* random) {
  const int32_t all = std::accumulate(weights.begin(), weights.end(), 0);
  int32_t drawn = static_cast<int32_t>((*random)() % static_cast<uint64_t>(all));
  size_t kind = 0;
  while (drawn >= weights[kind]) drawn -= weights[kind++];
  return static_cast<Kind>(kind);
}

void DrawRates(std::mt19937_64* random, internal::SimulationFaults* faults) {
  for (const int32_t most : {500, 200}) {
    for (const SwarmRate& rate : kSwarmRates) {
      if (rate.most == most) faults->*rate.rate = DrawRate(random, most);
    }
  }
}

}  // namespace

SwarmCase DrawSwarmCase(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto draw = [&random](int32_t least, int32_t most) {
    return least + static_cast<int32_t>(random() % static_cast<uint64_t>(most - least + 1));
  };
  SwarmCase what;
  what.seed = seed;
  what.replicas = draw(1, kMostReplicas);
  what.size = draw(1, 8);
  what.max_surge = draw(0, 2);
  what.max_unavailable = draw(what.max_surge == 0 ? 1 : 0, what.replicas);
  what.max_unavailable_statefulset = draw(0, 1) == 1;
  DrawRates(&random, &what.faults);
  what.faults.until = kFaultsStop;
  what.nodes = draw(2, 12);
  what.min_ready_seconds = draw(0, 2) == 0 ? draw(1, 30) : 0;
  const int32_t events = draw(1, 48);
  for (int32_t i = 0; i < events; ++i) {
    SwarmEvent event;
    event.at = absl::Milliseconds(draw(0, static_cast<int32_t>(absl::ToInt64Milliseconds(kFaultsStop))));
    event.kind = DrawKind(kWeights, &random);
    event.replicas = draw(1, kMostReplicas);
    event.group = draw(0, what.replicas);
    event.worker = draw(0, what.size - 1);
    event.node = draw(0, what.nodes - 1);
    event.outage = absl::Seconds(draw(5, 180));
    what.events.push_back(event);
  }
  SortSwarmEvents(&what.events);
  return what;
}

SwarmCase DrawRoleSwarmCase(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto draw = [&random](int32_t least, int32_t most) {
    return least + static_cast<int32_t>(random() % static_cast<uint64_t>(most - least + 1));
  };
  SwarmCase what;
  what.seed = seed;
  // Admission refuses more than one slice with External roles, and a set without any role of its own.
  const bool some_external = draw(0, 1) == 1;
  what.slices = some_external ? 1 : draw(1, 2);
  for (int32_t left = draw(2, 3); left > 0; --left) {
    SwarmRole& role = what.roles.emplace_back();
    role.replicas = draw(1, kMostRoleReplicas);
    role.max_surge = draw(0, 2);
    role.max_unavailable = draw(role.max_surge == 0 ? 1 : 0, 2);
    role.is_external = some_external && left > 1 && draw(0, 1) == 1;
  }
  what.size = draw(1, 2);
  DrawRates(&random, &what.faults);
  what.faults.until = kRoleFaultsStop;
  what.nodes = draw(2, 5);
  for (int32_t left = draw(1, 24); left > 0; --left) {
    SwarmEvent& event = what.events.emplace_back();
    event.at = absl::Milliseconds(draw(0, static_cast<int32_t>(absl::ToInt64Milliseconds(kRoleFaultsStop))));
    event.kind = DrawKind(kRoleWeights, &random);
    event.role = draw(0, static_cast<int32_t>(what.roles.size()) - 1);
    event.slice = draw(0, what.slices - 1);
    event.replicas = draw(what.roles[static_cast<size_t>(event.role)].is_external ? 0 : 1, kMostRoleReplicas);
    event.group = draw(0, 2 * kMostRoleReplicas);
    event.worker = draw(0, what.size - 1);
    event.node = draw(0, what.nodes - 1);
    event.outage = absl::Seconds(draw(5, 180));
  }
  SortSwarmEvents(&what.events);
  return what;
}

}  // namespace lws
