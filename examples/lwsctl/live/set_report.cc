#include "examples/lwsctl/live/set_report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "examples/lwsctl/live/controls_edit.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/api/field_value.h"
#include "lws/api/well_known.h"
#include "lws/core/pod/pod_wait.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;

int32_t CountOf(const FieldValue& value, int32_t otherwise) {
  const int64_t number = value.Number().value_or(otherwise);
  return static_cast<int32_t>(std::clamp<int64_t>(number, 0, INT32_MAX));
}

int64_t RestartsOf(const FieldValue& pod) {
  int64_t restarts = 0;
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const FieldValue& container : pod["status"][list].Items()) {
      restarts += std::clamp<int64_t>(container["restartCount"].Number().value_or(0), 0, INT32_MAX);
    }
  }
  return restarts;
}

PodReport ReportOf(const Json& pod, absl::Time now) {
  const FieldValue value(pod, "");
  PodReport report;
  report.name = value["metadata"]["name"].Text();
  report.node = value["spec"]["nodeName"].Text();
  report.restarts = RestartsOf(value);
  const lws::PodWaiting waiting = lws::WhyPodWaits(pod, now);
  report.state = waiting.reason == lws::PodWait::kNothing ? "ready" : waiting.text;
  return report;
}

FieldValue ConditionOf(const FieldValue& set, absl::string_view type) {
  for (const FieldValue& condition : set["status"]["conditions"].Items()) {
    if (condition["type"].Text() == type) return condition;
  }
  static const Json nothing;
  return FieldValue(nothing, "");
}

// The first row that fits is the answer.
void DecideEnd(const FieldValue& set, SetReport* report) {
  const FieldValue progressing = ConditionOf(set, "Progressing");
  const int32_t released = std::max(0, report->replicas - report->partition);
  const bool is_seen =
      set["status"]["observedGeneration"].Number().value_or(0) >= set["metadata"]["generation"].Number().value_or(0);
  const bool is_stalled =
      progressing["status"].Text() == "False" && progressing["reason"].Text() == "ProgressDeadlineExceeded";
  const struct {
    bool fits;
    RolloutEnd end;
    std::string why;
  } table[] = {
      {set["metadata"]["deletionTimestamp"].exists(), RolloutEnd::kStalled, "the set is being deleted"},
      {!is_seen, RolloutEnd::kUnderWay, "waiting for the spec to be observed"},
      {is_stalled, RolloutEnd::kStalled, "the progress deadline is exceeded"},
      {report->updated < released, RolloutEnd::kUnderWay,
       absl::StrCat(report->updated, " of ", released, " groups are updated")},
      {report->ready < report->replicas, RolloutEnd::kUnderWay,
       absl::StrCat(report->ready, " of ", report->replicas, " groups are ready")},
      {static_cast<int64_t>(report->groups.size()) > report->replicas, RolloutEnd::kUnderWay,
       "groups beyond the replicas are still there"},
      {true, RolloutEnd::kDone,
       report->partition > 0 ? absl::StrCat("rolled out down to group ", report->partition) : "rolled out"},
  };
  const auto row = std::find_if(std::begin(table), std::end(table), [](const auto& entry) { return entry.fits; });
  report->end = row->end;
  report->why = row->why;
}

// A pod of a set has its group's index and its own in labels.
void AddPods(const LiveSet& objects, absl::Time now, SetReport* report) {
  const FieldValue leaders(objects.leader_statefulset, "");
  const std::string newest = leaders["metadata"]["labels"].At(lws::kRevisionLabel).Text();
  std::map<int32_t, std::map<int32_t, const Json*>> groups;
  for (const Json& pod : objects.pods) {
    const FieldValue labels = FieldValue(pod, "")["metadata"]["labels"];
    int32_t group = 0;
    int32_t worker = 0;
    if (!absl::SimpleAtoi(labels.At(lws::kGroupIndexLabel).Text(), &group)) continue;
    if (!absl::SimpleAtoi(labels.At(lws::kWorkerIndexLabel).Text(), &worker)) continue;
    groups[group][worker] = &pod;
  }
  for (const auto& [index, pods] : groups) {
    GroupReport group;
    group.index = index;
    const FieldValue first(*pods.begin()->second, "");
    group.revision_key = first["metadata"]["labels"].At(lws::kRevisionLabel).Text();
    group.is_updated = group.revision_key == newest;
    for (const auto& [worker, pod] : pods) group.pods.push_back(ReportOf(*pod, now));
    group.is_ready =
        static_cast<int64_t>(pods.size()) >= report->size &&
        std::all_of(group.pods.begin(), group.pods.end(), [](const PodReport& pod) { return pod.state == "ready"; });
    report->groups.push_back(std::move(group));
  }
}

