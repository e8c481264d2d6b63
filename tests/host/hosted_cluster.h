// A host on a Kubernetes in memory with slow, refused or lost answers and late watches. Like a real host, it is a
// client over lws::FleetCluster, but on a virtual clock.
#ifndef LWS_TESTS_HOST_HOSTED_CLUSTER_H_
#define LWS_TESTS_HOST_HOSTED_CLUSTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/garbage_collector.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/kubernetes/scheduler.h"
#include "lws/adapters/simulation/kubernetes/statefulset_controller.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"
#include "lws/core/plan/plan.h"

namespace lws {

struct HostFaults {
  // Chances in a thousand, for each write.
  int32_t failed = 0;
  int32_t conflict = 0;
  int32_t answer_lost = 0;
  absl::Duration most_slow;  // the longest delay of an answer
  absl::Duration most_late;  // the longest delay of a watch
  bool answers_have_objects = true;
};

class HostedCluster final : public FleetCluster {
 public:
  HostedCluster(uint64_t seed, HostFaults faults, ControllerOptions options = {});

  // Runs for this time.
  void Run(absl::Duration duration);
  // Makes no plans from now on; the rest of the cluster goes on.
  void StopDeciding() { decides_ = false; }
  // Ends all faults.
  void Heal() { faults_ = HostFaults(); }

  simulation::ApiServer& server() { return server_; }
  simulation::Kubelet& kubelet() { return kubelet_; }
  absl::Time now() const { return clock_.now(); }

  // Replaces what the watches have not reported yet by one list for each kind.
  void Relist();

  // Refusals by the server itself, by verb. Nobody else wrote the objects.
  const std::map<std::string, int>& refused() const { return refused_; }
  int writes() const { return writes_; }
  int most_at_once() const { return most_at_once_; }
  const std::vector<std::string>& log() const { return log_; }

  // FleetCluster:
  void Start(const Action& action, absl::Time now, WriteDone done) override;
  void Record(const Event& event) override { log_.push_back("event " + event.note); }

 private:
  bool Happens(int32_t chance) { return static_cast<int32_t>(random_() % 1000) < chance; }
  absl::Duration Draw(absl::Duration most);
  void OnChange(const simulation::ObjectChange& change);
  absl::StatusOr<WriteAnswer> Write(const Action& action);
  void Settle();

  std::mt19937_64 random_;
  HostFaults faults_;
  simulation::VirtualClock clock_;
  simulation::ApiServer server_;
  simulation::GarbageCollector collector_;
  simulation::StatefulSetController statefulsets_;
  simulation::Scheduler scheduler_;
  simulation::Kubelet kubelet_;
  std::map<std::string, absl::Time> last_told_;  // by kind, because a watch keeps its order
  std::map<std::string, uint64_t> watch_;        // the number of the watch, by kind; a list begins a new watch
  std::map<std::string, int> refused_;
  bool decides_ = true;
  int writes_ = 0;
  int under_way_ = 0;
  int most_at_once_ = 0;
  std::vector<std::string> log_;
};

}  // namespace lws

#endif  // LWS_TESTS_HOST_HOSTED_CLUSTER_H_
