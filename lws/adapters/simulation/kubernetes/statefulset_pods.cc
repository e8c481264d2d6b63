#include "lws/adapters/simulation/kubernetes/statefulset_pods.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/statefulset_pod.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

bool IsReady(const StoredObject& pod) {
  for (const Json& condition : StoredFieldAt(pod, {"status", "conditions"})) {
    if (StoredTextAt(condition, {"type"}) == "Ready") return StoredTextAt(condition, {"status"}) == "True";
  }
  return false;
}

}  // namespace

SeenPod ReadStatefulSetPod(const ObjectRef& key, const SharedObject& pod) {
  SeenPod seen;
  const std::string& phase = StoredTextAt(*pod, {"status", "phase"});
  seen.key = key;
  seen.pod = pod;
  seen.revision = StoredTextAt(*pod, {"metadata", "labels", internal::kPodRevisionLabel});
  seen.deleting = IsStoredDeleting(*pod);
  seen.ended = phase == "Failed" || phase == "Succeeded";
  seen.ready = phase == "Running" && IsReady(*pod);
  return seen;
}

void StatefulSetPods::Count(int64_t ordinal, const SeenPod& pod, int sign) {
  ready_ += sign * static_cast<int>(pod.ready);
  const auto mark = [ordinal, sign](std::set<int64_t>* ordinals) {
    sign > 0 ? (void)ordinals->insert(ordinal) : (void)ordinals->erase(ordinal);
  };
  RevisionPods& revision = revisions_[pod.revision];
  revision.all += sign;
  if (!pod.deleting) mark(&revision.staying);
  if (revision.all == 0) revisions_.erase(pod.revision);
  if (!pod.healthy()) mark(&unhealthy_);
  if (pod.ended && !pod.deleting) mark(&ended_);
}

void StatefulSetPods::Put(int64_t ordinal, SeenPod pod) {
  Erase(ordinal);
  gone_.erase(ordinal);
  Count(ordinal, pod, 1);
  pods_[ordinal] = std::move(pod);
}

void StatefulSetPods::Erase(int64_t ordinal) {
  const auto found = pods_.find(ordinal);
  if (found == pods_.end()) return;
  Count(ordinal, found->second, -1);
  gone_.insert(ordinal);
  pods_.erase(found);
}

int64_t StatefulSetPods::Staying(const std::string& revision) const {
  const auto found = revisions_.find(revision);
  return found == revisions_.end() ? 0 : static_cast<int64_t>(found->second.staying.size());
}

std::vector<int64_t> StatefulSetPods::StayingOthers(const std::string& revision, int64_t begin, int64_t end,
                                                    int64_t most) const {
  std::vector<int64_t> others;
  for (const auto& [name, pods] : revisions_) {
    if (name == revision) continue;
    int64_t left = most;
    for (auto it = std::make_reverse_iterator(pods.staying.lower_bound(end));
         left > 0 && it != pods.staying.rend() && *it >= begin; ++it, --left) {
      others.push_back(*it);
    }
  }
  std::sort(others.begin(), others.end(), std::greater<>());
  if (static_cast<int64_t>(others.size()) > most) others.resize(static_cast<size_t>(std::max<int64_t>(0, most)));
  return others;
}

bool StatefulSetPods::IsAnyUnhealthy(int64_t begin, int64_t end) const {
  const auto found = unhealthy_.lower_bound(begin);
  return found != unhealthy_.end() && *found < end;
}

std::vector<int64_t> StatefulSetPods::Missing(int64_t begin, int64_t end) const {
  const auto first = pods_.lower_bound(begin);
  const auto last = pods_.lower_bound(end);
  const int64_t outside = std::distance(pods_.begin(), first) + std::distance(last, pods_.end());
  const auto wanted = static_cast<size_t>(end - begin - (static_cast<int64_t>(pods_.size()) - outside));
  // Usually those that are gone, and those above all that are there.
  const int64_t top = first == last ? begin : std::prev(last)->first + 1;
  std::vector<int64_t> missing(gone_.lower_bound(begin), gone_.lower_bound(top));
  if (missing.size() + static_cast<size_t>(end - top) != wanted) missing.clear();
  for (int64_t ordinal = missing.empty() ? begin : top; missing.size() < wanted && ordinal < end; ++ordinal) {
    if (pods_.count(ordinal) == 0) missing.push_back(ordinal);
  }
  return missing;
}

}  // namespace lws::simulation
