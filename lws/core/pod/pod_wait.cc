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
#include "lws/api/quantity.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr char kAvailable[] = " nodes are available: ";

// The member of `object`; null when it is not an object or has no such member.
const Json& At(const Json& object, const char* key) {
  static const Json& nothing = *new Json();
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string TextAt(const Json& object, const char* key) {
  const Json& value = At(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

const Json& Elements(const Json& value) {
  static const Json& none = *new Json(Json::array());
  return value.is_array() ? value : none;
}

const Json& Condition(const Json& pod, absl::string_view type) {
  static const Json& none = *new Json();
  for (const Json& condition : Elements(At(At(pod, "status"), "conditions"))) {
    if (TextAt(condition, "type") == type) return condition;
  }
  return none;
}

Quantity QuantityAt(const Json& container, const std::string& resource) {
  const Json& resources = At(container, "resources");
  for (const char* key : {"requests", "limits"}) {
    const Json& amount = At(At(resources, key), resource.c_str());
    const absl::StatusOr<Quantity> read =
        Quantity::Parse(amount.is_string() ? amount.get<std::string>() : amount.dump());
    if (!amount.is_null() && read.ok()) return *read;
  }
  return Quantity();
}

// How much of the resource the pod asks for: the sum of its containers, or its largest init container.
Quantity Request(const Json& pod, const std::string& resource) {
  Quantity sum;
  const Json& spec = At(pod, "spec");
  for (const Json& container : Elements(At(spec, "containers"))) sum.Add(QuantityAt(container, resource));
  for (const Json& container : Elements(At(spec, "initContainers"))) {
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
  for (const Json& gate : Elements(At(At(pod, "spec"), "schedulingGates"))) gates.push_back(TextAt(gate, "name"));
  if (!gates.empty()) {
    return {PodWait::kSchedulingGates,
            absl::StrCat("waiting for its scheduling gates (", absl::StrJoin(gates, ", "), ")")};
  }
  const Json& scheduled = Condition(pod, "PodScheduled");
  if (TextAt(scheduled, "status") == "False") {
    return {PodWait::kNode, absl::StrCat("waiting for node (", NodeText(pod, TextAt(scheduled, "message")), ")")};
  }
  return {PodWait::kScheduler, "waiting for the scheduler"};
}

bool IsAboutTheImage(const std::string& reason) {
  return absl::StrContains(reason, "Image") || absl::StrContains(reason, "ErrImage");
}

std::string ImageOf(const Json& pod, const char* list, const std::string& container) {
  for (const Json& told : Elements(At(At(pod, "spec"), list))) {
    if (TextAt(told, "name") == container) return TextAt(told, "image");
  }
  return "";
}

std::string Restarts(const Json& status) {
  const Json& count = At(status, "restartCount");
  if (!count.is_number_integer() || count.get<int64_t>() == 0) return "";
  return absl::StrCat(", restarted ", count.get<int64_t>(), count.get<int64_t>() == 1 ? " time" : " times");
}

// Why the container does not run; nullopt when it runs or is about to.
std::optional<PodWaiting> Kept(const Json& pod, const Json& status, const char* list) {
  const std::string reason = TextAt(At(At(status, "state"), "waiting"), "reason");
  const std::string name = TextAt(status, "name");
  if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") return std::nullopt;
  if (IsAboutTheImage(reason)) {
    return PodWaiting{PodWait::kImage, absl::StrCat("waiting for image ", ImageOf(pod, list, name), " (", reason, ")")};
  }
  return PodWaiting{PodWait::kContainer,
                    absl::StrCat("waiting for container ", name, " (", reason, Restarts(status), ")")};
}

std::optional<PodWaiting> KeptByContainers(const Json& pod) {
  const Json& status = At(pod, "status");
  for (const Json& container : Elements(At(status, "initContainerStatuses"))) {
    if (const auto kept = Kept(pod, container, "initContainers"); kept.has_value()) return kept;
    const Json& ended = At(At(At(container, "state"), "terminated"), "exitCode");
    if (ended == 0 || At(container, "ready") == true || At(container, "started") == true) continue;
    return PodWaiting{PodWait::kInitContainer, absl::StrCat("waiting for init container ", TextAt(container, "name"))};
  }
  for (const Json& container : Elements(At(status, "containerStatuses"))) {
    if (const auto kept = Kept(pod, container, "containers"); kept.has_value()) return kept;
  }
  return std::nullopt;
}

std::optional<PodWaiting> KeptByGate(const Json& pod) {
  if (TextAt(Condition(pod, "ContainersReady"), "status") != "True") return std::nullopt;
  for (const Json& gate : Elements(At(At(pod, "spec"), "readinessGates"))) {
    const std::string type = TextAt(gate, "conditionType");
    if (TextAt(Condition(pod, type), "status") == "True") continue;
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
      absl::ParseTime(absl::RFC3339_full, TextAt(Condition(pod, "Ready"), "lastTransitionTime"), &since,
                      /*err=*/nullptr);
  if (!is_told || since > now) return {PodWait::kReady, "not ready"};
  return {PodWait::kReady, absl::StrCat("not ready for ", Roughly(now - since))};
}

}  // namespace

PodWaiting WhyPodWaits(const Json& pod, absl::Time now) {
  const std::string phase = TextAt(At(pod, "status"), "phase");
  if (!At(At(pod, "metadata"), "deletionTimestamp").is_null()) return {PodWait::kEnd, "is being deleted"};
  if (phase == "Failed" || phase == "Succeeded") return {PodWait::kEnded, absl::StrCat("has ended as ", phase)};
  if (phase == "Running" && TextAt(Condition(pod, "Ready"), "status") == "True") return {};
  if (phase != "Running" && TextAt(At(pod, "spec"), "nodeName").empty()) return Unscheduled(pod);
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
