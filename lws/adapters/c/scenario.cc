#include "lws/adapters/testing/scenario/scenario.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/policy.h"
#include "lws/adapters/c/rollout.h"
#include "lws/adapters/testing/scenario/expectations.h"
#include "lws/adapters/testing/scenario/html_report.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/adapters/testing/scenario/timeline_json.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/planner.h"
#include "nlohmann/json.hpp"

namespace {

using lws::Json;
using lws::internal::CallerDocument;
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

// Asks the policy's function during a run, and notes the first error, which ends the run.
class AskedPolicy {
 public:
  // Borrows the policy, which may be null.
  explicit AskedPolicy(const lws_policy* policy) : policy_(policy), pods_(policy) {}

  lws::SetReconcileOptions SetOptions() const {
    const bool has_function = policy_ != nullptr && policy_->functions.rollout != nullptr;
    if (!has_function) return SetOptionsOfCaller(policy_);
    lws::SetReconcileOptions options = lws::ReconcileOptionsFor(lws::RolloutPolicy(&Ask, this));
    options.controls = SetOptionsOfCaller(policy_).controls;
    return options;
  }
  lws::PodReconcileOptions PodOptions() const { return pods_.options(); }

  const absl::Status& status() const { return status_.ok() ? pods_.status() : status_; }

 private:
  static absl::StatusOr<lws::RolloutStep> Ask(const void* asked, const lws::RolloutInput& input) {
    const auto& self = *static_cast<const AskedPolicy*>(asked);
    if (!self.status_.ok()) return self.status_;
    absl::StatusOr<lws::RolloutStep> step = lws::internal::CallRolloutOfCaller(self.policy_, input);
    if (step.ok()) self.status_ = self.CheckEnds(input);
    if (!step.ok()) self.status_ = step.status();
    return self.status_.ok() ? std::move(step) : self.status_;
  }

  // The run would go on when each answer asks for the next look at once, and nearly so when each differs from the one
  // before. A rollout takes about ten looks for each group.
  absl::Status CheckEnds(const lws::RolloutInput& input) const {
    if (input.now - since_ >= absl::Seconds(1)) {
      since_ = input.now;
      looks_before_ = looks_;
    }
    ++looks_;
    const int64_t groups = input.replicas;
    const bool ends = looks_ - looks_before_ <= 2000 + 100 * groups && looks_ <= 20000 + 1000 * groups;
    if (ends) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the policy's function was asked ", looks_, " times: its answers never come to rest"));
  }

  const lws_policy* const policy_;
  const lws::internal::PodCall pods_;
  mutable absl::Status status_;
  mutable absl::Time since_ = absl::InfinitePast();
  mutable int64_t looks_ = 0;
  mutable int64_t looks_before_ = 0;  // the second that began at since_
};

lws::ScenarioRunOptions OptionsOf(uint64_t seed, bool max_unavailable_statefulset, const AskedPolicy& policy) {
  lws::ScenarioRunOptions options;
  options.seed = seed;
  options.sets = policy.SetOptions();
  options.pods = policy.PodOptions();
  options.is_stopped = [&policy] { return !policy.status().ok(); };
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
  const AskedPolicy asked(policy);
  const lws::ScenarioRunOptions options = lws::ScenarioOptionsFor(scenario, OptionsOf(seed, feature, asked));
  const absl::StatusOr<lws::ScenarioReport> report = lws::RunScenario(scenario, options);
  if (!report.ok()) return report.status();
  if (!asked.status().ok()) return asked.status();
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
