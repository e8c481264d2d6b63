#include <iostream>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "google/protobuf/util/json_util.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kSavedMark[] = "# lws observation\n";

constexpr char kHelp[] =
    "usage: lwsctl explain [--now RFC3339] [--all] FILE\n"
    "Reads a saved cluster state (`kubectl get lws,statefulsets,pods,controllerrevisions,services,nodes -o yaml`) and "
    "tells\n"
    "what would be done now, and why.\n"
    "FILE may also be an observation that --save wrote.\n"
    "  --save OUT   write the observation to OUT\n"
    "  -o json      for programs\n"
    "  --now TIME   the present; default: this machine's\n"
    "  --all        tell of pods that need nothing, too\n";

// A plan in the JSON form of its protocol buffer.
lws::Json ToJson(const lws::Plan& plan) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(lws::PlanToProto(plan), &text).ok()) return nullptr;
  return lws::Json::parse(text, nullptr, false);
}

void Tell(const std::string& title, const lws::Plan& plan, bool all) {
  if (plan.empty() && !all) return;
  std::cout << title << "\n";
  std::cout << (plan.empty() ? "  nothing to do\n" : "");
  std::string text = lws::ToString(plan);
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    std::cout << "  " << text.substr(begin, end - begin) << "\n";
    begin = end + 1;
  }
}

// Saved observations are protocol buffers in their JSON form; no Kubernetes object has such a field.
absl::Status ReadCluster(const std::string& path, lws::ClusterSnapshot* cluster) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  if (absl::StartsWith(*text, kSavedMark)) {
    lws::ClusterStateProto state;
    const auto parsed = google::protobuf::util::JsonStringToMessage(text->substr(sizeof(kSavedMark) - 1), &state);
    if (!parsed.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", parsed.message().as_string()));
    return cluster->Load(state);
  }
  absl::StatusOr<InputFile> file = ParseObjects(path, *std::move(text));
  if (!file.ok()) return file.status();
  for (lws::ManifestObject& object : file->objects) {
    const absl::Status status = cluster->Add(*object.object);
    if (!status.ok()) return file->Locate(object, status);
    object.object = nullptr;  // a state is large, and what was read of it is smaller
  }
  return absl::OkStatus();
}

absl::Status Save(const lws::ClusterSnapshot& cluster, const std::string& path) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  const auto printed = google::protobuf::util::MessageToJsonString(cluster.Save(), &text, options);
  if (!printed.ok()) return absl::InternalError(printed.message().as_string());
  return WriteFile(path, absl::StrCat(kSavedMark, text));
}

}  // namespace

int Explain(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, {"--now", "--save", "-o"}, {"--help", "--all"});
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("explain needs one FILE"));
  absl::Time now = absl::Now();
  std::string error;
  if (arguments->flags.count("--now") > 0 &&
      !absl::ParseTime(absl::RFC3339_full, arguments->Flag("--now", ""), &now, &error)) {
    return Fail(absl::InvalidArgumentError(absl::StrCat("--now: ", error)));
  }
  lws::ClusterSnapshot cluster;
  absl::Status status = ReadCluster(arguments->files[0], &cluster);
  if (status.ok() && arguments->flags.count("--save") > 0) status = Save(cluster, arguments->Flag("--save", ""));
  if (!status.ok()) return Fail(status);
  const bool json = arguments->Flag("-o", "") == "json";
  lws::Json plans = lws::Json::object();
  const bool all = arguments->flags.count("--all") > 0;
  const auto tell = [&](const std::string& title, const lws::Plan& plan, bool even_if_empty) {
    if (json) {
      plans[title] = ToJson(plan);
    } else {
      Tell(title, plan, even_if_empty);
    }
  };
  for (const auto& [namespace_name, name] : cluster.SetNames()) {
    tell(absl::StrCat("LeaderWorkerSet ", namespace_name, "/", name),
         lws::ReconcileSet(cluster.ObserveSet(namespace_name, name), now), true);
  }
  for (const auto& [namespace_name, name] : cluster.PodNames()) {
    const lws::PodObservation observation = cluster.ObservePod(namespace_name, name);
    if (observation.pod->meta.set_name.empty()) continue;
    tell(absl::StrCat("Pod ", namespace_name, "/", name), lws::ReconcilePod(observation, now, {}), all);
  }
  if (json) std::cout << plans.dump(2) << "\n";
  return 0;
}

}  // namespace lwsctl
