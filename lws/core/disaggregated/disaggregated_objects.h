// The objects around a DisaggregatedSet as a pass sees them: the observed ones, changed by what the pass has written.
//
//   DisaggregatedObjects objects(observation, /*revision=*/"daf1923f", &plan);
//   objects.DeleteChild(objects.FindChild("llm-1-daf1923f-decode"));    // an action of the plan
//   objects.FindChild("llm-1-daf1923f-decode");                          // nullptr
//
// Every write goes to the plan, and the following reads see it at once.
//
// Thread-safety: distinct objects are independent.
#ifndef LWS_CORE_DISAGGREGATED_DISAGGREGATED_OBJECTS_H_
#define LWS_CORE_DISAGGREGATED_DISAGGREGATED_OBJECTS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/plan/plan_builder.h"

namespace lws {
inline namespace v1 {
class DisaggregatedRole;
}  // namespace v1
}  // namespace lws

namespace lws::internal {

// A child, with the replicas that the pass gives it.
struct DisaggregatedChild {
  const ObservedChild* object = nullptr;
  int32_t replicas = 0;
  std::optional<int32_t> spec_replicas;
  std::optional<std::string> initial_replicas;
  bool is_gone = false;

  const std::string& name() const { return object->meta.name; }
  const RoleLabels& labels() const { return object->labels; }
};

class DisaggregatedObjects {
 public:
  // Both are borrowed. REQUIRES: observation.set != nullptr.
  DisaggregatedObjects(const DisaggregatedObservation& observation, absl::string_view revision, PlanBuilder* plan);

  // --- Children. A child of a set is controlled by the set and carries the set's name label.

  // The LeaderWorkerSet of this name, whoever owns it; null when there is none.
  DisaggregatedChild* FindChild(absl::string_view name);
  // Whether the set controls the child, whatever the child's labels say.
  bool IsControlled(const DisaggregatedChild& child) const;
  // The set's children, of all slices or of one, sorted by name.
  std::vector<DisaggregatedChild*> Children();
  const std::vector<DisaggregatedChild*>& ChildrenOfSlice(int32_t slice);

  // Errors: AlreadyExists when the name is taken, and those of RoleChildObject.
  absl::Status CreateChild(const DisaggregatedRole& role, int32_t slice, int32_t replicas);
  void DeleteChild(DisaggregatedChild* child);
  void ScaleChild(DisaggregatedChild* child, int32_t replicas);
  // Sets or removes the annotation that remembers the replicas.
  void RememberReplicas(DisaggregatedChild* child, std::optional<int32_t> replicas);

  // --- Services.

  bool HasService(const std::string& name) const { return services_.count(name) > 0; }
  // The Services that carry the set's name label, sorted by name.
  std::vector<const ObservedRoleService*> Services() const;
  void CreateService(const DisaggregatedChild& child);
  // Deletes the Service of this name, if there is one.
  void DeleteService(const std::string& name);

  const std::string& revision() const { return revision_; }

 private:
  void AddChild(const ObservedChild* object);
  bool IsOwn(const DisaggregatedChild& child) const;

  const DisaggregatedSet& set_;
  std::string revision_;
  PlanBuilder& plan_;
  std::deque<DisaggregatedChild> storage_;
  std::deque<ObservedChild> created_children_;
  std::deque<ObservedRoleService> created_services_;
  std::map<absl::string_view, DisaggregatedChild*> children_;
  std::map<int32_t, std::vector<DisaggregatedChild*>> slices_;  // only the set's own children
  std::map<std::string, const ObservedRoleService*> services_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_DISAGGREGATED_OBJECTS_H_
