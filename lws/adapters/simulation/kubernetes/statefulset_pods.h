// The pods of one StatefulSet, with what its controller counts of them kept up to date.
//
//   lws::simulation::StatefulSetPods pods;
//   pods.Put(3, lws::simulation::ReadSeenPod(key, pod));
//   pods.ready();    // 1
//
// Laws:
//   1. The counts are those of the pods that are there, whatever the order of the calls.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_PODS_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_PODS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/api/json.h"

namespace lws::simulation {

// What the StatefulSet controller reads of a pod.
struct SeenPod {
  ObjectKey key;
  SharedJson pod;
  std::string revision;
  bool deleting = false;
  bool ended = false;  // Failed or Succeeded
  bool ready = false;

  bool healthy() const { return ready && !deleting; }
};

SeenPod ReadSeenPod(const ObjectKey& key, const SharedJson& pod);

class StatefulSetPods {
 public:
  using ByOrdinal = std::map<int64_t, SeenPod>;

  // How many pods a revision of the StatefulSet has.
  struct RevisionCount {
    int64_t all = 0;
    int64_t staying = 0;  // those that are not being deleted
  };

  // Complexity of both: O(log pods).
  void Put(int64_t ordinal, SeenPod pod);
  void Erase(int64_t ordinal);

  const ByOrdinal& pods() const { return pods_; }
  int64_t ready() const { return ready_; }
  int64_t healthy() const { return healthy_; }
  // Those that have ended and are not being deleted.
  const std::set<int64_t>& ended() const { return ended_; }
  const std::map<std::string, RevisionCount>& revisions() const { return revisions_; }
  // How many of the revision stay.
  int64_t Staying(const std::string& revision) const;

 private:
  void Count(int64_t ordinal, const SeenPod& pod, int sign);

  ByOrdinal pods_;
  int64_t ready_ = 0;
  int64_t healthy_ = 0;
  std::set<int64_t> ended_;
  std::map<std::string, RevisionCount> revisions_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_PODS_H_
