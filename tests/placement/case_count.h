// How many random cases a test of placement compares.
//
//   constexpr int kCases = 20000;
//   for (int round = 0; round < lws::CaseCount(kCases); ++round) { ... }
//
// The environment variable LWS_CASES asks for another number than a landing needs:
// `bazel run //tests/placement:headroom_test` with LWS_CASES=1000000.
#ifndef LWS_TESTS_PLACEMENT_CASE_COUNT_H_
#define LWS_TESTS_PLACEMENT_CASE_COUNT_H_

#include <cstdlib>

#include "absl/strings/numbers.h"

namespace lws {

inline int CaseCount(int usual) {
  const char* const asked = std::getenv("LWS_CASES");
  int cases = 0;
  return asked != nullptr && absl::SimpleAtoi(asked, &cases) && cases > 0 ? cases : usual;
}

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_CASE_COUNT_H_
