// The limits of this machine: reading memory in order, and reading single lines of it at random.
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

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
