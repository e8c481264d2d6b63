// How many random cases a test of placement compares.
//
//   constexpr int kCases = 20000;
//   for (int round = 0; round < lws::CaseCount(kCases); ++round) { ... }
//
// The environment variable LWS_CASES asks for more than a landing needs: LWS_CASES=1000000 before
// `bazel run //tests/placement:headroom_test`.
#ifndef LWS_TESTS_PLACEMENT_CASE_COUNT_H_
#define LWS_TESTS_PLACEMENT_CASE_COUNT_H_

#include <algorithm>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace lws {

// `usual`, or as many as are asked for, if these are more.
template <typename Count>
Count CaseCount(Count usual) {
  const char* const asked = std::getenv("LWS_CASES");
  Count cases = 0;
  return asked != nullptr && absl::SimpleAtoi(asked, &cases) ? std::max(cases, usual) : usual;
}

}  // namespace lws

#endif  // LWS_TESTS_PLACEMENT_CASE_COUNT_H_
