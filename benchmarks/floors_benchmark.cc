// The limits of this machine: reading memory in order, and reading or changing single lines of it at random.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "benchmark/benchmark.h"

namespace lws {
namespace {

constexpr size_t kBytes = size_t{256} << 20;

void BM_ReadBandwidth(benchmark::State& state) {
  const std::vector<uint64_t> memory(kBytes / sizeof(uint64_t), 1);
  uint64_t sum = 0;
  for (auto _ : state) {
    sum = std::accumulate(memory.begin(), memory.end(), uint64_t{0});
    benchmark::DoNotOptimize(sum);
  }
  if (sum != memory.size()) state.SkipWithError("wrong sum");
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kBytes));
}
BENCHMARK(BM_ReadBandwidth)->Unit(benchmark::kMillisecond);

// Each line holds the place of the next, so that no two lines are fetched at the same time.
void BM_RandomLine(benchmark::State& state) {
  constexpr size_t kLine = 8;
  const size_t lines = kBytes / sizeof(uint64_t) / kLine;
  std::vector<uint32_t> order(lines);
  std::iota(order.begin(), order.end(), 0u);
  std::mt19937 random(1);
  for (size_t i = lines - 1; i > 0; --i) std::swap(order[i], order[random() % i]);  // one cycle through all
  std::vector<uint64_t> memory(lines * kLine);
  for (size_t i = 0; i < lines; ++i) memory[order[i] * kLine] = order[(i + 1) % lines] * kLine;
  uint64_t place = 0;
  for (auto _ : state) benchmark::DoNotOptimize(place = memory[place]);
  if (place >= memory.size()) state.SkipWithError("left the memory");
}
BENCHMARK(BM_RandomLine);

// The places of the lines are known beforehand, so the machine fetches as many at the same time as it can. No program
// that changes one random line for each event handles more events.
void BM_RandomLines(benchmark::State& state) {
  constexpr size_t kLine = 8;
  constexpr size_t kBatch = 1000;
  const size_t lines = kBytes / sizeof(uint64_t) / kLine;
  std::vector<uint32_t> order(lines);
  std::iota(order.begin(), order.end(), 0u);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  std::vector<uint64_t> memory(lines * kLine);
  size_t next = 0;
  for (auto _ : state) {
    if (next + kBatch > lines) next = 0;
    for (size_t i = 0; i < kBatch; ++i) ++memory[order[next + i] * kLine];
    next += kBatch;
    benchmark::ClobberMemory();
  }
  if (std::accumulate(memory.begin(), memory.end(), uint64_t{0}) != state.iterations() * kBatch) {
    state.SkipWithError("wrong sum");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}
BENCHMARK(BM_RandomLines);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
