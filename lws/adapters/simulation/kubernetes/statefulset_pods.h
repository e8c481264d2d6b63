// The pods of one StatefulSet, with what its controller counts of them kept up to date.
//
//   lws::simulation::StatefulSetPods pods;
//   pods.Put(3, lws::simulation::ReadStatefulSetPod(key, stored_pod));
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
#include <vector>

#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"

namespace lws::simulation {

// What the StatefulSet controller reads of a pod.
struct SeenPod {
  ObjectRef key;
  SharedObject pod;
  std::string revision;
  bool deleting = false;
  bool ended = false;  // Failed or Succeeded
  bool ready = false;

  bool healthy() const { return ready && !deleting; }
};

SeenPod ReadStatefulSetPod(const ObjectRef& key, const SharedObject& pod);

class StatefulSetPods {
 public:
  using ByOrdinal = std::map<int64_t, SeenPod>;

  // The pods of a revision of the StatefulSet.
  struct RevisionPods {
    int64_t all = 0;            // how many
    std::set<int64_t> staying;  // the ordinals of those that are not being deleted
  };

  // Complexity of both: O(log pods).
  void Put(int64_t ordinal, SeenPod pod);
  void Erase(int64_t ordinal);

  const ByOrdinal& pods() const { return pods_; }
  int64_t ready() const { return ready_; }
  int64_t healthy() const { return static_cast<int64_t>(pods_.size() - unhealthy_.size()); }
  // Those that have ended and are not being deleted.
  const std::set<int64_t>& ended() const { return ended_; }
  const std::map<std::string, RevisionPods>& revisions() const { return revisions_; }
  // How many of the revision stay.
  int64_t Staying(const std::string& revision) const;
  // The pods in [begin, end) that stay and are of another revision, from the highest ordinal down, at most `most`.
  // Complexity: O(revisions x most).
  std::vector<int64_t> StayingOthers(const std::string& revision, int64_t begin, int64_t end, int64_t most) const;
  // Whether a pod in [begin, end) is not healthy. Complexity: O(log pods).
  bool IsAnyUnhealthy(int64_t begin, int64_t end) const;
  // The ordinals in [begin, end) without a pod, in order. Complexity: O(those + pods outside), and O(end - begin) where
  // the first pods were not made in order.
  std::vector<int64_t> Missing(int64_t begin, int64_t end) const;

 private:
  void Count(int64_t ordinal, const SeenPod& pod, int sign);

  ByOrdinal pods_;
  int64_t ready_ = 0;
  std::set<int64_t> ended_;
  std::set<int64_t> unhealthy_;
  std::set<int64_t> gone_;  // ordinals that had a pod and have none
  std::map<std::string, RevisionPods> revisions_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_STATEFULSET_PODS_H_
