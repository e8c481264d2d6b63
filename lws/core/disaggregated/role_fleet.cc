#include "lws/core/disaggregated/role_fleet.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
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
  bool is_due = false;
};

}  // namespace

struct RoleFleet::Objects {
  struct Namespace {
    ByName<KnownSet> sets;
    ByName<KnownChild> children;
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
  void Unsettle(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    KnownSet& set = objects->sets[name];
    if (set.is_settled && set.differing > 0) {
      for (const std::string& child : set.children) {
        const auto known = objects->children.find(child);
        if (known != objects->children.end()) known->second.remembered.reset();
      }
    }
    set.is_settled = false;
    set.differing = 0;
    MarkDue(namespace_name, name, &set);
  }

  // An object that came, went, or changed hands. It may matter to the set of its label, and to those sets whose
  // objects could have its name: the names of these sets end before one of its dashes.
  void UnsettleSetsOf(const std::string& namespace_name, const std::string& object, const std::string& label,
                      Namespace* objects) {
    if (objects->sets.contains(label)) Unsettle(namespace_name, label, objects);
    for (size_t dash = object.find('-'); dash != std::string::npos; dash = object.find('-', dash + 1)) {
      const std::string set = object.substr(0, dash);
      if (set != label && objects->sets.contains(set)) Unsettle(namespace_name, set, objects);
    }
  }

  // The set that the child's name label names. Only that set counts it as a child of its own.
  static const std::string& SetOf(const ObservedChild& child) { return child.labels.set_name; }

  // Whether the child belongs to the set of its label, so that no other set reads it.
  static bool IsOwned(const Namespace& objects, const ObservedChild& child) {
    const auto set = objects.sets.find(SetOf(child));
    return set != objects.sets.end() && set->second.set.has_value() &&
           IsControlledBy(child.meta, set->second.set->metadata().uid());
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
    if (!is_new) Forget(namespace_name, objects, known.child);
    known.child = child;
    known.remembered.reset();
    objects->sets[SetOf(child)].children.insert(child.meta.name);
    UnsettleSetsOf(namespace_name, child.meta.name, SetOf(child), objects);
  }

  void Forget(const std::string& namespace_name, Namespace* objects, const ObservedChild& child) {
    objects->sets[SetOf(child)].children.erase(child.meta.name);
    UnsettleSetsOf(namespace_name, child.meta.name, SetOf(child), objects);
  }

  void ForgetService(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    const auto service = objects->services.find(name);
    if (service == objects->services.end()) return;
    const std::string label = service->second.labels.set_name;
    objects->services.erase(service);
    UnsettleSetsOf(namespace_name, name, label, objects);
  }

  void ForgetScaler(const std::string& namespace_name, const std::string& name, Namespace* objects) {
    const auto scaler = objects->scalers.find(name);
    if (scaler == objects->scalers.end()) return;
    const std::string label = LabelOf(scaler->second);
    objects->scalers.erase(scaler);
    UnsettleSetsOf(namespace_name, name, label, objects);
  }

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
  objects_->Unsettle(namespace_name, set.metadata().name(), &objects);
}

void RoleFleet::AddChild(const ObservedChild& child) {
  const auto found = objects_->namespaces.find(child.meta.namespace_name);
  Objects::Namespace& objects =
      found != objects_->namespaces.end() ? found->second : objects_->namespaces[child.meta.namespace_name];
  objects_->ReplaceChild(child.meta.namespace_name, &objects, child);
}

void RoleFleet::AddService(const ObservedRoleService& service) {
  Objects::Namespace& objects = objects_->namespaces[service.meta.namespace_name];
  objects_->ForgetService(service.meta.namespace_name, service.meta.name, &objects);
  objects.services[service.meta.name] = service;
  objects_->UnsettleSetsOf(service.meta.namespace_name, service.meta.name, service.labels.set_name, &objects);
}

void RoleFleet::AddScaler(const DisaggregatedSetRoleScaler& scaler) {
  const std::string& namespace_name = scaler.metadata().namespace_();
  Objects::Namespace& objects = objects_->namespaces[namespace_name];
  objects_->ForgetScaler(namespace_name, scaler.metadata().name(), &objects);
  objects.scalers[scaler.metadata().name()] = scaler;
  objects_->UnsettleSetsOf(namespace_name, scaler.metadata().name(), LabelOf(scaler), &objects);
}

void RoleFleet::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  const auto found = objects_->namespaces.find(namespace_name);
  if (found == objects_->namespaces.end()) return;
  Objects::Namespace& objects = found->second;
  const std::string key(name);
  if (kind == kDisaggregatedSetKind && objects.sets.count(key) > 0) {
    objects.sets[key].set.reset();
    objects_->Unsettle(found->first, key, &objects);
  } else if (kind == kKind && objects.children.count(key) > 0) {
    objects_->Forget(found->first, &objects, objects.children[key].child);
    objects.children.erase(key);
  } else if (kind == "Service") {
    objects_->ForgetService(found->first, key, &objects);
  } else if (kind == kRoleScalerKind) {
    objects_->ForgetScaler(found->first, key, &objects);
  }
}

std::vector<RoleSetName> RoleFleet::TakeDueSets() {
  std::vector<RoleSetName> due = std::move(objects_->due);
  objects_->due.clear();
  for (const RoleSetName& set : due) objects_->namespaces[set.namespace_name].sets[set.name].is_due = false;
  return due;
}

Plan RoleFleet::Decide(absl::string_view namespace_name, absl::string_view name, absl::Time now) {
  const auto found = objects_->namespaces.find(namespace_name);
  if (found == objects_->namespaces.end()) return Plan();
  const auto set = found->second.sets.find(name);
  if (set == found->second.sets.end() || !set->second.set.has_value()) return Plan();
  if (set->second.is_settled && set->second.differing == 0) return Plan();
  const bool was_due = set->second.is_due;
  objects_->Unsettle(found->first, set->first, &found->second);
  if (!was_due) {
    set->second.is_due = false;
    objects_->due.pop_back();
  }
  Plan plan = ReconcileDisaggregatedSet(Observe(namespace_name, name), now, objects_->options);
  set->second.is_settled = plan.empty();
  return plan;
}

DisaggregatedObservation RoleFleet::Observe(absl::string_view namespace_name, absl::string_view name) const {
  DisaggregatedObservation observation;
  const auto found = objects_->namespaces.find(namespace_name);
  if (found == objects_->namespaces.end()) return observation;
  const Objects::Namespace& objects = found->second;
  const auto known = objects.sets.find(name);
  if (known == objects.sets.end() || !known->second.set.has_value()) return observation;
  const DisaggregatedSet& set = *known->second.set;
  observation.set = &set;
  observation.revision = known->second.revision;
  // The set's children, and whoever has the names that its children would have.
  std::set<std::string> names = known->second.children;
  for (const DisaggregatedRole& role : set.spec().roles()) {
    names.insert(LegacyChildName(set.metadata().name(), observation.revision, role.name()));
    for (int32_t slice = 0; slice < Slices(set); ++slice) {
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
  for (const auto& [scaler_name, scaler] : objects.scalers) observation.scalers.push_back(&scaler);
  return observation;
}

}  // namespace lws
