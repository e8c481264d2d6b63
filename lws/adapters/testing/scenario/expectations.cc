#include "lws/adapters/testing/scenario/expectations.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/host/durations.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

absl::Status Wrong(const std::string& key, const Json& value) {
  return absl::InvalidArgumentError(absl::StrCat("expect: ", key, ": ", value.dump(), " cannot be expected"));
}

absl::Status ReadOne(const std::string& key, const Json& value, const Json& document, Expectations* expected) {
  const auto read_number = [&](auto* number) {
    if (!value.is_number_integer()) return Wrong(key, value);
    *number = value.get<typename std::decay_t<decltype(*number)>::value_type>();
    return absl::OkStatus();
  };
  const auto read_flag = [&](bool* flag) {
    if (!value.is_boolean()) return Wrong(key, value);
    *flag = value.get<bool>();
    return absl::OkStatus();
  };
  const auto read_duration = [&](std::optional<absl::Duration>* duration) {
    const absl::StatusOr<absl::Duration> read = ReadDuration(document, key.c_str(), absl::ZeroDuration());
    if (!read.ok()) return Wrong(key, value);
    *duration = *read;
    return absl::OkStatus();
  };
  if (key == "lowestReady" && value == "promised") {
    expected->keeps_promise = true;
    return absl::OkStatus();
  }
  if (key == "lowestReady") return read_number(&expected->lowest_ready);
  if (key == "finishes") return read_flag(&expected->finishes);
  if (key == "finishesWithin") return read_duration(&expected->finishes_within);
  if (key == "restartsAtMost") return read_number(&expected->restarts);
  if (key == "surgeAtMost") return read_number(&expected->surge);
  if (key == "wastedPodTimeAtMost") return read_duration(&expected->wasted_pod_time);
  if (key == "neverTwoRevisions") return read_flag(&expected->never_two_revisions);
  return Wrong(key, value);
}

}  // namespace

absl::StatusOr<Expectations> ReadExpectations(const Json& document) {
  Expectations expected;
  if (!document.is_object()) return absl::InvalidArgumentError("expect: is not a map");
  for (const auto& [key, value] : document.items()) {
    absl::Status status = ReadOne(key, value, document, &expected);
    if (!status.ok()) return status;
  }
  return expected;
}

std::vector<std::string> Unmet(const Expectations& expected, const ScenarioReport& report) {
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
           absl::StrCat("lowest ", broken.ready, " groups ready, the budget promises ", broken.promised));
  }
  if (expected.finishes) expect(report.finished, absl::StrCat("did not finish: ", StandText(report)));
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
