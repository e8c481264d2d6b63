#include "lws/api/statefulset_reader.h"

#include <cstdint>

#include "lws/api/meta_walk.h"
#include "lws/api/well_known.h"

namespace lws {

using internal::ClearObservedMeta;
using internal::IsNewJsonKey;
using internal::JsonWalk;
using internal::ReadTextAlongWalk;
using internal::WalkMeta;

namespace {

// Empties the StatefulSet, and keeps the memory of its texts.
void Clear(ObservedStatefulSet* statefulset) {
  ClearObservedMeta(&statefulset->meta);
  statefulset->replicas = 1;
  statefulset->partition = 0;
  statefulset->on_delete = false;
  statefulset->replicas_annotation.reset();
  statefulset->status_replicas = 0;
  statefulset->available_replicas = 0;
  statefulset->current_revision.clear();
  statefulset->update_revision.clear();
  statefulset->applied = nullptr;
  statefulset->applied_core.clear();
}

// Reads the parts of a StatefulSet. Functions return false as JsonWalk does, and for a key that comes a second time.
class StatefulSetWalk {
 public:
  StatefulSetWalk(JsonWalk* walk, ObservedStatefulSet* statefulset) : walk_(*walk), statefulset_(*statefulset) {}

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
        &walk_, &statefulset_.meta, [&](absl::string_view) { return walk_.Skip(); },
        [&](absl::string_view key) {
          if (key != kReplicasAnnotation) return walk_.Skip();
          return IsNewJsonKey(1, &seen) && walk_.ReadText(&statefulset_.replicas_annotation.emplace());
        },
        [&](absl::string_view key) { return key == "managedFields" ? HasNothingApplied() : walk_.Skip(); });
  }

  bool HasNothingApplied() {
    return walk_.ForEachItem([&] {
      return walk_.ForEachField([&](absl::string_view key) {
        if (key != "manager") return walk_.Skip();
        absl::string_view manager;
        return walk_.ReadText(&manager) && manager != kFieldManager;
      });
    });
  }

  bool ReadSpec() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "replicas") return IsNewJsonKey(1, &seen) && walk_.ReadCount(&statefulset_.replicas);
      if (key != "updateStrategy") return walk_.Skip();
      return IsNewJsonKey(2, &seen) && walk_.ForEachField([&](absl::string_view strategy) {
        if (strategy == "type") return IsNewJsonKey(16, &seen) && ReadStrategy();
        if (strategy != "rollingUpdate") return walk_.Skip();
        return IsNewJsonKey(4, &seen) && walk_.ForEachField([&](absl::string_view update) {
          if (update != "partition") return walk_.Skip();
          return IsNewJsonKey(8, &seen) && walk_.ReadCount(&statefulset_.partition);
        });
      });
    });
  }

  bool ReadStrategy() {
    absl::string_view type;
    if (!walk_.ReadText(&type)) return false;
    statefulset_.on_delete = type == "OnDelete";
    return true;
  }

  bool ReadStatus() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "replicas") return IsNewJsonKey(1, &seen) && walk_.ReadCount(&statefulset_.status_replicas);
      if (key == "availableReplicas")
        return IsNewJsonKey(2, &seen) && walk_.ReadCount(&statefulset_.available_replicas);
      if (key == "currentRevision") return IsNewJsonKey(4, &seen) && walk_.ReadText(&statefulset_.current_revision);
      if (key == "updateRevision") return IsNewJsonKey(8, &seen) && walk_.ReadText(&statefulset_.update_revision);
      return walk_.Skip();
    });
  }

  JsonWalk& walk_;
  ObservedStatefulSet& statefulset_;
};

}  // namespace

absl::Status StatefulSetReader::Read(absl::string_view text, ObservedStatefulSet* statefulset) {
  return ReadTextAlongWalk<StatefulSetWalk>(&structure_, text, "statefulset", &ObserveStatefulSet, &Clear, statefulset);
}

}  // namespace lws
