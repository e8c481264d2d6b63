#include "lws/core/pod/pod_wait.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lws/api/json_member.h"
#include "lws/api/quantity.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::MemberOf;
using internal::TextMemberOf;

namespace {

constexpr char kAvailable[] = " nodes are available: ";

const Json& Elements(const Json& value) {
  static const Json& none = *new Json(Json::array());
  return value.is_array() ? value : none;
}

const Json& Condition(const Json& pod, absl::string_view type) {
  static const Json& none = *new Json();
  for (const Json& condition : Elements(MemberOf(MemberOf(pod, "status"), "conditions"))) {
    if (TextMemberOf(condition, "type") == type) return condition;
  }
  return none;
}

Quantity QuantityAt(const Json& container, const std::string& resource) {
  const Json& resources = MemberOf(container, "resources");
  for (const char* key : {"requests", "limits"}) {
    const Json& amount = MemberOf(MemberOf(resources, key), resource.c_str());
    const absl::StatusOr<Quantity> read =
        Quantity::Parse(amount.is_string() ? amount.get<std::string>() : amount.dump());
    if (!amount.is_null() && read.ok()) return *read;
  }
  return Quantity();
}

// How much of the resource the pod asks for: the sum of its containers, or its largest init container.
Quantity Request(const Json& pod, const std::string& resource) {
  Quantity sum;
  const Json& spec = MemberOf(pod, "spec");
  for (const Json& container : Elements(MemberOf(spec, "containers"))) sum.Add(QuantityAt(container, resource));
  for (const Json& container : Elements(MemberOf(spec, "initContainers"))) {
    const Quantity amount = QuantityAt(container, resource);
    if (amount.Compare(sum) > 0) sum = amount;
  }
  return sum;
}

// The resource that "2 Insufficient cpu" or "1 Too many pods" is about; nullopt for another reason.
std::optional<std::string> LackingResource(absl::string_view reason) {
  const size_t space = reason.find(' ');
  int64_t nodes = 0;
  if (space == absl::string_view::npos || !absl::SimpleAtoi(reason.substr(0, space), &nodes)) return std::nullopt;
  const std::string text = absl::AsciiStrToLower(reason.substr(space + 1));
  if (text == "too many pods") return "pods";
  absl::string_view resource = text;
  if (!absl::ConsumePrefix(&resource, "insufficient ")) return std::nullopt;
  return std::string(reason.substr(reason.size() - resource.size()));
}

// "8 nvidia.com/gpu", or "enough nvidia.com/gpu" when the document does not say how much the pod asks for.
std::string Amount(const Json& pod, const std::string& resource) {
  if (resource == "pods") return "place for another pod";
  const Quantity request = Request(pod, resource);
  return absl::StrCat(request.IsZero() ? "enough" : request.ToString(), " ", resource);
}

// "8 nvidia.com/gpu free and place for another pod".
std::string Free(const std::vector<std::string>& amounts) {
  return absl::StrJoin(amounts, " and ", [](std::string* out, const std::string& amount) {
    absl::StrAppend(out, amount, amount == "place for another pod" ? "" : " free");
  });
}

// The scheduler's message says "0/3 nodes are available: REASON, REASON. preemption: ..."; where all that lacks is
// resources, the amounts say more.
std::string NodeText(const Json& pod, absl::string_view message) {
  const size_t at = message.find(kAvailable);
  if (at == absl::string_view::npos) return std::string(message);
  absl::string_view told = message.substr(at + sizeof(kAvailable) - 1);
  told = told.substr(0, std::min(told.find(". "), told.size()));
  absl::ConsumeSuffix(&told, ".");
  std::vector<std::string> amounts;
  bool only_resources = true;
  for (const absl::string_view reason : absl::StrSplit(told, ", ")) {
    const std::optional<std::string> resource = LackingResource(reason);
    only_resources = only_resources && resource.has_value();
    if (resource.has_value()) amounts.push_back(Amount(pod, *resource));
  }
  if (only_resources) return absl::StrCat("no node has ", Free(amounts));
  const std::string asked = amounts.empty() ? "" : absl::StrCat("; it asks for ", absl::StrJoin(amounts, ", "));
  return absl::StrCat(message.substr(0, at + sizeof(kAvailable) - 1), told, asked);
}

PodWaiting Unscheduled(const Json& pod) {
  std::vector<std::string> gates;
  for (const Json& gate : Elements(MemberOf(MemberOf(pod, "spec"), "schedulingGates")))
    gates.push_back(TextMemberOf(gate, "name"));
  if (!gates.empty()) {
    return {PodWait::kSchedulingGates,
            absl::StrCat("waiting for its scheduling gates (", absl::StrJoin(gates, ", "), ")")};
  }
  const Json& scheduled = Condition(pod, "PodScheduled");
  if (TextMemberOf(scheduled, "status") == "False") {
    return {PodWait::kNode, absl::StrCat("waiting for node (", NodeText(pod, TextMemberOf(scheduled, "message")), ")")};
  }
  return {PodWait::kScheduler, "waiting for the scheduler"};
}

bool IsAboutTheImage(const std::string& reason) {
  return absl::StrContains(reason, "Image") || absl::StrContains(reason, "ErrImage");
}

std::string ImageOf(const Json& pod, const char* list, const std::string& container) {
  for (const Json& told : Elements(MemberOf(MemberOf(pod, "spec"), list))) {
    if (TextMemberOf(told, "name") == container) return TextMemberOf(told, "image");
  }
  return "";
}

std::string Restarts(const Json& status) {
  const Json& count = MemberOf(status, "restartCount");
  if (!count.is_number_integer() || count.get<int64_t>() == 0) return "";
  return absl::StrCat(", restarted ", count.get<int64_t>(), count.get<int64_t>() == 1 ? " time" : " times");
}

// Why the container does not run; nullopt when it runs or is about to.
std::optional<PodWaiting> Kept(const Json& pod, const Json& status, const char* list) {
  const std::string reason = TextMemberOf(MemberOf(MemberOf(status, "state"), "waiting"), "reason");
  const std::string name = TextMemberOf(status, "name");
  if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") return std::nullopt;
  if (IsAboutTheImage(reason)) {
    return PodWaiting{PodWait::kImage, absl::StrCat("waiting for image ", ImageOf(pod, list, name), " (", reason, ")")};
  }
  return PodWaiting{PodWait::kContainer,
                    absl::StrCat("waiting for container ", name, " (", reason, Restarts(status), ")")};
}

std::optional<PodWaiting> KeptByContainers(const Json& pod) {
  const Json& status = MemberOf(pod, "status");
  for (const Json& container : Elements(MemberOf(status, "initContainerStatuses"))) {
    if (const auto kept = Kept(pod, container, "initContainers"); kept.has_value()) return kept;
    const Json& ended = MemberOf(MemberOf(MemberOf(container, "state"), "terminated"), "exitCode");
    if (ended == 0 || MemberOf(container, "ready") == true || MemberOf(container, "started") == true) continue;
    return PodWaiting{PodWait::kInitContainer,
                      absl::StrCat("waiting for init container ", TextMemberOf(container, "name"))};
  }
  for (const Json& container : Elements(MemberOf(status, "containerStatuses"))) {
    if (const auto kept = Kept(pod, container, "containers"); kept.has_value()) return kept;
  }
  return std::nullopt;
}

std::optional<PodWaiting> KeptByGate(const Json& pod) {
  if (TextMemberOf(Condition(pod, "ContainersReady"), "status") != "True") return std::nullopt;
  for (const Json& gate : Elements(MemberOf(MemberOf(pod, "spec"), "readinessGates"))) {
    const std::string type = TextMemberOf(gate, "conditionType");
    if (TextMemberOf(Condition(pod, type), "status") == "True") continue;
    return PodWaiting{PodWait::kReadinessGate, absl::StrCat("waiting for readiness gate ", type)};
  }
  return std::nullopt;
}

// A rounded text, so that pods which wait for about the same time have equal texts.
std::string Roughly(absl::Duration duration) {
  const absl::Duration unit = duration >= absl::Hours(2)     ? absl::Hours(1)
                              : duration >= absl::Minutes(2) ? absl::Minutes(1)
                                                             : absl::Seconds(1);
  return absl::FormatDuration(absl::Trunc(duration, unit));
}

PodWaiting Unready(const Json& pod, absl::Time now) {
  absl::Time since;
  const bool is_told =
      absl::ParseTime(absl::RFC3339_full, TextMemberOf(Condition(pod, "Ready"), "lastTransitionTime"), &since,
                      /*err=*/nullptr);
  if (!is_told || since > now) return {PodWait::kReady, "not ready"};
  return {PodWait::kReady, absl::StrCat("not ready for ", Roughly(now - since))};
}

}  // namespace

