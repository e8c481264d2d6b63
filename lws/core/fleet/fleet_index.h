// The sets of a fleet by name and by number, the objects of a namespace, and the places that names stand for.
//
//   lws::internal::FleetIndex index;
//   lws::internal::FleetSet& set = index.SetOf("default", "vllm");
//   index.FindPackedPod(set.space, "vllm-12-3");    // {set vllm, group 12, worker 3}
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_FLEET_INDEX_H_
#define LWS_CORE_FLEET_FLEET_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/name_table.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/place.h"
#include "lws/core/fleet/relists.h"

namespace lws::internal {

template <typename T>
using ByName = absl::flat_hash_map<std::string, std::unique_ptr<T>>;

struct FleetNamespace {
  absl::flat_hash_map<std::string, std::unique_ptr<FleetSet>> sets;
  ByName<ObservedStatefulSet> statefulsets;  // those kept whole
  ByName<ObservedPod> pods;                  // those kept whole
  std::map<std::string, ObservedRevision> revisions;
  ByName<ObservedService> services;
  ByName<ObservedPodGroup> pod_groups;
  int64_t revisions_version = 0;
};

// Null when there is none.
template <typename T>
const T* Find(const ByName<T>& objects, absl::string_view name) {
  const auto found = objects.find(name);
  return found == objects.end() ? nullptr : found->second.get();
}

class FleetIndex {
 public:
  // Made when it is not there.
  FleetNamespace& In(absl::string_view name);
  FleetSet& SetOf(absl::string_view namespace_name, absl::string_view name);

  // Null when there is none.
  FleetNamespace* FindNamespace(absl::string_view name);
  // Null unless the set exists.
  FleetSet* FindSet(absl::string_view namespace_name, absl::string_view name);
  // By number; null where a number is free.
  const std::vector<FleetSet*>& sets() const { return sets_; }
  size_t known_sets() const { return sets_.size() - free_numbers_.size(); }

  // The host speaks of the set by its number from now on, or does so no more.
  void HoldNumber(FleetSet* set, bool holds);
  // An object of the set has gone, or the set itself.
  void MayBeUnused(FleetSet* set);
  // Forgets the sets that do not exist and have nothing left. REQUIRES: nothing is due.
  void ForgetUnused();

  // Calls visit(name, namespace), in no order.
  template <typename Visit>
  void ForEachNamespace(const Visit& visit) const {
    for (const auto& [name, space] : namespaces_) visit(name, *space);
  }
  Relists& relists() { return relists_; }
  const Relists& relists() const { return relists_; }

  // The place that the pod's labels name, if its own name agrees with them.
  Place PlaceOf(const ObservedPod& pod);

  // Without a set when no packed object has the name.
  Place FindPackedPod(FleetNamespace* space, absl::string_view name);
  Place FindPackedStatefulSet(FleetNamespace* space, absl::string_view name);

  NameTable& node_names() { return node_names_; }
  absl::flat_hash_map<std::string, ObservedNode>& nodes() { return nodes_; }
  const absl::flat_hash_map<std::string, ObservedNode>& nodes() const { return nodes_; }

  // For packing and unpacking objects of the set.
  PackingNames NamesOf(FleetSet* set) { return {set->namespace_name, set->name, &set->revision_names, &node_names_}; }

 private:
  void Forget(FleetSet* set);

  absl::flat_hash_map<std::string, std::unique_ptr<FleetNamespace>> namespaces_;
  std::vector<FleetSet*> sets_;
  std::vector<uint32_t> free_numbers_;
  std::vector<FleetSet*> maybe_unused_;
  Relists relists_;
  absl::flat_hash_map<std::string, ObservedNode> nodes_;
  NameTable node_names_{/*limit=*/1 << 30};
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_FLEET_INDEX_H_
