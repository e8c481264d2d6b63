// What `lwsctl check` of LeaderWorkerSets and of DisaggregatedSets have in common.
#ifndef LWS_EXAMPLES_LWSCTL_CHECK_ALL_H_
#define LWS_EXAMPLES_LWSCTL_CHECK_ALL_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/progress.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

// "1,234,567".
inline std::string WithCommas(int64_t number) {
  std::string digits = absl::StrCat(number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

inline std::string FaultsText(int32_t faults) {
  if (faults == 0) return "without a failure";
  return absl::StrCat("with at most ", faults, faults == 1 ? " failure" : " failures");
}

inline lws::internal::ExploreLimits UntilInterrupted() {
  lws::internal::ExploreLimits limits;
  limits.is_stopped = IsInterrupted;
  return limits;
}

// Adds the outcome of a RolloutCheck or RoleCheck to the JSON of what was checked.
template <typename Check>
lws::Json WithOutcome(lws::Json json, const Check& check) {
  json["faults"] = check.options.faults;
  json["edits"] = check.options.edits;
  json["states"] = check.states;
  json["transitions"] = check.transitions;
  json["complete"] = check.complete;
  json["keepsAllLaws"] = check.broken_law.empty();
  if (check.broken_law.empty()) return json;
  json["brokenLaw"] = check.broken_law;
  json["trace"] = absl::StrSplit(check.trace, '\n', absl::SkipEmpty());
  return json;
}

// "WHAT: LAW" and the trace.
template <typename Check>
void PrintBroken(const std::string& what, const Check& check) {
  std::cout << what << ": " << check.broken_law << "\n" << check.trace << "\n";
}

// Prints the check of one set. `what` describes the set and `promise` says what was kept. Returns the exit code.
template <typename Check>
int PrintCheck(const Check& check, const std::string& what, const std::string& promise, OutputFormat format,
               lws::Json json, const std::string& scaled_down) {
  const bool is_kept = check.broken_law.empty();
  if (format != OutputFormat::kTable) {
    lws::Json document = WithOutcome(std::move(json), check);
    if (!scaled_down.empty()) document["scaledDown"] = scaled_down;
    std::cout << DocumentText(document, format);
    return is_kept ? kAsWished : kFinding;
  }
  if (!is_kept) {
    PrintBroken(what, check);
    return kFinding;
  }
  const std::string transitions = absl::StrCat("(", WithCommas(check.transitions), " transitions) ");
  if (!check.complete) {
    std::cout << "stopped: no law is broken in the " << WithCommas(check.states) << " states seen so far "
              << transitions << FaultsText(check.options.faults) << "\n";
    return kFinding;
  }
  std::cout << "keeps " << promise << " groups ready, not counting failed ones, in all " << WithCommas(check.states)
            << " states " << transitions << FaultsText(check.options.faults) << ", and always finishes\n";
  return kAsWished;
}

// Takes configurations until none is left. They are independent, so the result does not depend on the number of
// threads.
template <typename Options, typename Check>
class AllChecks {
 public:
  AllChecks(std::vector<Options> all, std::function<Check(const Options&)> check)
      : all_(std::move(all)), check_(std::move(check)), checks_(all_.size()) {}

  // Checks all by two threads and prints the outcome. Returns the exit code.
  int Run(int32_t faults, const std::function<std::string(const Options&)>& text_of,
          const std::function<lws::Json(const Options&)>& json_of, OutputFormat format) {
    const auto begin = std::chrono::steady_clock::now();
    {
      Progress progress(static_cast<int64_t>(all_.size()), "configurations");
      std::thread other([this, &progress] { Work(&progress); });
      Work(&progress);
      other.join();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    int64_t states = 0, transitions = 0, broken = 0;
    const Check* first = nullptr;
    for (const Check& check : checks_) {
      states += check.states;
      transitions += check.transitions;
      if (!check.broken_law.empty() && broken++ == 0) first = &check;
    }
    if (format != OutputFormat::kTable) {
      std::cout << DocumentText(
          {{"configurations", all_.size()},
           {"checked", done_},
           {"states", states},
           {"transitions", transitions},
           {"broken", broken},
           {"firstBroken", first == nullptr ? lws::Json() : WithOutcome(json_of(first->options), *first)}},
          format);
      return broken == 0 ? kAsWished : kFinding;
    }
    if (first != nullptr) PrintBroken(text_of(first->options), *first);
    if (done_ < static_cast<int64_t>(all_.size())) std::cout << "stopped: " << done_ << " of ";
    std::cout << all_.size() << " configurations, " << WithCommas(states) << " states, " << WithCommas(transitions)
              << " transitions " << FaultsText(faults) << ": " << broken << " break a law\n";
    std::cerr << absl::StrFormat("%.1f s, %.1f million transitions a second\n", seconds.count(),
                                 static_cast<double>(transitions) / seconds.count() / 1e6);
    return broken == 0 ? kAsWished : kFinding;
  }

 private:
  // The largest configurations come last in the list, and are started first.
  void Work(Progress* progress) {
    for (size_t i = next_++; i < all_.size() && !IsInterrupted(); i = next_++) {
      const size_t place = all_.size() - 1 - i;
      checks_[place] = check_(all_[place]);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (checks_[place].complete) progress->Advance(++done_);
    }
  }

  const std::vector<Options> all_;
  const std::function<Check(const Options&)> check_;
  std::vector<Check> checks_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;  // protects the progress
  int64_t done_ = 0;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CHECK_ALL_H_
