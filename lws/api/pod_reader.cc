#include "lws/api/pod_reader.h"

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lws/api/json_walk.h"
#include "lws/api/meta_walk.h"
#include "lws/api/well_known.h"

namespace lws {

using internal::ClearObservedMeta;
using internal::IsNewJsonKey;
using internal::JsonWalk;
using internal::ReadTextAlongWalk;
using internal::WalkMeta;

namespace {

// Empties the pod, and keeps the memory of its texts.
void Clear(ObservedPod* pod) {
  ClearObservedMeta(&pod->meta);
  pod->worker_index.reset();
  pod->group_key.clear();
  pod->leader_name.reset();
  pod->pod_group_name.clear();
  pod->phase = PodPhase::kUnknown;
  pod->has_ready_condition = false;
  pod->restarted = false;
  pod->requests_tpus = false;
  pod->node_name.clear();
}

// Reads the parts of a pod. Every function returns false as JsonWalk does, and for a key that comes a second time.
class PodWalk {
 public:
  PodWalk(JsonWalk* walk, ObservedPod* pod) : walk_(*walk), pod_(*pod) {}

  bool Read() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "metadata") return IsNewJsonKey(1, &seen) && ReadMetadata();
      if (key == "spec") return IsNewJsonKey(2, &seen) && ReadSpec();
      if (key == "status") return IsNewJsonKey(4, &seen) && ReadStatus();
      return walk_.Skip();
    });
  }

 private:
  bool ReadMetadata() {
    uint32_t seen = 0;
    return WalkMeta(
        &walk_, &pod_.meta,
        [&](absl::string_view key) {
          if (key == kWorkerIndexLabel) return IsNewJsonKey(1, &seen) && walk_.ReadText(&pod_.worker_index.emplace());
          if (key == kGroupKeyLabel) return IsNewJsonKey(2, &seen) && walk_.ReadText(&pod_.group_key);
          return walk_.Skip();
        },
        [&](absl::string_view key) {
          if (key == kLeaderNameAnnotation)
            return IsNewJsonKey(4, &seen) && walk_.ReadText(&pod_.leader_name.emplace());
          if (key == kPodGroupNameAnnotation) return IsNewJsonKey(8, &seen) && walk_.ReadText(&pod_.pod_group_name);
          return walk_.Skip();
        },
        [&](absl::string_view) { return walk_.Skip(); });
  }

  bool ReadSpec() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "nodeName") return IsNewJsonKey(1, &seen) && walk_.ReadText(&pod_.node_name);
      if (key != "containers" && key != "initContainers") return walk_.Skip();
      return walk_.ForEachItem([&] {
        return walk_.ForEachField(
            [&](absl::string_view part) { return part == "resources" ? HasNoTpus() : walk_.Skip(); });
      });
    });
  }

  // Whether the resources do not name TPUs. If they do, the slow way has to read how many there are.
  bool HasNoTpus() {
    return walk_.ForEachField([&](absl::string_view) {
      if (walk_.Peek() != '{') return walk_.Skip();
      return walk_.ForEachField([&](absl::string_view resource) { return resource != kTpuResource && walk_.Skip(); });
    });
  }

  bool ReadStatus() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "phase") {
        absl::string_view phase;
        if (!IsNewJsonKey(1, &seen) || !walk_.ReadText(&phase)) return false;
        pod_.phase = ReadPodPhase(phase);
        return true;
      }
      if (key == "conditions") return IsNewJsonKey(2, &seen) && ReadConditions();
      if (key == "containerStatuses") return IsNewJsonKey(4, &seen) && ReadRestarts();
      if (key == "initContainerStatuses") return IsNewJsonKey(8, &seen) && ReadRestarts();
      return walk_.Skip();
    });
  }

  // The first condition of type Ready counts.
  bool ReadConditions() {
    bool found = false;
    return walk_.ForEachItem([&] {
      absl::string_view type;
      absl::string_view status;
      uint32_t seen = 0;
      const bool read = walk_.ForEachField([&](absl::string_view key) {
        if (key == "type") return IsNewJsonKey(1, &seen) && walk_.ReadText(&type);
        if (key == "status") return IsNewJsonKey(2, &seen) && walk_.ReadText(&status);
        return walk_.Skip();
      });
      if (read && type == "Ready" && !found) {
        found = true;
        pod_.has_ready_condition = status == "True";
      }
      return read;
    });
  }

  bool ReadRestarts() {
    return walk_.ForEachItem([&] {
      uint32_t seen = 0;
      return walk_.ForEachField([&](absl::string_view key) {
        if (key != "restartCount") return walk_.Skip();
        int32_t count = 0;
        if (!IsNewJsonKey(1, &seen) || !walk_.ReadCount(&count)) return false;
        pod_.restarted = pod_.restarted || count > 0;
        return true;
      });
    });
  }

  JsonWalk& walk_;
  ObservedPod& pod_;
};

}  // namespace

absl::Status PodReader::Read(absl::string_view text, ObservedPod* pod) {
  return ReadTextAlongWalk<PodWalk>(&structure_, text, "pod", &ObservePod, &Clear, pod);
}

}  // namespace lws
