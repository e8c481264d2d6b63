#include <algorithm>
#include <iomanip>
#include <iostream>
#include <set>
#include <sstream>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/scenario.h"
#include "examples/lwsctl/simulate_groups.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/group_state.h"
#include "lws/rollout/group_bits.h"
#include "lws/rollout/policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::Json;

constexpr char kHelp[] =
    "usage: lwsctl simulate [--seed N] [--scenario FILE] [--policy POLICY] [--max-unavailable-statefulset] FILE\n"
    "Runs the LeaderWorkerSet of FILE in a simulated cluster and prints a line per change.\n"
    "  --seed N          draws all delays; default 1\n"
    "  -o json           for programs\n"
    "  --scenario FILE   what happens (see examples/scenarios); default: create, change the image, kill a worker\n"
    "  --policy POLICY   reference (the default), keep-budget or replace-unready-first\n"
    "  --max-unavailable-statefulset   the Kubernetes feature of that name\n"
    "Groups, one character each: N new and ready, n new and not ready, O old and ready, o old and not ready, . not "
    "there.\n"
    "Of more than 1,000 groups a character is a fiftieth, in the state that most of it is in; up to a million, in "
    "seconds.\n";

// One simulated set, and what is told of it.
class Story {
 public:
  Story(Json manifest, lws::SimulationOptions options, bool json)
      : manifest_(std::move(manifest)),
        json_(json),
        simulation_(std::move(options), {nullptr, [this](const lws::Event& event) { pending_.push_back(event.note); },
                                         [this](const lws::Change& change) { Count(change); }}),
        start_(simulation_.now()) {
    namespace_ = manifest_["metadata"].value("namespace", "");
    name_ = manifest_["metadata"].value("name", "");
  }

  // Images that are slow, broken, or never ready from the beginning.
  absl::Status SetImages(const Json& scenario) {
    for (const Json& image : scenario.value("images", Json::array())) {
      const absl::StatusOr<lws::ImageBehavior> behavior = ReadImage(image);
      if (!behavior.ok()) return behavior.status();
      simulation_.kubelet().SetImage(image.value("image", ""), *behavior);
    }
    return absl::OkStatus();
  }

