#include "lws/adapters/testing/scenario/scenario.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/policy.h"
#include "lws/adapters/testing/scenario/expectations.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/adapters/testing/scenario/timeline_json.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"
#include "nlohmann/json.hpp"

namespace {

using lws::Json;
using lws::internal::CallerDocument;
using lws::internal::PodOptionsOfCaller;
using lws::internal::PutTextForCaller;
using lws::internal::RunForCaller;
using lws::internal::SetOptionsOfCaller;

Json ToJson(const lws::ScenarioReport& report, const lws::Expectations& expected) {
  Json timeline = Json::array();
  for (const lws::TimelineEntry& entry : report.timeline)
    timeline.push_back(lws::internal::ScenarioTimelineJson(entry));
  return {{"setName", report.set_name},
          {"seed", report.seed},
          {"finished", report.finished},
          {"outcome", lws::ScenarioOutcomeText(report)},
          {"seconds", absl::ToDoubleSeconds(report.duration)},
          {"lowestReady", report.lowest_ready < 0 ? Json() : Json(report.lowest_ready)},
          {"promisedReady", report.promised_ready},
          {"countedOn", report.counted_on},
          {"podsCreated", report.pods_created},
          {"groupsRestarted", report.groups_restarted},
          {"surgeUsed", report.surge_used},
          {"wastedPodSeconds", absl::ToDoubleSeconds(report.wasted_pod_time)},
          {"mixedGroups", report.mixed_groups},
          {"unmet", lws::UnmetExpectations(expected, report)},
          {"timeline", std::move(timeline)},
          {"html", lws::ScenarioHtmlReport({{report.set_name, report}})}};
}

lws::ScenarioRunOptions OptionsOf(uint64_t seed, bool max_unavailable_statefulset, const lws_policy* policy) {
  lws::ScenarioRunOptions options;
  options.seed = seed;
  options.sets = SetOptionsOfCaller(policy);
  options.pods = PodOptionsOfCaller(policy);
  options.max_unavailable_statefulset = max_unavailable_statefulset;
  return options;
}

absl::StatusOr<Json> Run(const Json& manifest, const Json& document, uint64_t seed, const lws_policy* policy) {
  lws::ReadProblem problem;
  lws::StrictReader reader(document, "scenario", &problem);
  const lws::Scenario scenario = lws::ReadScenario(manifest, &reader);
  lws::StrictReader expect = reader.Map("expect");
  const lws::Expectations expected = lws::ReadExpectations(&expect);
  const bool feature = reader.Flag("maxUnavailableStatefulSet", false);
  reader.Finish();
  if (!problem.status.ok()) return problem.status;
  const lws::ScenarioRunOptions options = lws::ScenarioOptionsFor(scenario, OptionsOf(seed, feature, policy));
  const absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(scenario, options);
  if (!report.ok()) return report.status();
  return ToJson(*report, expected);
}

}  // namespace

extern "C" lws_code lws_run_scenario(const char* manifest, size_t manifest_size, const char* scenario,
                                     size_t scenario_size, uint64_t seed, const lws_policy* policy, lws_text* out,
                                     lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Json> set = CallerDocument(manifest, manifest_size, "manifest");
    if (!set.ok()) return set.status();
    Json document = Json::object();
    if (scenario_size > 0) {
      absl::StatusOr<Json> read = CallerDocument(scenario, scenario_size, "scenario");
      if (!read.ok()) return read.status();
      document = *std::move(read);
    }
    const absl::StatusOr<Json> report = Run(*set, document, seed, policy);
    if (!report.ok()) return report.status();
    return PutTextForCaller(report->dump(), out);
  });
}
