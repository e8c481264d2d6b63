#include "lws/core/disaggregated/roles_at_rest.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/role_status.h"
#include "lws/core/disaggregated/scaler_choice.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "lws/rollout/role_rollout.h"

namespace lws::internal {
namespace {

constexpr size_t kMostRoles = 10;
constexpr size_t kMostSlices = 100;

// A place for a child, numbered slice by slice.
using Places = std::bitset<kMostRoles * kMostSlices>;

class Rest {
 public:
  Rest(const DisaggregatedObservation& observation, absl::string_view revision, const DisaggregatedOptions& options)
      : observation_(observation), set_(*observation.set), revision_(revision), options_(options) {}

  bool Check() {
    return IsPlain() && ReadChildren() && ReadServices() && HaveServices() && !PolicyMoves() &&
           HasDisaggregatedStatus(set_, absl::MakeSpan(tallies_.data(), roles()));
  }

 private:
  size_t roles() const { return static_cast<size_t>(set_.spec().roles_size()); }
  size_t slices() const { return static_cast<size_t>(SpecSlices(set_)); }
  const DisaggregatedRole& role(size_t index) const { return set_.spec().roles(static_cast<int>(index)); }

  // Whether nothing but children and Services matters.
  bool IsPlain() const {
    if (roles() > kMostRoles || SpecSlices(set_) < 0 || slices() > kMostSlices) return false;
    if (options_.mends && set_.metadata().has_deletion_timestamp()) return false;
    if (std::any_of(set_.spec().roles().begin(), set_.spec().roles().end(), IsExternalRole)) return false;
    return std::none_of(observation_.scalers.begin(), observation_.scalers.end(),
                        [this](const DisaggregatedSetRoleScaler* scaler) { return IsOwnScaler(set_, *scaler); });
  }

  std::optional<size_t> FindRole(absl::string_view name) const {
    for (size_t i = 0; i < roles(); ++i) {
      if (role(i).name() == name) return i;
    }
    return std::nullopt;
  }

  // The place of the child with this name, if the set has such a child.
  std::optional<size_t> PlaceOf(absl::string_view name) const {
    if (!absl::ConsumePrefix(&name, set_.metadata().name()) || !absl::ConsumePrefix(&name, "-")) return std::nullopt;
    const size_t dash = name.find('-');
    if (dash == 0 || dash == absl::string_view::npos) return std::nullopt;
    const std::optional<int32_t> slice = SliceOfLabel(name.substr(0, dash));
    name.remove_prefix(dash + 1);
    if (!slice.has_value() || *slice >= SpecSlices(set_)) return std::nullopt;
    if (!absl::ConsumePrefix(&name, revision_) || !absl::ConsumePrefix(&name, "-")) return std::nullopt;
    const std::optional<size_t> role = FindRole(name);
    if (!role.has_value()) return std::nullopt;
    return static_cast<size_t>(*slice) * roles() + *role;
  }

  // Whether the labels say that the object is of this place.
  bool AreOfPlace(const RoleLabels& labels, size_t place) const {
    if (labels.slice.empty() || labels.revision != revision_ || labels.role != role(place % roles()).name()) {
      return false;
    }
    return SliceOfLabel(labels.slice) == static_cast<int32_t>(place / roles());
  }

  bool ReadChildren() {
    for (size_t i = 0; i < roles(); ++i) {
      tallies_[i].name = role(i).name();
      tallies_[i].wanted = int64_t{RoleSpecReplicas(role(i))} * SpecSlices(set_);
    }
    for (const ObservedChild* child : observation_.children) {
      if (!ReadChild(*child)) return false;
    }
    return children_.count() == roles() * slices();
  }

  bool ReadChild(const ObservedChild& child) {
    const std::optional<size_t> place = PlaceOf(child.meta.name);
    if (!place.has_value() || !AreOfPlace(child.labels, *place)) return false;
    if (child.labels.set_name != set_.metadata().name() || !IsControlledBy(child.meta, set_.metadata().uid())) {
      return false;
    }
    if (child.replicas() != RoleSpecReplicas(role(*place % roles()))) return false;
    if (options_.mends && (child.initial_replicas.has_value() || child.meta.terminating)) return false;
    children_.set(*place);
    serving_.set(*place, child.ready_replicas >= 1);
    status_[*place] = {child.ready_replicas, child.status_replicas};
    RoleTally& tally = tallies_[*place % roles()];
    tally.replicas += child.status_replicas;
    tally.ready += child.ready_replicas;
    tally.updated += child.updated_replicas;
    return true;
  }

  bool ReadServices() {
    for (const ObservedRoleService* service : observation_.services) {
      absl::string_view name = service->meta.name;
      const bool has_suffix = absl::ConsumeSuffix(&name, RoleServiceName(""));
      const std::optional<size_t> place = PlaceOf(has_suffix ? name : absl::string_view());
      if (place.has_value()) services_.set(*place);
      if (service->labels.set_name != set_.metadata().name()) continue;
      if (!place.has_value() || !AreOfPlace(service->labels, *place)) return false;
    }
    return true;
  }

  // Whether every slice that serves has all its Services.
  bool HaveServices() const {
    for (size_t slice = 0; slice < slices(); ++slice) {
      bool serves = true, has_all = true;
      for (size_t place = slice * roles(); place < (slice + 1) * roles(); ++place) {
        serves = serves && serving_.test(place);
        has_all = has_all && services_.test(place);
      }
      if (serves && !has_all) return false;
    }
    return true;
  }

  // A mending pass asks the policy also when there is nothing old.
  bool PolicyMoves() const {
    if (!options_.mends) return false;
    absl::InlinedVector<RoleGoal, kMostRoles> goals;
    for (const DisaggregatedRole& role : set_.spec().roles()) {
      goals.push_back({RoleSpecReplicas(role), RoleBudgetOf(role, RoleSpecReplicas(role)), false});
    }
    for (size_t slice = 0; slice < slices(); ++slice) {
      absl::InlinedVector<RoleGroups, kMostRoles> groups;
      for (size_t i = 0; i < roles(); ++i) {
        const Status& status = status_[slice * roles() + i];
        const int32_t replicas = goals[i].target;
        groups.push_back({true, replicas, status.ready, replicas, std::max(0, status.replicas - replicas)});
      }
      const RoleRolloutStep step = options_.rollout({goals, roles(), groups, {}});
      for (size_t i = 0; i < roles(); ++i) {
        if (step.new_groups[i] != goals[i].target) return true;
      }
    }
    return false;
  }

  struct Status {
    int32_t ready = 0;
    int32_t replicas = 0;
  };

  const DisaggregatedObservation& observation_;
  const DisaggregatedSet& set_;
  const absl::string_view revision_;
  const DisaggregatedOptions& options_;
  std::array<RoleTally, kMostRoles> tallies_;
  Places children_, serving_, services_;
  std::array<Status, kMostRoles * kMostSlices> status_;
};

}  // namespace

bool AreRolesAtRest(const DisaggregatedObservation& observation, absl::string_view revision,
                    const DisaggregatedOptions& options) {
  return Rest(observation, revision, options).Check();
}

}  // namespace lws::internal
