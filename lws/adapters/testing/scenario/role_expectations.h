// What the report of a scenario of a DisaggregatedSet is expected to say.
//
//   lws::RoleExpectations expected;
//   expected.ready["decode"] = 2;
//   lws::UnmetExpectations(expected, report);    // {"slice 0: decode had 1 ready group, expected 2"}
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_ROLE_EXPECTATIONS_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_ROLE_EXPECTATIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/api/strict_reader.h"

namespace lws {

struct RoleExpectations {
  std::map<std::string, int32_t> ready;  // during updates at least, by role, in every slice
  bool keeps_promise = false;            // no role has fewer ready groups than its budget promises
  bool keeps_ceiling = false;            // no role has more groups than its budget allows
  std::optional<int32_t> skew_percent;   // at most
  bool never_half_a_revision = false;
  bool finishes = true;
  std::optional<absl::Duration> finishes_within;
};

// Reads {ready: {prefill: 3} | promised, groups: allowed, skewAtMost: 50, neverHalfARevision: true, finishes: true,
// finishesWithin: 10m}. Errors go to the reader's problem.
RoleExpectations ReadRoleExpectations(StrictReader* reader);

// One line for each unmet expectation, in the order above. A role that no update was seen of is unmet.
std::vector<std::string> UnmetExpectations(const RoleExpectations& expected, const RoleReport& report);

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_ROLE_EXPECTATIONS_H_
