#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <random>

#include "absl/time/time.h"
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

// Draws a rate: half of the time 0, otherwise any number up to `most`.
int32_t DrawRate(std::mt19937_64* random, int32_t most) {
  return (*random)() % 2 == 0 ? 0 : static_cast<int32_t>((*random)() % static_cast<uint64_t>(most + 1));
}

// The weights of the kinds of events, in the order of the kinds.
constexpr int32_t kWeights[] = {2, 1, 2, 16, 10, 2, 7};

Kind DrawKind(std::mt19937_64* random) {
  const int32_t all = std::accumulate(std::begin(kWeights), std::end(kWeights), 0);
  int32_t drawn = static_cast<int32_t>((*random)() % static_cast<uint64_t>(all));
  int32_t kind = 0;
  while (drawn >= kWeights[kind]) drawn -= kWeights[kind++];
  return static_cast<Kind>(kind);
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
  for (const int32_t most : {500, 200}) {
    for (const SwarmRate& rate : kSwarmRates) {
      if (rate.most == most) what.faults.*rate.rate = DrawRate(&random, most);
    }
  }
  what.faults.until = kFaultsStop;
  what.nodes = draw(2, 12);
  what.min_ready_seconds = draw(0, 2) == 0 ? draw(1, 30) : 0;
  const int32_t events = draw(1, 48);
  for (int32_t i = 0; i < events; ++i) {
    SwarmEvent event;
    event.at = absl::Milliseconds(draw(0, static_cast<int32_t>(absl::ToInt64Milliseconds(kFaultsStop))));
    event.kind = DrawKind(&random);
    event.replicas = draw(1, kMostReplicas);
    event.group = draw(0, what.replicas);
    event.worker = draw(0, what.size - 1);
    event.node = draw(0, what.nodes - 1);
    event.outage = absl::Seconds(draw(5, 180));
    what.events.push_back(event);
  }
  std::stable_sort(what.events.begin(), what.events.end(),
                   [](const SwarmEvent& a, const SwarmEvent& b) { return a.at < b.at; });
  return what;
}

}  // namespace lws
