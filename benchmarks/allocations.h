// Counts the memory allocations of programs that link this.
//
//   const int64_t before = lws::Allocations();
//   ...
//   state.counters["allocations"] = lws::Allocations() - before;
#ifndef LWS_BENCHMARKS_ALLOCATIONS_H_
#define LWS_BENCHMARKS_ALLOCATIONS_H_

#include <cstdint>

namespace lws {

int64_t Allocations();

}  // namespace lws

#endif  // LWS_BENCHMARKS_ALLOCATIONS_H_
