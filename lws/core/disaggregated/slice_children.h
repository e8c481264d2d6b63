// The children of one slice by revision and role.
//
//   SliceChildren children(objects.ChildrenOfSlice(0), "daf1923f");
//   children.FindNew("prefill");             // the child of the target revision, or null
//   for (const auto& [revision, roles] : children.old_revisions()) Look(roles.at("prefill"));
//
// When two children have the same revision and role, the last listed counts and the other is ignored.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_SLICE_CHILDREN_H_
#define LWS_CORE_DISAGGREGATED_SLICE_CHILDREN_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/core/disaggregated/disaggregated_objects.h"

namespace lws::internal {

class SliceChildren {
 public:
  using Roles = std::map<absl::string_view, DisaggregatedChild*>;

  SliceChildren(const std::vector<DisaggregatedChild*>& children, absl::string_view target) {
    for (DisaggregatedChild* child : children) {
      Roles& roles = child->labels().revision == target ? new_ : old_[child->labels().revision];
      roles[child->labels().role] = child;
    }
  }

  const std::map<absl::string_view, Roles>& old_revisions() const { return old_; }
  const Roles& new_children() const { return new_; }
  DisaggregatedChild* FindNew(absl::string_view role) const { return Find(new_, role); }

  static DisaggregatedChild* Find(const Roles& roles, absl::string_view role) {
    const auto found = roles.find(role);
    return found == roles.end() ? nullptr : found->second;
  }

 private:
  std::map<absl::string_view, Roles> old_;
  Roles new_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_SLICE_CHILDREN_H_
