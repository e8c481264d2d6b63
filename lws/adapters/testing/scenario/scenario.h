// What happens to one set in a simulated cluster: edits, failures, lost nodes, images that cannot be pulled. The set is
// a LeaderWorkerSet or a DisaggregatedSet.
//
//   lws::Scenario scenario = lws::ScenarioBuilder("vllm", /*replicas=*/4, /*size=*/2)
//                                .MaxSurge(1)
//                                .At(absl::Minutes(2)).NewImage("vllm:2")
//                                .At(absl::Minutes(3)).FailContainer("vllm-0-1")
//                                .Build();
//   lws::RunScenario(scenario, {});    // run_scenario.h
//
// Scenario files say the same in YAML; examples/scenarios has several.
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_H_
#define LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/placement/node_filter.h"
#include "lws/rollout/controls.h"

namespace lws {

struct ScenarioEvent {
  enum class Kind {
    kEdit,               // `patch`, a JSON merge patch of the set, or of the role `target` of a DisaggregatedSet
    kFailContainer,      // of the pod `target`: it exits and is restarted
    kEndPod,             // the pod `target` ends as Failed
    kChangeImage,        // the image `target` behaves like `image` from now on
    kLoseNode,           // `target`
    kRecoverNode,        // `target`
    kDeletePod,          // `target`
    kEvictPod,           // `target`: as kubectl drain does it to a pod
    kDrainNode,          // `target` takes no pods, and its pods are evicted
    kCordonNode,         // `target` takes no pods
    kUncordonNode,       // `target` takes pods again
    kTaintNode,          // `target` has `taints` and no others from now on
    kRestartController,  // of LeaderWorkerSets: it forgets what it knew, and reads the cluster again
  };
  // The time after the beginning. Without a value: once nothing is due any more.
  std::optional<absl::Duration> at;
  Kind kind = Kind::kEdit;
  std::string target;
  SharedJson patch;
  simulation::ImageBehavior image;
  std::vector<Taint> taints;
  bool if_possible = false;  // a target that is not there is passed over
  std::string told;          // how the timeline tells of it; empty: in the usual words
  std::string field;         // where its file has it: "events[2].fail"; empty when a program built it
};

// InvalidArgument about an event that cannot happen, in FieldStatus' form: "events[2].fail: MESSAGE".
absl::Status ScenarioEventError(const ScenarioEvent& event, absl::string_view message);

struct NodePool {
  std::string name;  // nodes are NAME-0, NAME-1, ...
  int count = 1;
  std::map<std::string, std::string> allocatable;
  std::map<std::string, std::string> labels;
};

struct Scenario {
  SharedJson manifest;
  // Nodes of pools, and nodes as Kubernetes writes them. A pool may have no nodes. None of both: as many nodes as the
  // set can fill, with the labels that its pods ask for, in one domain a group of every topology that the set names.
  std::vector<NodePool> nodes;
  std::vector<SharedJson> node_objects;
  std::vector<std::pair<std::string, simulation::ImageBehavior>> images;
  // Sorted by time.
  std::vector<ScenarioEvent> events;
  // How the set is rolled out and restarted, besides its policy.
  std::optional<RolloutControls> controls;
  std::optional<RestartPolicy> restarts;
  // How long the scenario waits after the last event before it gives up.
  absl::Duration patience = absl::Hours(24);
};

// Reads a scenario from a file. Without events it has those of the usual scenario. Events are sorted by time. Errors:
// InvalidArgument naming the key and the error: an unknown key, a value of another type, an event that does nothing
// known or has no time, or an edit that admission would refuse.
absl::StatusOr<Scenario> ReadScenario(const Json& manifest, const Json& document);
// The same for a file that also has other keys. Errors go to the reader's problem.
Scenario ReadScenario(const Json& manifest, StrictReader* reader);

// The set is created, the first containers get a next image, and a container of the first group fails. Each event
// waits until the one before has ended. A DisaggregatedSet gets the next images only.
Scenario UsualScenario(const Json& manifest);

// Whether the manifest is one of a DisaggregatedSet.
bool IsOfDisaggregatedSet(const Json& manifest);

// The merge patch of the DisaggregatedSet that an edit of this event makes; the set is one as it is stored. Errors:
// InvalidArgument when the set has no such role.
absl::StatusOr<Json> PatchOfSet(const Json& set, const ScenarioEvent& event);

// How many groups must be ready during updates: replicas - maxUnavailable; 0 when these do not parse.
int32_t ScenarioPromisedReady(const Json& manifest);

// The timeline's text for the event.
std::string DescribeScenarioEvent(const ScenarioEvent& event);

class ScenarioBuilder {
 public:
  // A set with this name in the namespace default, with `replicas` groups of `size` pods. It restarts whole groups.
  ScenarioBuilder(absl::string_view name, int32_t replicas, int32_t size);
  // The set of the manifest.
  explicit ScenarioBuilder(const Json& manifest);

  ScenarioBuilder& MaxSurge(int32_t groups);
  ScenarioBuilder& MaxUnavailable(int32_t groups);
  ScenarioBuilder& Partition(int32_t partition);
  ScenarioBuilder& Controls(RolloutControls controls);
  ScenarioBuilder& Restarts(RestartPolicy restarts);
  ScenarioBuilder& Nodes(NodePool pool);
  ScenarioBuilder& Image(absl::string_view image, const simulation::ImageBehavior& behavior);

  // Sets the time of the following events: a time after the beginning, or once nothing is due any more. The latter is
  // the default.
  ScenarioBuilder& At(absl::Duration after_the_beginning);
  ScenarioBuilder& WhenQuiet();

  ScenarioBuilder& NewImage(absl::string_view image);  // for the first container of every template
  ScenarioBuilder& Scale(int32_t replicas);
  ScenarioBuilder& Edit(const Json& patch);
  ScenarioBuilder& FailContainer(absl::string_view pod);
  ScenarioBuilder& EndPod(absl::string_view pod);
  ScenarioBuilder& LoseNode(absl::string_view node);
  ScenarioBuilder& RecoverNode(absl::string_view node);
  ScenarioBuilder& DeletePod(absl::string_view pod);
  ScenarioBuilder& EvictPod(absl::string_view pod);
  ScenarioBuilder& DrainNode(absl::string_view node);
  ScenarioBuilder& UncordonNode(absl::string_view node);
  ScenarioBuilder& TaintNode(absl::string_view node, std::vector<Taint> taints);
  ScenarioBuilder& RestartController();

  Scenario Build() const { return scenario_; }

 private:
  Scenario scenario_;
  std::optional<absl::Duration> at_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_SCENARIO_SCENARIO_H_
