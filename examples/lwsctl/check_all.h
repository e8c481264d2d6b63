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

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/progress.h"
#include "examples/lwsctl/scenario.h"
#include "lws/adapters/testing/checker/check_html_report.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

// "1,234,567".
inline std::string NumberWithCommas(int64_t number) {
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

// The exit code after the page of --report is written, when the flag is there; `code` if that succeeds.
inline int WithCheckPage(int code, const Arguments& arguments, const lws::TitledCheck& check) {
  const std::string path = arguments.Flag("--report", "");
  if (path.empty()) return code;
  const std::string file = absl::StrJoin(arguments.files, ", ");
  const absl::Status written = WriteFile(path, lws::CheckHtmlReport(check, ReportPageOf(file)));
  return written.ok() ? code : Fail(written);
}

template <typename Check>
lws::TitledCheck WithTitle(const std::string& title, const Check& check) {
  return {title, check.broken_law, check.complete, check.states, check.moments};
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
  const std::string transitions = absl::StrCat("(", NumberWithCommas(check.transitions), " transitions) ");
  if (!check.complete) {
    std::cout << "stopped: no law is broken in the " << NumberWithCommas(check.states) << " states seen so far "
              << transitions << FaultsText(check.options.faults) << "\n";
    return kFinding;
  }
  std::cout << "keeps " << promise << " groups ready, not counting failed ones, in all "
            << NumberWithCommas(check.states) << " states " << transitions << FaultsText(check.options.faults)
            << ", and always finishes\n";
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
          const std::function<lws::Json(const Options&)>& json_of, const Arguments& arguments) {
    const auto begin = std::chrono::steady_clock::now();
    {
      Progress progress(static_cast<int64_t>(all_.size()), "configurations");
      std::thread other([this, &progress] { Work(&progress); });
      Work(&progress);
      other.join();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    for (const Check& check : checks_) Count(check);
    const int code = OutputFormatOf(arguments) == OutputFormat::kTable ? PrintTable(faults, text_of, seconds.count())
                                                                       : PrintJson(json_of, OutputFormatOf(arguments));
    const bool is_complete = done_ == static_cast<int64_t>(all_.size());
    const lws::TitledCheck page =
        first_broken_ == nullptr
            ? lws::TitledCheck{absl::StrCat(all_.size(), " configurations"), "", is_complete, states_, {}}
            : WithTitle(text_of(first_broken_->options), *first_broken_);
    return WithCheckPage(code, arguments, page);
  }

 private:
  void Count(const Check& check) {
    states_ += check.states;
    transitions_ += check.transitions;
    if (!check.broken_law.empty() && broken_++ == 0) first_broken_ = &check;
  }

  int PrintJson(const std::function<lws::Json(const Options&)>& json_of, OutputFormat format) const {
    lws::Json first =
        first_broken_ == nullptr ? lws::Json() : WithOutcome(json_of(first_broken_->options), *first_broken_);
    std::cout << DocumentText({{"configurations", all_.size()},
                               {"checked", done_},
                               {"states", states_},
                               {"transitions", transitions_},
                               {"broken", broken_},
                               {"firstBroken", std::move(first)}},
                              format);
    return broken_ == 0 ? kAsWished : kFinding;
  }

  int PrintTable(int32_t faults, const std::function<std::string(const Options&)>& text_of, double seconds) const {
    if (first_broken_ != nullptr) PrintBroken(text_of(first_broken_->options), *first_broken_);
    if (done_ < static_cast<int64_t>(all_.size())) std::cout << "stopped: " << done_ << " of ";
    std::cout << all_.size() << " configurations, " << NumberWithCommas(states_) << " states, "
              << NumberWithCommas(transitions_) << " transitions " << FaultsText(faults) << ": " << broken_
              << " break a law\n";
    std::cerr << absl::StrFormat("%.1f s, %.1f million transitions a second\n", seconds,
                                 static_cast<double>(transitions_) / seconds / 1e6);
    return broken_ == 0 ? kAsWished : kFinding;
  }

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
  int64_t states_ = 0;
  int64_t transitions_ = 0;
  int64_t broken_ = 0;
  const Check* first_broken_ = nullptr;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_CHECK_ALL_H_