PodWaiting WhyPodWaits(const Json& pod, absl::Time now) {
  const std::string phase = TextMemberOf(MemberOf(pod, "status"), "phase");
  if (!MemberOf(MemberOf(pod, "metadata"), "deletionTimestamp").is_null()) return {PodWait::kEnd, "is being deleted"};
  if (phase == "Failed" || phase == "Succeeded") return {PodWait::kEnded, absl::StrCat("has ended as ", phase)};
  if (phase == "Running" && TextMemberOf(Condition(pod, "Ready"), "status") == "True") return {};
  if (phase != "Running" && TextMemberOf(MemberOf(pod, "spec"), "nodeName").empty()) return Unscheduled(pod);
  if (const auto kept = KeptByContainers(pod); kept.has_value()) return *kept;
  if (const auto kept = KeptByGate(pod); kept.has_value()) return *kept;
  if (phase == "Running") return Unready(pod, now);
  return {PodWait::kStart, "its containers are about to start"};
}

absl::string_view PodWaitName(PodWait reason) {
  switch (reason) {
    case PodWait::kNothing:
      return "nothing";
    case PodWait::kAbsent:
      return "absent";
    case PodWait::kLeader:
      return "leader";
    case PodWait::kEnd:
      return "end";
    case PodWait::kEnded:
      return "ended";
    case PodWait::kSchedulingGates:
      return "schedulingGates";
    case PodWait::kNode:
      return "node";
    case PodWait::kScheduler:
      return "scheduler";
    case PodWait::kInitContainer:
      return "initContainer";
    case PodWait::kImage:
      return "image";
    case PodWait::kContainer:
      return "container";
    case PodWait::kReadinessGate:
      return "readinessGate";
    case PodWait::kReady:
      return "ready";
    case PodWait::kStart:
      return "start";
  }
  return "";
}

}  // namespace lws
