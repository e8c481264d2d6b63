// The kubelets of all nodes: they pull images, and start, restart and end containers and pods. Nodes can be lost and
// come back.
//
//   lws::simulation::Kubelet kubelet(&server, &clock, /*seed=*/1, options);
//   kubelet.FailContainer("default", "vllm-0-1");
//
// All delays are virtual time. The seed draws them within the ranges of the options.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_KUBELET_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_KUBELET_H_

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"

namespace lws::simulation {

// A delay is drawn evenly from [least, most].
struct DelayRange {
  absl::Duration least;
  absl::Duration most;
};

struct ImageBehavior {
  DelayRange pull = {absl::Seconds(2), absl::Seconds(6)};
  bool broken = false;       // it cannot be pulled
  bool never_ready = false;  // it starts but never becomes ready
};

struct KubeletOptions {
  DelayRange start = {absl::Seconds(1), absl::Seconds(2)};
  DelayRange ready = {absl::Seconds(5), absl::Seconds(15)};
  DelayRange stop = {absl::Seconds(1), absl::Seconds(3)};
  DelayRange restart = {absl::Seconds(1), absl::Seconds(2)};
  // The time from the loss of a node until its pods are given up.
  absl::Duration eviction = absl::Seconds(300);
  // By image; others behave as a default ImageBehavior. An image is pulled once per node.
  std::map<std::string, ImageBehavior> images;
};

class Kubelet {
 public:
  // Borrows `server` and `clock`, and subscribes to the server.
  Kubelet(ApiServer* server, VirtualClock* clock, uint64_t seed, KubeletOptions options);

  // Makes a container of the pod exit and restart. Returns false when no such pod runs.
  bool FailContainer(absl::string_view namespace_name, absl::string_view pod);

  // Ends the pod as Failed, without a restart. Returns false when no such pod runs.
  bool EndPod(absl::string_view namespace_name, absl::string_view pod);

  // Makes the node stop answering: its pods are not ready, and are given up after the eviction time. Returns false
  // without such a node.
  bool LoseNode(absl::string_view node);
  bool RecoverNode(absl::string_view node);

  // Sets the image's behavior from now on.
  void SetImage(const std::string& image, const ImageBehavior& behavior) { options_.images[image] = behavior; }

 private:
  // A pod by name and life.
  using Life = std::pair<ObjectRef, std::string>;

  void OnChange(const ObjectChange& change);
  absl::Duration Draw(const DelayRange& range);
  // Runs `next` on the pod after the delay, if the pod still lives and its node exists then.
  void Later(const Life& life, absl::Duration delay, std::function<void(const Life&)> next);
  SharedObject Alive(const Life& life) const;
  const ImageBehavior& Behavior(const StoredObject& pod) const;

  void Pull(const Life& life);
  void Start(const Life& life);
  void BecomeReady(const Life& life);
  void Stop(const Life& life);
  void SetPodStatus(const StoredObject& pod, const char* phase, bool ready, int64_t restarts);
  Json StatusOf(const StoredObject& pod, const char* phase, bool ready, int64_t restarts) const;
  // An object with that status. Pods whose statuses are equal in the same second share it.
  const StoredObject& SharedStatus(const StoredObject& pod, const char* phase, bool ready, int64_t restarts);
  bool SetNodeReady(absl::string_view node, bool ready);
  void Evict(const std::string& node);

  ApiServer* server_;
  VirtualClock* clock_;
  KubeletOptions options_;
  std::mt19937_64 random_;
  std::set<std::string> lost_nodes_;
  std::set<std::pair<std::string, std::string>> pulled_;  // node, image
  // The statuses that were reported in the second `reported_at_`, by their values.
  std::string reported_at_;
  std::map<std::string, StoredObject> reported_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_KUBELET_H_
