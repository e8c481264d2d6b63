#include "lws/adapters/testing/scenario/expectations.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "lws/api/strict_document.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::optional<int32_t> ReadCount(StrictReader* reader, const char* key) {
  if (!reader->Has(key)) return std::nullopt;
  return reader->Number(key, {0, std::numeric_limits<int32_t>::max()}, 0);
}

std::optional<absl::Duration> ReadDuration(StrictReader* reader, const char* key) {
  if (!reader->Has(key)) return std::nullopt;
  return reader->Duration(key, {absl::ZeroDuration(), absl::Hours(24 * 3650)}, absl::ZeroDuration());
}

}  // namespace

Expectations ReadExpectations(StrictReader* reader) {
  Expectations expected;
  const Json* lowest = reader->Find("lowestReady");
  expected.keeps_promise = lowest != nullptr && *lowest == "promised";
  if (!expected.keeps_promise) expected.lowest_ready = ReadCount(reader, "lowestReady");
  expected.finishes = reader->Flag("finishes", expected.finishes);
  expected.finishes_within = ReadDuration(reader, "finishesWithin");
  expected.restarts = ReadCount(reader, "restartsAtMost");
  expected.surge = ReadCount(reader, "surgeAtMost");
  expected.wasted_pod_time = ReadDuration(reader, "wastedPodTimeAtMost");
  expected.never_two_revisions = reader->Flag("neverTwoRevisions", expected.never_two_revisions);
  reader->Finish();
  return expected;
}

absl::StatusOr<Expectations> ReadExpectations(const Json& document) {
  return internal::ReadDocumentStrictly(document, "expect",
                                        [](StrictReader* reader) { return ReadExpectations(reader); });
}

std::vector<std::string> UnmetExpectations(const Expectations& expected, const ScenarioReport& report) {
  std::vector<std::string> unmet;
  const auto expect = [&unmet](bool met, std::string line) {
    if (!met) unmet.push_back(std::move(line));
  };
  const bool was_edited = report.lowest_ready >= 0;
  if (expected.lowest_ready.has_value() && was_edited) {
    expect(report.lowest_ready >= *expected.lowest_ready,
           absl::StrCat("lowest ", report.lowest_ready, " groups ready, expected ", *expected.lowest_ready));
  }
  if (expected.keeps_promise && was_edited) {
    const BrokenPromise broken = report.broken_promise.value_or(BrokenPromise());
    expect(!report.broken_promise.has_value(),
           absl::StrCat("lowest ", broken.ready, " groups ready, the budget promises ",
                        ScenarioPromiseText(broken.promised, broken.counted_on)));
  }
  if (expected.finishes) expect(report.finished, absl::StrCat("did not finish: ", ScenarioStandText(report)));
  if (expected.finishes_within.has_value()) {
    expect(report.finished && report.duration <= *expected.finishes_within,
           absl::StrCat("took ", absl::FormatDuration(report.duration), ", expected at most ",
                        absl::FormatDuration(*expected.finishes_within)));
  }
  if (expected.restarts.has_value()) {
    expect(report.groups_restarted <= *expected.restarts,
           absl::StrCat(report.groups_restarted, " groups restarted, expected at most ", *expected.restarts));
  }
  if (expected.surge.has_value()) {
    expect(report.surge_used <= *expected.surge,
           absl::StrCat(report.surge_used, " surge groups used, expected at most ", *expected.surge));
  }
  if (expected.wasted_pod_time.has_value()) {
    expect(report.wasted_pod_time <= *expected.wasted_pod_time,
           absl::StrCat(absl::FormatDuration(report.wasted_pod_time), " of pod time wasted, expected at most ",
                        absl::FormatDuration(*expected.wasted_pod_time)));
  }
  if (expected.never_two_revisions) {
    expect(report.mixed_groups == 0, absl::StrCat(report.mixed_groups, " groups were ready in two revisions"));
  }
  return unmet;
}

}  // namespace lws
