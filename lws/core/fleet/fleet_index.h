// Finds the sets of a fleet by name and by number, the objects of a namespace, and the slots that names stand for.
//
//   lws::internal::FleetIndex index;
//   lws::internal::FleetSet& set = index.SetOf("default", "vllm");
//   index.FindPackedPod(set.space, "vllm-12-3");    // set vllm, group 12, worker 3
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_INDEX_H_
#define LWS_CORE_FLEET_FLEET_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/name_table.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/relists.h"
#include "lws/core/fleet/slot.h"

namespace lws::internal {

template <typename T>
using ByName = absl::flat_hash_map<std::string, std::unique_ptr<T>>;

struct FleetNamespace {
  absl::flat_hash_map<std::string, FleetSet*> sets;  // owned by the index
  ByName<ObservedStatefulSet> statefulsets;          // only those kept whole
  ByName<ObservedPod> pods;                          // only those kept whole
  // The sets of those pods by the controllers that they name, once for each pod.
  absl::flat_hash_map<std::string, std::vector<FleetSet*>> controlled;
  std::map<std::string, ObservedRevision> revisions;
  ByName<ObservedService> services;
  ByName<ObservedPodGroup> pod_groups;
  int64_t revisions_version = 0;
};

// Returns null when there is none.
template <typename T>
const T* FindByFleetName(const ByName<T>& objects, absl::string_view name) {
  const auto found = objects.find(name);
  return found == objects.end() ? nullptr : found->second.get();
}

class FleetIndex {
 public:
  // The namespace, which is created if it does not exist.
  FleetNamespace& In(absl::string_view name);
  FleetSet& SetOf(absl::string_view namespace_name, absl::string_view name);

  // Returns null when there is none.
  FleetNamespace* FindNamespace(absl::string_view name);
  // Returns null unless the set exists.
  FleetSet* FindSet(absl::string_view namespace_name, absl::string_view name);
  // Sets by number; null where a number is free.
  const std::vector<FleetSet*>& sets() const { return sets_; }
  size_t known_sets() const { return sets_.size() - free_numbers_.size(); }

  // Records whether the host uses the set's number.
  void HoldNumber(FleetSet* set, bool holds);
  // Call it when an object of the set, or the set itself, was removed.
  void MayBeUnused(FleetSet* set);
  // Forgets the sets that do not exist and have no objects left. REQUIRES: nothing is due.
  void ForgetUnused();

  // Calls visit(name, namespace), in no order.
  template <typename Visit>
  void ForEachNamespace(const Visit& visit) const {
    for (const auto& [name, space] : namespaces_) visit(name, *space);
  }
  Relists& relists() { return relists_; }
  const Relists& relists() const { return relists_; }

  // The slot that the pod's labels name, if its own name agrees with them, whether or not there is room for the pod.
  Slot NamedSlotOf(const ObservedPod& pod);
  // The same, if there is room.
  Slot SlotOf(const ObservedPod& pod);

  // Returns a slot without a set when no packed object has the name.
  Slot FindPackedPod(FleetNamespace* space, absl::string_view name);
  Slot FindPackedStatefulSet(FleetNamespace* space, absl::string_view name);

  NameTable& node_names() { return node_names_; }
  absl::flat_hash_map<std::string, ObservedNode>& nodes() { return nodes_; }
  const absl::flat_hash_map<std::string, ObservedNode>& nodes() const { return nodes_; }

  // The names that packing and unpacking the set's objects needs.
  PackingNames NamesOf(FleetSet* set) { return {set->namespace_name, set->name, &set->revision_names, &node_names_}; }

 private:
  // Sets whose numbers follow each other. They lie together, so that events of many sets touch few pages of memory.
  struct Block {
    static constexpr uint32_t kSets = 16;
    std::array<std::optional<FleetSet>, kSets> sets;
    uint32_t used = 0;
  };

  FleetSet* Make(absl::string_view namespace_name, absl::string_view name);
  void Forget(FleetSet* set);

  absl::flat_hash_map<std::string, std::unique_ptr<FleetNamespace>> namespaces_;
  std::vector<std::unique_ptr<Block>> blocks_;  // null where no set of the block is left
  std::vector<FleetSet*> sets_;
  std::vector<uint32_t> free_numbers_;
  std::vector<FleetSet*> maybe_unused_;
  Relists relists_;
  absl::flat_hash_map<std::string, ObservedNode> nodes_;
  NameTable node_names_{/*limit=*/1 << 30};
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_INDEX_H_