  absl::Status AddNodes(const Json& scenario) {
    if (scenario.contains("nodes")) return AddGivenNodes(scenario["nodes"]);
    // One domain per group, each with a node per pod, of every topology that the set names.
    const int64_t groups = manifest_.value("/spec/replicas"_json_pointer, int64_t{1}) * 2 + 1;
    const int64_t size = manifest_.value("/spec/leaderWorkerTemplate/size"_json_pointer, int64_t{1});
    for (int64_t group = 0; group < groups; ++group) {
      for (int64_t member = 0; member < size; ++member) {
        std::map<std::string, std::string> labels;
        for (const char* key : {"exclusive-topology", "subgroup-exclusive-topology"}) {
          const std::string topology = manifest_["metadata"]
                                           .value("annotations", Json::object())
                                           .value(absl::StrCat("leaderworkerset.sigs.k8s.io/", key), "");
          if (!topology.empty()) labels[topology] = absl::StrCat("domain-", group);
        }
        absl::Status status = simulation_.AddNode(
            absl::StrFormat("node-%03d", group * size + member),
            {{"cpu", "192"}, {"memory", "2Ti"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}, {"google.com/tpu", "4"}},
            labels);
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status PlayDefault() {
    absl::Status status = Create();
    if (!status.ok()) return status;
    Run(simulation_.now() + kPatience, true);
    Say("the image changes");
    status = simulation_.EditSet(namespace_, name_, NextImages(manifest_));
    if (!status.ok()) return status;
    watching_ = true;
    Run(simulation_.now() + kPatience, true);
    const bool has_workers = manifest_.value("/spec/leaderWorkerTemplate/size"_json_pointer, 1) > 1;
    const std::string victim = absl::StrCat(name_, "-0", has_workers ? "-1" : "");
    if (simulation_.kubelet().FailContainer(namespace_, victim)) {
      Say(absl::StrCat("a container of ", victim, " fails"));
      watching_ = false;
      Run(simulation_.now() + kPatience, true);
    }
    return absl::OkStatus();
  }

  absl::Status Play(const Json& scenario) {
    absl::Status status = Create();
    if (!status.ok()) return status;
    for (const Json& event : scenario.value("events", Json::array())) {
      const absl::StatusOr<absl::Duration> at = ReadDuration(event, "at", absl::ZeroDuration());
      if (!at.ok()) return at.status();
      Run(start_ + *at, false);
      status = Happen(event);
      if (!status.ok()) return status;
    }
    const absl::StatusOr<absl::Duration> patience = ReadDuration(scenario, "for", kPatience);
    if (patience.ok()) Run(simulation_.now() + *patience, true);
    return patience.status();
  }

  void Summarize() {
    if (json_) {
      std::cout << Json{{"lines", lines_},
                        {"seconds", absl::ToDoubleSeconds(simulation_.now() - start_)},
                        {"podsCreated", pods_},
                        {"groupsRestarted", restarts_},
                        {"lowestReady", lowest_ < 0 ? Json() : Json(lowest_)},
                        {"promisedReady", PromisedReady(manifest_)}}
                       .dump(2)
                << "\n";
      return;
    }
    std::cout << "\nfinished after " << absl::FormatDuration(simulation_.now() - start_) << ": " << pods_
              << " pods created, " << restarts_ << " groups restarted";
    if (lowest_ >= 0) {
      std::cout << ", lowest " << lowest_ << " groups ready during updates (the budget promises "
                << PromisedReady(manifest_) << ")";
    }
    std::cout << "\n";
  }

 private:
  absl::Status AddGivenNodes(const Json& nodes) {
    for (const Json& group : nodes) {
      for (int i = 0; i < group.value("count", 1); ++i) {
        absl::Status status = simulation_.AddNode(
            absl::StrCat(group.value("name", "node"), "-", i),
            group.value("allocatable", std::map<std::string, std::string>{{"pods", "110"}, {"cpu", "64"}}),
            group.value("labels", std::map<std::string, std::string>{}));
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<lws::ImageBehavior> ReadImage(const Json& image) {
    lws::ImageBehavior behavior;
    behavior.broken = image.value("broken", false);
    behavior.never_ready = image.value("neverReady", false);
    if (!image.contains("pull")) return behavior;
    const absl::StatusOr<absl::Duration> pull = ReadDuration(image, "pull", absl::ZeroDuration());
    if (!pull.ok()) return pull.status();
    behavior.pull = {*pull, *pull};
    return behavior;
  }

  absl::Status Create() {
    Say("the set is created");
    return simulation_.CreateSet(manifest_);
  }

  absl::Status Happen(const Json& event) {
    const auto missing = [](absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrCat("scenario: ", what, " is not there to be struck"));
    };
    if (event.contains("edit")) {
      Say("the set is edited");
      watching_ = true;
      return simulation_.EditSet(namespace_, name_, event["edit"]);
    }
    if (event.contains("fail")) {
      const std::string pod = event["fail"];
      Say(absl::StrCat("a container of ", pod, " fails"));
      return simulation_.kubelet().FailContainer(namespace_, pod) ? absl::OkStatus() : missing(pod);
    }
    if (event.contains("end")) {
      const std::string pod = event["end"];
      Say(absl::StrCat(pod, " ends as Failed"));
      return simulation_.kubelet().FailPod(namespace_, pod) ? absl::OkStatus() : missing(pod);
    }
    if (event.contains("image")) {
      Say(absl::StrCat("the image ", event["image"].get<std::string>(), " changes its behavior"));
      const absl::StatusOr<lws::ImageBehavior> behavior = ReadImage(event);
      if (!behavior.ok()) return behavior.status();
      simulation_.kubelet().SetImage(event["image"], *behavior);
      return absl::OkStatus();
    }
    if (event.contains("loseNode")) {
      const std::string node = event["loseNode"];
      Say(absl::StrCat(node, " is lost"));
      return simulation_.kubelet().LoseNode(node) ? absl::OkStatus() : missing(node);
    }
    if (event.contains("recoverNode")) {
      const std::string node = event["recoverNode"];
      Say(absl::StrCat(node, " is back"));
      return simulation_.kubelet().RecoverNode(node) ? absl::OkStatus() : missing(node);
    }
    return absl::InvalidArgumentError(absl::StrCat("scenario: nothing known happens in ", event.dump()));
  }

  // Until `limit`, or, with `until_quiet`, until nothing is due any more.
  void Run(absl::Time limit, bool until_quiet) {
    simulation_.Settle();
    Show();
    while (simulation_.Advance(until_quiet ? absl::InfiniteFuture() : limit) && simulation_.now() <= limit) Show();
    Show();
  }

  void Count(const lws::Change& change) {
    if (change.key.kind == "Pod" && change.type == lws::ChangeType::kAdded) ++pods_;
  }

  void Say(const std::string& what) { pending_.push_back(absl::StrCat("-- ", what)); }

  std::string Groups(const lws::SetObservation& observation, int* ready) {
    if (observation.leader_statefulset == nullptr) return "";
    const lws::ObservedStatefulSet& leader = *observation.leader_statefulset;
    const lws::GroupBits bits = lws::ReadGroups(observation, leader.meta.revision_key).bits;
    std::set<std::string> present;
    for (const lws::ObservedPod* pod : observation.leader_pods) present.insert(pod->meta.name);
    std::string groups;
    *ready = 0;
    for (int32_t i = 0; i < leader.replicas; ++i) {
      *ready += bits.IsReady(i);
      const bool there = present.count(absl::StrCat(name_, "-", i)) > 0;
      if (!there) {
        groups += '.';
      } else {
        groups += bits.IsUpdated(i) ? (bits.IsReady(i) ? 'N' : 'n') : (bits.IsReady(i) ? 'O' : 'o');
      }
    }
    return groups;
  }

  void Show() {
    const lws::SetObservation observation = simulation_.server().fleet().ObserveWholeSet(namespace_, name_);
    int ready = 0;
    const std::string groups = Groups(observation, &ready);
    std::string state;
    if (observation.leader_statefulset != nullptr) {
      state = absl::StrFormat("partition %d replicas %d  %-10s ready %d", observation.leader_statefulset->partition,
                              observation.leader_statefulset->replicas, groups, ready);
    }
    if (watching_) lowest_ = lowest_ < 0 ? ready : std::min(lowest_, ready);
    if (state == last_state_ && pending_.empty()) return;
    const std::string time = absl::StrFormat("%8.1fs", absl::ToDoubleSeconds(simulation_.now() - start_));
    const double seconds = absl::ToDoubleSeconds(simulation_.now() - start_);
    for (const std::string& note : pending_) {
      if (json_) {
        lines_.push_back({{"seconds", seconds}, {"note", note}});
      } else {
        std::cout << time << "  " << note << "\n";
      }
      restarts_ += note.find("to recreate group") != std::string::npos;
    }
    if (state != last_state_ && json_) {
      lines_.push_back({{"seconds", seconds},
                        {"partition", observation.leader_statefulset->partition},
                        {"replicas", observation.leader_statefulset->replicas},
                        {"groups", groups},
                        {"ready", ready}});
    } else if (state != last_state_) {
      std::cout << time << "  " << state << "\n";
    }
    pending_.clear();
    last_state_ = state;
  }

  Json manifest_;
  bool json_;
  Json lines_ = Json::array();
  std::vector<std::string> pending_;
  int64_t pods_ = 0;
  lws::Simulation simulation_;
  absl::Time start_;
  std::string namespace_;
  std::string name_;
  std::string last_state_;
  bool watching_ = false;
  int lowest_ = -1;
  int64_t restarts_ = 0;
};

}  // namespace

int Simulate(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments =
      ParseArguments(words, {"--seed", "--scenario", "--policy", "-o"}, {"--help", "--max-unavailable-statefulset"});
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("simulate needs one FILE"));
  lws::SimulationOptions options;
  if (!absl::SimpleAtoi(arguments->Flag("--seed", "1"), &options.seed)) {
    return Fail(absl::InvalidArgumentError("--seed is not a number"));
  }
  const lws::NamedRolloutPolicy* policy = lws::FindRolloutPolicy(arguments->Flag("--policy", "reference"));
  if (policy == nullptr) return Fail(UnknownPolicy(arguments->Flag("--policy", "")));
  options.sets.rollout = policy->policy;
  options.statefulsets.max_unavailable = arguments->flags.count("--max-unavailable-statefulset") > 0;
  const absl::StatusOr<std::vector<lws::ManifestObject>> sets = ReadSets(arguments->files[0]);
  if (!sets.ok()) return Fail(sets.status());
  Json scenario = Json::object();
  if (arguments->flags.count("--scenario") > 0) {
    absl::StatusOr<Json> read = ReadScenario(arguments->Flag("--scenario", ""));
    if (!read.ok()) return Fail(read.status());
    scenario = *std::move(read);
  }
  const bool json = arguments->Flag("-o", "") == "json";
  const Json manifest = WithNamespace(*(*sets)[0].object);
  try {
    if (manifest.value("/spec/replicas"_json_pointer, int64_t{1}) > kMostDrawnGroups) {
      const absl::Status status =
          SimulateGroups(manifest, scenario, {options.seed, options.statefulsets.max_unavailable, options.sets, json});
      return status.ok() ? 0 : Fail(status);
    }
    Story story(manifest, options, json);
    absl::Status status = story.AddNodes(scenario);
    status.Update(story.SetImages(scenario));
    if (status.ok()) status = scenario.empty() ? story.PlayDefault() : story.Play(scenario);
    if (!status.ok()) return Fail(status);
    story.Summarize();
  } catch (const Json::exception& error) {
    return Fail(absl::InvalidArgumentError(absl::StrCat(arguments->files[0], ": ", error.what())));
  }
  return 0;
}

}  // namespace lwsctl
