#include "lws/adapters/simulation/kubernetes/statefulset_pods.h"

#include <utility>

#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/statefulset_pod.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

bool IsReady(const Json& pod) {
  for (const Json& condition : FieldAt(pod, {"status", "conditions"})) {
    if (TextAt(condition, {"type"}) == "Ready") return TextAt(condition, {"status"}) == "True";
  }
  return false;
}

}  // namespace

SeenPod ReadSeenPod(const ObjectKey& key, const SharedJson& pod) {
  SeenPod seen;
  const std::string& phase = TextAt(*pod, {"status", "phase"});
  seen.key = key;
  seen.pod = pod;
  seen.revision = TextAt(*pod, {"metadata", "labels", internal::kPodRevisionLabel});
  seen.deleting = !FieldAt(*pod, {"metadata", "deletionTimestamp"}).is_null();
  seen.ended = phase == "Failed" || phase == "Succeeded";
  seen.ready = phase == "Running" && IsReady(*pod);
  return seen;
}

void StatefulSetPods::Count(int64_t ordinal, const SeenPod& pod, int sign) {
  ready_ += sign * static_cast<int>(pod.ready);
  healthy_ += sign * static_cast<int>(pod.healthy());
  RevisionCount& revision = revisions_[pod.revision];
  revision.all += sign;
  revision.staying += sign * static_cast<int>(!pod.deleting);
  if (revision.all == 0) revisions_.erase(pod.revision);
  if (!pod.ended || pod.deleting) return;
  if (sign > 0) {
    ended_.insert(ordinal);
  } else {
    ended_.erase(ordinal);
  }
}

void StatefulSetPods::Put(int64_t ordinal, SeenPod pod) {
  Erase(ordinal);
  Count(ordinal, pod, 1);
  pods_[ordinal] = std::move(pod);
}

void StatefulSetPods::Erase(int64_t ordinal) {
  const auto found = pods_.find(ordinal);
  if (found == pods_.end()) return;
  Count(ordinal, found->second, -1);
  pods_.erase(found);
}

int64_t StatefulSetPods::Staying(const std::string& revision) const {
  const auto found = revisions_.find(revision);
  return found == revisions_.end() ? 0 : found->second.staying;
}

}  // namespace lws::simulation
