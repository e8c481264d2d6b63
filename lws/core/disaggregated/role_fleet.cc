#include "lws/core/disaggregated/role_fleet.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/revision/disaggregated_revision.h"

namespace lws {
namespace {

template <typename T>
using ByName = absl::flat_hash_map<std::string, T>;
// Its values keep their addresses.
template <typename T>
using KeptByName = absl::node_hash_map<std::string, T>;

// Whether a pass decides the same for both. The resource version is only copied into actions of a plan, so it does not
// matter while there is none.
bool ReadsSame(const ObservedChild& a, const ObservedChild& b) {
  const auto is_same_controller = [](const std::optional<ObservedMeta::Controller>& x,
                                     const std::optional<ObservedMeta::Controller>& y) {
    return x.has_value() == y.has_value() && (!x.has_value() || (x->kind == y->kind && x->uid == y->uid));
  };
  return a.spec_replicas == b.spec_replicas && a.ready_replicas == b.ready_replicas &&
         a.status_replicas == b.status_replicas && a.updated_replicas == b.updated_replicas &&
         a.meta.terminating == b.meta.terminating && a.created == b.created &&
         a.initial_replicas == b.initial_replicas && a.labels.revision == b.labels.revision &&
         a.labels.role == b.labels.role && a.labels.slice == b.labels.slice && a.labels.set_name == b.labels.set_name &&
         a.meta.uid == b.meta.uid && is_same_controller(a.meta.controller, b.meta.controller);
}

// The set's name in the scaler's labels.
std::string LabelOf(const DisaggregatedSetRoleScaler& scaler) {
  const auto label = scaler.metadata().labels().find(kDisaggregatedNameLabel);
  return label == scaler.metadata().labels().end() ? "" : label->second;
}

struct KnownChild {
  ObservedChild child;
  // What the set's last pass read, if that pass had nothing to do and the child has changed since.
  std::optional<ObservedChild> remembered;
};

// A set, its children and what is known of its last decision.
struct KnownSet {
  std::optional<DisaggregatedSet> set;
  std::string revision;
  std::set<std::string> children;  // the names of those that it controls or that carry its name label
  bool is_settled = false;         // the last pass had nothing to do
  int64_t differing = 0;           // children that differ from what that pass read
  // What the last pass read, until an object comes or goes. Its scalers are read each time.
  std::optional<DisaggregatedObservation> observation;
  bool is_due = false;
};

}  // namespace

struct RoleFleet::Objects {
  struct Namespace {
    ByName<KnownSet> sets;
    KeptByName<KnownChild> children;
    std::map<std::string, ObservedRoleService> services;
    std::map<std::string, DisaggregatedSetRoleScaler> scalers;
  };

  DisaggregatedOptions options;
  ByName<Namespace> namespaces;
  std::vector<RoleSetName> due;

  void MarkDue(const std::string& namespace_name, const std::string& name, KnownSet* set) {
    if (set->is_due || !set->set.has_value()) return;
    set->is_due = true;
    due.push_back({namespace_name, name});
  }

  // The last decision does not hold any more.
  static void Unsettle(KnownSet* set, Namespace* objects) {
    if (set->is_settled && set->differing > 0) {
      for (const std::string& child : set->children) {
        const auto known = objects->children.find(child);
        if (known != objects->children.end()) known->second.remembered.reset();
      }
    }
    set->is_settled = false;
    set->differing = 0;
  }

  void UnsettleNamed(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    const auto set = objects->sets.find(name);
    if (set == objects->sets.end()) return;
    Unsettle(&set->second, objects);
    set->second.observation.reset();
    MarkDue(namespace_name, name, &set->second);
  }

  // An object that came, went, or changed hands. It may matter to the sets of its labels before and after, and to those
  // sets whose objects could have its name: the names of these sets end before one of its dashes.
  void UnsettleSetsOf(const std::string& namespace_name, const std::string& object, const std::string& before,
                      const std::string& after, Namespace* objects) {
    UnsettleNamed(namespace_name, before, objects);
    if (after != before) UnsettleNamed(namespace_name, after, objects);
    for (size_t dash = object.find('-'); dash != std::string::npos; dash = object.find('-', dash + 1)) {
      const std::string set = object.substr(0, dash);
      if (set != before && set != after) UnsettleNamed(namespace_name, set, objects);
    }
  }

  // Forgets a set that was removed, once none of its children is there and nobody is told that it is due.
  static void ForgetUnused(const std::string& name, Namespace* objects) {
    const auto set = objects->sets.find(name);
    if (set == objects->sets.end()) return;
    const KnownSet& known = set->second;
    if (!known.set.has_value() && known.children.empty() && !known.is_due) objects->sets.erase(set);
  }

  void ForgetEmpty(const std::string& namespace_name) {
    const auto found = namespaces.find(namespace_name);
    if (found == namespaces.end()) return;
    const Namespace& objects = found->second;
    const bool is_empty =
        objects.sets.empty() && objects.children.empty() && objects.services.empty() && objects.scalers.empty();
    if (is_empty) namespaces.erase(found);
  }

