#include "lws/adapters/testing/scenario/scenario_report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "lws/api/printable_text.h"

namespace lws {
namespace {

constexpr size_t kMostReasons = 4;
constexpr size_t kMostNames = 4;

// "a, b, c and 5 more".
std::string Names(const std::vector<std::string>& names) {
  const size_t told = std::min(names.size(), kMostNames);
  std::string text = absl::StrJoin(names.begin(), names.begin() + static_cast<ptrdiff_t>(told), ", ");
  if (told < names.size()) absl::StrAppend(&text, " and ", names.size() - told, " more");
  return text;
}

}  // namespace

std::string ToString(const TimelineEntry& entry) {
  const std::string time = absl::StrFormat("%8.1fs  ", absl::ToDoubleSeconds(entry.time));
  switch (entry.kind) {
    case TimelineEntry::Kind::kScenario:
      return absl::StrCat(time, "-- ", PrintableText(entry.text));
    case TimelineEntry::Kind::kEvent:
      return absl::StrCat(time, PrintableText(entry.text));
    case TimelineEntry::Kind::kState:
      return absl::StrCat(time, absl::StrFormat("partition %d replicas %d  %-10s ready %d", entry.partition,
                                                entry.replicas, entry.groups, entry.ready));
  }
  return time;
}

std::string ScenarioWaitingText(const std::vector<WaitingPod>& pods) {
  // The pods by the reason for which they wait, ordered by the first pod of each reason.
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  std::map<absl::string_view, size_t> place_of;
  for (const WaitingPod& pod : pods) {
    const auto [found, is_new] = place_of.emplace(pod.waiting.text, reasons.size());
    if (is_new) reasons.push_back({pod.waiting.text, {}});
    reasons[found->second].second.push_back(pod.pod);
  }
  std::vector<std::string> texts;
  for (size_t i = 0; i < std::min(reasons.size(), kMostReasons); ++i) {
    texts.push_back(PrintableText(absl::StrCat(Names(reasons[i].second), ": ", reasons[i].first)));
  }
  if (reasons.size() > kMostReasons) {
    texts.push_back(absl::StrCat("and ", reasons.size() - kMostReasons, " more reasons"));
  }
  return absl::StrJoin(texts, "; ");
}

std::string ScenarioStandText(const ScenarioReport& report) {
  std::string text = absl::StrCat(report.ready, " of ", report.wanted, " groups ready");
  if (report.updated < report.ready) absl::StrAppend(&text, ", ", report.updated, " of them updated");
  for (const std::string& refused : report.refused) absl::StrAppend(&text, "; refused: ", PrintableText(refused));
  const std::string waiting = ScenarioWaitingText(report.waiting);
  if (!waiting.empty()) absl::StrAppend(&text, "; ", waiting);
  if (waiting.empty() && report.refused.empty() && !report.held.empty()) absl::StrAppend(&text, "; ", report.held);
  return text;
}

std::string ScenarioOutcomeText(const ScenarioReport& report) {
  const std::string after = absl::FormatDuration(report.duration);
  if (report.finished) return absl::StrCat("finished after ", after);
  return absl::StrCat("not finished after ", after, ": ", ScenarioStandText(report));
}

std::string ScenarioPromiseText(int32_t promised, int32_t counted_on) {
  if (counted_on >= promised) return absl::StrCat(promised);
  return absl::StrCat(promised, ", but only ", counted_on, " could be counted on");
}

std::string ScenarioLowestReadyText(const ScenarioReport& report) {
  if (report.lowest_ready < 0) return "";
  const BrokenPromise moment = report.broken_promise.value_or(
      BrokenPromise{absl::ZeroDuration(), report.lowest_ready, report.promised_ready, report.counted_on});
  return absl::StrCat("lowest ", moment.ready, " groups ready during updates (the budget promises ",
                      ScenarioPromiseText(moment.promised, moment.counted_on), ")");
}

}  // namespace lws