const char* WordOf(RolloutEnd end) {
  switch (end) {
    case RolloutEnd::kUnderWay:
      return "under way";
    case RolloutEnd::kDone:
      return "done";
    case RolloutEnd::kStalled:
      return "stalled";
  }
  return "";
}

}  // namespace

SetReport ReadSetReport(const LiveSet& objects, absl::Time now) {
  const FieldValue set(objects.set, "");
  const FieldValue spec = set["spec"];
  SetReport report;
  report.name = absl::StrCat(set["metadata"]["namespace"].Text(), "/", set["metadata"]["name"].Text());
  report.replicas = CountOf(spec["replicas"], 1);
  report.size = CountOf(spec["leaderWorkerTemplate"]["size"], 1);
  report.partition = CountOf(spec["rolloutStrategy"]["rollingUpdateConfiguration"]["partition"], 0);
  report.ready = CountOf(set["status"]["readyReplicas"], 0);
  report.updated = CountOf(set["status"]["updatedReplicas"], 0);
  report.held = DescribeControls(set["metadata"]["annotations"].At(lws::kControlsAnnotation).Text());
  AddPods(objects, now, &report);
  DecideEnd(set, &report);
  return report;
}

std::string ToString(const SetReport& report) {
  std::string text = absl::StrCat("LeaderWorkerSet ", report.name, "  ", WordOf(report.end), ": ", report.why, "\n");
  absl::StrAppend(&text, "  ", report.ready, " of ", report.replicas, " groups ready, ", report.updated,
                  " updated, size ", report.size, report.held.empty() ? "" : "; ", report.held, "\n");
  size_t widest = 0;
  for (const GroupReport& group : report.groups) {
    for (const PodReport& pod : group.pods) widest = std::max(widest, pod.name.size());
  }
  for (const GroupReport& group : report.groups) {
    absl::StrAppend(&text, "  group ", group.index, "  ", group.is_ready ? "ready" : "not ready", ", ",
                    group.is_updated ? "updated" : "former", " revision ", group.revision_key, "\n");
    for (const PodReport& pod : group.pods) {
      std::string line = absl::StrFormat("    %-*s  %s", static_cast<int>(widest), pod.name, pod.state);
      if (!pod.node.empty()) absl::StrAppend(&line, "  on ", pod.node);
      if (pod.restarts > 0) absl::StrAppend(&line, "  ", pod.restarts, pod.restarts == 1 ? " restart" : " restarts");
      absl::StrAppend(&text, line, "\n");
    }
  }
  return text;
}

Json ToJson(const SetReport& report) {
  Json groups = Json::array();
  for (const GroupReport& group : report.groups) {
    Json pods = Json::array();
    for (const PodReport& pod : group.pods) {
      pods.push_back({{"name", pod.name}, {"state", pod.state}, {"node", pod.node}, {"restarts", pod.restarts}});
    }
    groups.push_back({{"index", group.index},
                      {"revision", group.revision_key},
                      {"updated", group.is_updated},
                      {"ready", group.is_ready},
                      {"pods", std::move(pods)}});
  }
  return {{"set", report.name},         {"rollout", WordOf(report.end)}, {"why", report.why},
          {"ready", report.ready},      {"replicas", report.replicas},   {"size", report.size},
          {"updated", report.updated},  {"partition", report.partition}, {"controls", report.held},
          {"groups", std::move(groups)}};
}

}  // namespace lwsctl