  // The set that the child's name label names. Only that set counts it as a child of its own.
  static const std::string& SetOf(const ObservedChild& child) { return child.labels.set_name; }

  // Whether the child belongs to the set of its label, so that no other set reads it.
  static bool IsOwned(const Namespace& objects, const ObservedChild& child) {
    const auto set = objects.sets.find(SetOf(child));
    return set != objects.sets.end() && set->second.set.has_value() &&
           IsControlledBy(child.meta, set->second.set->metadata().uid());
  }

  void RemoveSet(const std::string& name, Namespace* objects) {
    const auto found = objects->sets.find(name);
    if (found == objects->sets.end()) return;
    found->second.set.reset();
    found->second.observation.reset();
    Unsettle(&found->second, objects);
    ForgetUnused(name, objects);
  }

  void ReplaceChild(const std::string& namespace_name, Namespace* objects, const ObservedChild& child) {
    const auto [found, is_new] = objects->children.try_emplace(child.meta.name);
    KnownChild& known = found->second;
    if (!is_new && ReadsSame(known.child, child)) {
      known.child = child;
      return;
    }
    const bool was_owned = !is_new && IsOwned(*objects, known.child) && SetOf(known.child) == SetOf(child);
    if (was_owned && IsOwned(*objects, child)) {
      ChangeOwned(namespace_name, objects, child, &known);
      return;
    }
    const std::string before = is_new ? SetOf(child) : SetOf(known.child);
    if (before != SetOf(child)) objects->sets[before].children.erase(child.meta.name);
    objects->sets[SetOf(child)].children.insert(child.meta.name);
    known.child = child;
    known.remembered.reset();
    UnsettleSetsOf(namespace_name, child.meta.name, before, SetOf(child), objects);
    ForgetUnused(before, objects);
  }

  void RemoveChild(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    const auto child = objects->children.find(name);
    if (child == objects->children.end()) return;
    const std::string label = SetOf(child->second.child);
    objects->sets[label].children.erase(name);
    objects->children.erase(child);
    UnsettleSetsOf(namespace_name, name, label, label, objects);
    ForgetUnused(label, objects);
  }

  void PutService(const std::string& namespace_name, const ObservedRoleService& service, Namespace* objects) {
    const auto [found, is_new] = objects->services.try_emplace(service.meta.name, service);
    const std::string before = found->second.labels.set_name;
    if (!is_new) found->second = service;
    UnsettleSetsOf(namespace_name, service.meta.name, before, service.labels.set_name, objects);
  }

  void RemoveService(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    const auto service = objects->services.find(name);
    if (service == objects->services.end()) return;
    const std::string label = service->second.labels.set_name;
    objects->services.erase(service);
    UnsettleSetsOf(namespace_name, name, label, label, objects);
  }

  void PutScaler(const std::string& namespace_name, const DisaggregatedSetRoleScaler& scaler, Namespace* objects) {
    const auto [found, is_new] = objects->scalers.try_emplace(scaler.metadata().name(), scaler);
    const std::string before = LabelOf(found->second);
    if (!is_new) found->second = scaler;
    UnsettleSetsOf(namespace_name, scaler.metadata().name(), before, LabelOf(scaler), objects);
  }

  void RemoveScaler(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    const auto scaler = objects->scalers.find(name);
    if (scaler == objects->scalers.end()) return;
    const std::string label = LabelOf(scaler->second);
    objects->scalers.erase(scaler);
    UnsettleSetsOf(namespace_name, name, label, label, objects);
  }

  static DisaggregatedObservation Observe(const Namespace& objects, const KnownSet& known);
  static const DisaggregatedObservation& Read(const Namespace& objects, KnownSet* known);
  static void AddScalers(const Namespace& objects, DisaggregatedObservation* observation);

