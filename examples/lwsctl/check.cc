#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/budget.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/progress.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl check [--policy POLICY] [--faults N] [--edits N] [--every-state] [--lag] [--strict] FILE\n"
    "       lwsctl check --all GROUPS [the same flags]\n"
    "Checks whether a rollout policy keeps the promise of the set's budget in every possible course of an update: the\n"
    "controller, the StatefulSet and the pods act in any order, and pods fail. Exit 1 when it does not.\n"
    "  --policy reference|keep-budget|replace-unready-first   default: reference\n"
    "  --faults N        how many failures happen, at most 3; default 1\n"
    "  --edits N         how many edits of the set happen, at most 2; default 0\n"
    "  --every-state     start from every state, not only from groups that are all ready when the template changes\n"
    "  --lag             the controller sees each change of a group as late as possible\n"
    "  --all GROUPS      all budgets with replicas and maxSurge up to GROUPS, by two threads, instead of FILE\n"
    "  --strict          unknown fields of FILE are errors, as for kubectl apply\n"
    "  -o table|json|yaml\n"
    "A set of more than seven groups, surge included, is scaled down.\n";

std::string WithCommas(int64_t number) {
  std::string digits = absl::StrCat(number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string FaultsText(int32_t faults) {
  if (faults == 0) return "without a failure";
  return absl::StrCat("with at most ", faults, faults == 1 ? " failure" : " failures");
}

void PrintBroken(const lws::RolloutCheck& check) {
  std::cout << lws::CheckedBudgetText(check.options) << ": " << check.broken_law << "\n" << check.trace << "\n";
}

lws::internal::ExploreLimits UntilInterrupted() {
  lws::internal::ExploreLimits limits;
  limits.is_stopped = IsInterrupted;
  return limits;
}

lws::Json ToJson(const lws::RolloutCheck& check) {
  lws::Json json = {{"replicas", check.options.replicas},
                    {"maxSurge", check.options.max_surge},
                    {"maxUnavailable", check.options.max_unavailable},
                    {"partition", check.options.partition},
                    {"faults", check.options.faults},
                    {"edits", check.options.edits},
                    {"states", check.states},
                    {"transitions", check.transitions},
                    {"complete", check.complete},
                    {"keepsAllLaws", check.broken_law.empty()}};
  if (check.broken_law.empty()) return json;
  json["brokenLaw"] = check.broken_law;
  json["trace"] = absl::StrSplit(check.trace, '\n', absl::SkipEmpty());
  return json;
}

int CheckOne(const lws::Json& manifest, lws::RolloutWorldOptions options, lws::CheckFrom from, OutputFormat format) {
  const absl::StatusOr<SetBudget> budget = ReadBudget(manifest);
  if (!budget.ok()) return Fail(budget.status());
  options.replicas = budget->options.replicas;
  options.max_surge = budget->options.max_surge;
  options.max_unavailable = budget->options.max_unavailable;
  options.partition = budget->options.partition;
  if (!budget->scaled_down.empty() && format == OutputFormat::kTable) std::cout << budget->scaled_down << "\n";
  const EndsInOrder ends_in_order;
  const lws::RolloutCheck check = lws::CheckRollout(options, from, UntilInterrupted());
  if (format != OutputFormat::kTable) {
    lws::Json document = ToJson(check);
    if (!budget->scaled_down.empty()) document["scaledDown"] = budget->scaled_down;
    std::cout << DocumentText(document, format);
    return check.broken_law.empty() ? kAsWished : kFinding;
  }
  if (!check.broken_law.empty()) {
    PrintBroken(check);
    return 1;
  }
  if (!check.complete) {
    std::cout << "stopped: no law is broken in the " << WithCommas(check.states) << " states seen so far ("
              << WithCommas(check.transitions) << " transitions) " << FaultsText(options.faults) << "\n";
    return kFinding;
  }
  std::cout << "keeps " << std::max(0, options.replicas - options.max_unavailable) << " of " << options.replicas
            << " groups ready, not counting failed ones, in all " << WithCommas(check.states) << " states ("
            << WithCommas(check.transitions) << " transitions) " << FaultsText(options.faults)
            << ", and always finishes\n";
  return 0;
}

// Takes configurations until none is left. They are independent, so the result does not depend on the number of
// threads.
struct AllChecks {
  std::vector<lws::RolloutWorldOptions> all;
  lws::CheckFrom from = lws::CheckFrom::kTemplateChange;
  std::vector<lws::RolloutCheck> checks;
  std::atomic<size_t> next = 0;
  std::mutex mutex;  // protects the progress
  Progress progress;
  int64_t done = 0;

  AllChecks(std::vector<lws::RolloutWorldOptions> configurations, lws::CheckFrom where)
      : all(std::move(configurations)),
        from(where),
        checks(all.size()),
        progress(static_cast<int64_t>(all.size()), "configurations") {}

  // The largest configurations come last in the list, and are started first.
  void Work() {
    for (size_t i = next++; i < all.size() && !IsInterrupted(); i = next++) {
      const size_t place = all.size() - 1 - i;
      checks[place] = lws::CheckRollout(all[place], from, UntilInterrupted());
      const std::lock_guard<std::mutex> lock(mutex);
      if (checks[place].complete) progress.Advance(++done);
    }
  }
};

int CheckAll(int32_t groups, const lws::RolloutWorldOptions& like, lws::CheckFrom from, OutputFormat format) {
  const auto begin = std::chrono::steady_clock::now();
  int64_t states = 0;
  int64_t transitions = 0;
  int64_t broken = 0;
  size_t configurations = 0;
  int64_t checked = 0;
  lws::Json first_broken;
  const EndsInOrder ends_in_order;
  {
    AllChecks checks(lws::AllCheckedBudgets(groups, like), from);
    std::thread other([&checks] { checks.Work(); });
    checks.Work();
    other.join();
    configurations = checks.all.size();
    checked = checks.done;
    for (const lws::RolloutCheck& check : checks.checks) {
      states += check.states;
      transitions += check.transitions;
      if (check.broken_law.empty()) continue;
      if (broken++ == 0 && format == OutputFormat::kTable) PrintBroken(check);
      if (broken == 1) first_broken = ToJson(check);
    }
  }
  if (format != OutputFormat::kTable) {
    std::cout << DocumentText({{"configurations", configurations},
                               {"checked", checked},
                               {"states", states},
                               {"transitions", transitions},
                               {"broken", broken},
                               {"firstBroken", first_broken}},
                              format);
    return broken == 0 ? kAsWished : kFinding;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (checked < static_cast<int64_t>(configurations)) std::cout << "stopped: " << checked << " of ";
  std::cout << configurations << " configurations, " << WithCommas(states) << " states, " << WithCommas(transitions)
            << " transitions " << FaultsText(like.faults) << ": " << broken << " break a law\n";
  std::cerr << absl::StrFormat("%.1f s, %.1f million transitions a second\n", seconds.count(),
                               static_cast<double>(transitions) / seconds.count() / 1e6);
  return broken == 0 ? 0 : 1;
}

}  // namespace

int Check(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  const absl::StatusOr<lws::NamedRolloutPolicy> policy = ReadPolicy(arguments->Flag("--policy", "reference"));
  if (!policy.ok()) return Fail(policy.status());
  lws::RolloutWorldOptions options;
  options.policy = policy->policy;
  options.lags = arguments->flags.count("--lag") > 0;
  options.merges_symmetric = policy->ignores_places;
  int32_t groups = 0;
  const bool are_numbers = absl::SimpleAtoi(arguments->Flag("--faults", "1"), &options.faults) &&
                           absl::SimpleAtoi(arguments->Flag("--edits", "0"), &options.edits) &&
                           absl::SimpleAtoi(arguments->Flag("--all", "0"), &groups);
  if (!are_numbers) return Fail(absl::InvalidArgumentError("--faults, --edits or --all is not a number"));
  absl::Status status = lws::ValidateCheckedWorld(options);
  if (!status.ok()) return Fail(status);
  const lws::CheckFrom from =
      arguments->flags.count("--every-state") > 0 ? lws::CheckFrom::kEveryState : lws::CheckFrom::kTemplateChange;
  const bool has_all = arguments->flags.count("--all") > 0;
  if (has_all && (groups < 1 || groups > lws::kMostCheckedGroups)) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("--all: from 1 to ", lws::kMostCheckedGroups, " groups can be checked")));
  }
  if (has_all && arguments->files.empty()) return CheckAll(groups, options, from, FormatOf(*arguments));
  if (has_all || arguments->files.size() != 1) {
    return Fail(absl::InvalidArgumentError("check needs one FILE, or --all GROUPS"));
  }
  const absl::StatusOr<lws::Json> manifest = ReadSet(arguments->files[0], UnknownFieldsOf(*arguments));
  return manifest.ok() ? CheckOne(*manifest, options, from, FormatOf(*arguments)) : Fail(manifest.status());
}

}  // namespace lwsctl