  // A child of one set, before and after the change.
  void ChangeOwned(const std::string& namespace_name, Namespace* objects, const ObservedChild& child,
                   KnownChild* known) {
    KnownSet& set = objects->sets.find(SetOf(child))->second;
    if (set.is_settled) {
      if (!known->remembered.has_value()) {
        known->remembered = std::move(known->child);
        ++set.differing;
      } else if (ReadsSame(*known->remembered, child)) {
        known->remembered.reset();
        --set.differing;
      }
    }
    known->child = child;
    MarkDue(namespace_name, SetOf(child), &set);
  }
};

RoleFleet::RoleFleet(const DisaggregatedOptions& options) : objects_(std::make_unique<Objects>()) {
  objects_->options = options;
}
RoleFleet::~RoleFleet() = default;

void RoleFleet::AddSet(const DisaggregatedSet& set) {
  const std::string& namespace_name = set.metadata().namespace_();
  Objects::Namespace& objects = objects_->namespaces[namespace_name];
  KnownSet& known = objects.sets[set.metadata().name()];
  known.set = set;
  known.revision = DisaggregatedRevisionKey(DisaggregatedRevisionData(set));
  known.observation.reset();
  Objects::Unsettle(&known, &objects);
  objects_->MarkDue(namespace_name, set.metadata().name(), &known);
}

void RoleFleet::AddChild(const ObservedChild& child) {
  const auto found = objects_->namespaces.find(child.meta.namespace_name);
  Objects::Namespace& objects =
      found != objects_->namespaces.end() ? found->second : objects_->namespaces[child.meta.namespace_name];
  objects_->ReplaceChild(child.meta.namespace_name, &objects, child);
}

void RoleFleet::AddService(const ObservedRoleService& service) {
  Objects::Namespace& objects = objects_->namespaces[service.meta.namespace_name];
  objects_->PutService(service.meta.namespace_name, service, &objects);
}

void RoleFleet::AddScaler(const DisaggregatedSetRoleScaler& scaler) {
  const std::string& namespace_name = scaler.metadata().namespace_();
  Objects::Namespace& objects = objects_->namespaces[namespace_name];
  objects_->PutScaler(namespace_name, scaler, &objects);
}

void RoleFleet::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  const auto found = objects_->namespaces.find(namespace_name);
  if (found == objects_->namespaces.end()) return;
  Objects::Namespace& objects = found->second;
  const std::string space = found->first;
  const std::string key(name);
  if (kind == kDisaggregatedSetKind) objects_->RemoveSet(key, &objects);
  if (kind == kKind) objects_->RemoveChild(space, key, &objects);
  if (kind == "Service") objects_->RemoveService(space, key, &objects);
  if (kind == kRoleScalerKind) objects_->RemoveScaler(space, key, &objects);
  objects_->ForgetEmpty(space);
}

std::vector<RoleSetName> RoleFleet::TakeDueSets() {
  std::vector<RoleSetName> due = std::move(objects_->due);
  objects_->due.clear();
  for (const RoleSetName& set : due) {
    Objects::Namespace& objects = objects_->namespaces[set.namespace_name];
    objects.sets[set.name].is_due = false;
    Objects::ForgetUnused(set.name, &objects);
    objects_->ForgetEmpty(set.namespace_name);
  }
  return due;
}

Plan RoleFleet::Decide(absl::string_view namespace_name, absl::string_view name, absl::Time now) {
  const auto found = objects_->namespaces.find(namespace_name);
  if (found == objects_->namespaces.end()) return Plan();
  const auto set = found->second.sets.find(name);
  if (set == found->second.sets.end() || !set->second.set.has_value()) return Plan();
  if (set->second.is_settled && set->second.differing == 0) return Plan();
  Objects::Unsettle(&set->second, &found->second);
  Plan plan = ReconcileDisaggregatedSet(Objects::Read(found->second, &set->second), now, objects_->options);
  set->second.is_settled = plan.empty();
  return plan;
}

DisaggregatedObservation RoleFleet::Observe(absl::string_view namespace_name, absl::string_view name) const {
  const auto found = objects_->namespaces.find(namespace_name);
  if (found == objects_->namespaces.end()) return DisaggregatedObservation();
  const auto known = found->second.sets.find(name);
  if (known == found->second.sets.end() || !known->second.set.has_value()) return DisaggregatedObservation();
  return Objects::Observe(found->second, known->second);
}

// REQUIRES: the set is there.
DisaggregatedObservation RoleFleet::Objects::Observe(const Namespace& objects, const KnownSet& known) {
  DisaggregatedObservation observation;
  const DisaggregatedSet& set = *known.set;
  observation.set = &set;
  observation.revision = known.revision;
  // The set's children, and whoever has the names that its children would have.
  std::set<std::string> names = known.children;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    names.insert(LegacyChildName(set.metadata().name(), observation.revision, role.name()));
    for (int32_t slice = 0; slice < SpecSlices(set); ++slice) {
      names.insert(ChildName(set.metadata().name(), slice, observation.revision, role.name()));
    }
  }
  std::set<std::string> services;
  for (const std::string& child : names) {
    services.insert(RoleServiceName(child));
    const auto there = objects.children.find(child);
    if (there != objects.children.end()) observation.children.push_back(&there->second.child);
  }
  for (const auto& [service_name, service] : objects.services) {
    const bool is_read = service.labels.set_name == set.metadata().name() || services.count(service_name) > 0;
    if (is_read) observation.services.push_back(&service);
  }
  AddScalers(objects, &observation);
  return observation;
}

void RoleFleet::Objects::AddScalers(const Namespace& objects, DisaggregatedObservation* observation) {
  for (const auto& [scaler_name, scaler] : objects.scalers) observation->scalers.push_back(&scaler);
}

// What a pass over the set reads. It is read again only after an object came or went. REQUIRES: the set is there.
const DisaggregatedObservation& RoleFleet::Objects::Read(const Namespace& objects, KnownSet* known) {
  if (!known->observation.has_value()) {
    known->observation = Observe(objects, *known);
    return *known->observation;
  }
  known->observation->set = &*known->set;  // the map may have moved the set
  known->observation->scalers.clear();
  AddScalers(objects, &*known->observation);
  return *known->observation;
}

}  // namespace lws
