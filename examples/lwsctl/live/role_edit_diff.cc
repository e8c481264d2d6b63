#include "examples/lwsctl/live/role_edit_diff.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/live/field_changes.h"
#include "examples/lwsctl/refused_children.h"
#include "lws/adapters/testing/promise.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/message_equality.h"
#include "lws/core/disaggregated/wanted_groups.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "lws/rollout/role_budget.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::DisaggregatedRole;
using lws::DisaggregatedSet;
using lws::Json;

// "slice 0" or "slices 0-2", of [first, end).
std::string SlicesText(int32_t first, int32_t end) {
  if (end - first == 1) return absl::StrCat("slice ", first);
  return absl::StrCat("slices ", first, "-", end - 1);
}

std::string GroupsText(int32_t groups) { return absl::StrCat(groups, groups == 1 ? " group" : " groups"); }

const DisaggregatedRole* FindRole(const DisaggregatedSet& set, const std::string& name) {
  for (const DisaggregatedRole& role : set.spec().roles()) {
    if (role.name() == name) return &role;
  }
  return nullptr;
}

// What a role of a set that is rolled out has in each slice.
std::string WantedText(const DisaggregatedRole& role) {
  return lws::IsExternalRole(role) ? "as many groups as its scaler asks for" : GroupsText(lws::RoleSpecReplicas(role));
}

// How many groups stay ready meanwhile; "" for a role whose number of groups only its scaler knows.
std::string PromiseText(const DisaggregatedRole& before, const DisaggregatedRole& after) {
  if (lws::IsExternalRole(before) || lws::IsExternalRole(after)) return "";
  const int32_t kept = std::min(lws::RoleSpecReplicas(before), lws::RoleSpecReplicas(after));
  const lws::RoleBudget budget = lws::RoleBudgetOf(after, lws::RoleSpecReplicas(after));
  std::string promise = absl::StrCat("; ", lws::internal::PromiseFloor(kept, budget.unavailable), " of ", kept,
                                     kept == 1 ? " group is" : " groups are", " to stay ready");
  if (budget.surge > 0) absl::StrAppend(&promise, ", with up to ", budget.surge, " more meanwhile");
  return promise;
}

// What becomes of a child under the set as it is after the edit, whose revision is `revision`. The first row that holds
// decides.
std::string FateOf(const lws::ObservedChild& child, const DisaggregatedSet& after, const std::string& revision) {
  const std::optional<int32_t> slice = lws::SliceOfLabel(child.labels.slice);
  if (!slice.has_value()) return "stays: its label names no slice";
  if (*slice >= lws::SpecSlices(after)) return "is deleted with its slice";
  const DisaggregatedRole* role = FindRole(after, child.labels.role);
  if (role == nullptr) return "is drained, because its role is gone";
  if (child.labels.revision != revision) return absl::StrCat("is drained for revision ", revision);
  if (lws::IsExternalRole(*role)) return "has as many groups as its scaler asks for";
  const int32_t more = lws::RoleSpecReplicas(*role) - child.replicas();
  if (more == 0) return "stays";
  return absl::StrCat(more > 0 ? "gets " : "loses ", GroupsText(more > 0 ? more : -more));
}

// A line for each child, by slice, then by name.
std::string ChildLines(std::vector<lws::ObservedChild> children, const DisaggregatedSet& after,
                       const std::string& revision) {
  std::sort(children.begin(), children.end(), [](const lws::ObservedChild& a, const lws::ObservedChild& b) {
    const std::optional<int32_t> slice_a = lws::SliceOfLabel(a.labels.slice);
    const std::optional<int32_t> slice_b = lws::SliceOfLabel(b.labels.slice);
    return std::tie(slice_a, a.meta.name) < std::tie(slice_b, b.meta.name);
  });
  std::string text;
  for (const lws::ObservedChild& child : children) {
    absl::StrAppend(&text, "  child    ", child.meta.name, "  ", FateOf(child, after, revision), "; now ",
                    GroupsText(child.replicas()), ", ", child.ready_replicas, " ready\n");
  }
  return text;
}

// One edit of one set.
class RoleEdit {
 public:
  RoleEdit(const DisaggregatedSet& before, const DisaggregatedSet& after)
      : before_(before),
        after_(after),
        old_revision_(lws::DisaggregatedRevisionKey(lws::DisaggregatedRevisionData(before))),
        new_revision_(lws::DisaggregatedRevisionKey(lws::DisaggregatedRevisionData(after))),
        kept_(std::min(lws::SpecSlices(before), lws::SpecSlices(after))) {}

  const std::string& new_revision() const { return new_revision_; }

  std::string Lines() const {
    std::string text;
    for (const DisaggregatedRole& role : after_.spec().roles()) absl::StrAppend(&text, RoleLines(role));
    for (const DisaggregatedRole& role : before_.spec().roles()) {
      if (FindRole(after_, role.name()) == nullptr) absl::StrAppend(&text, RemovedLine(role));
    }
    return absl::StrCat(text, SliceLines(), ScalerLines(), LeftLine(), Warnings());
  }

 private:
  bool rolls() const { return old_revision_ != new_revision_; }
  std::string Place(const std::string& role) const { return absl::StrCat(SlicesText(0, kept_), " ", role); }

  std::string RoleLines(const DisaggregatedRole& role) const {
    const DisaggregatedRole* before = FindRole(before_, role.name());
    if (before == nullptr) {
      return absl::StrCat("  makes    ", Place(role.name()), ": ", WantedText(role), ", revision ", new_revision_,
                          "\n");
    }
    if (rolls()) {
      const bool is_scaled =
          !lws::IsExternalRole(role) && lws::RoleSpecReplicas(*before) != lws::RoleSpecReplicas(role);
      return absl::StrCat("  rolls    ", Place(role.name()), ": ",
                          is_scaled ? absl::StrCat(lws::RoleSpecReplicas(*before), " -> ") : "", WantedText(role),
                          ", revision ", old_revision_, " -> ", new_revision_, PromiseText(*before, role), "\n");
    }
    return ScaleLine(*before, role);
  }

  std::string ScaleLine(const DisaggregatedRole& before, const DisaggregatedRole& after) const {
    const int32_t more = lws::RoleSpecReplicas(after) - lws::RoleSpecReplicas(before);
    if (lws::IsExternalRole(after) || more == 0) {
      return absl::StrCat("  leaves   ", Place(after.name()), ": its pods stay as they are\n");
    }
    return absl::StrCat(more > 0 ? "  makes    " : "  removes  ", Place(after.name()), ": ",
                        GroupsText(more > 0 ? more : -more), ", ", lws::RoleSpecReplicas(before), " -> ",
                        lws::RoleSpecReplicas(after), "\n");
  }

  std::string RemovedLine(const DisaggregatedRole& role) const {
    return absl::StrCat("  removes  ", Place(role.name()), ": ", WantedText(role), " of revision ", old_revision_,
                        "\n");
  }

  std::string SliceLines() const {
    const int32_t was = lws::SpecSlices(before_);
    const int32_t is = lws::SpecSlices(after_);
    if (is == was) return "";
    if (is < was) {
      return absl::StrCat("  removes  ", SlicesText(is, was),
                          ": all their groups at once; a removed slice is not drained\n");
    }
    std::vector<std::string> roles;
    for (const DisaggregatedRole& role : after_.spec().roles()) {
      roles.push_back(absl::StrCat(role.name(), " ", WantedText(role)));
    }
    return absl::StrCat("  makes    ", SlicesText(was, is), ": ", absl::StrJoin(roles, ", "), ", revision ",
                        new_revision_, "\n");
  }

  std::string ScalerLines() const {
    std::string text;
    for (const DisaggregatedRole& role : after_.spec().roles()) {
      const DisaggregatedRole* before = FindRole(before_, role.name());
      const bool was = before != nullptr && lws::IsExternalRole(*before);
      if (was == lws::IsExternalRole(role)) continue;
      absl::StrAppend(&text, was ? "  removes  " : "  makes    ", "the scaler ",
                      lws::RoleScalerName(after_.metadata().name(), role.name()),
                      was ? absl::StrCat(": ", role.name(), " gets the replicas of its spec\n")
                          : ": it begins with the groups that there are, of all revisions\n");
    }
    return text;
  }

  // Children are never told of what no revision covers.
  std::string LeftLine() const {
    if (rolls()) return "";
    std::vector<std::string> waiting;
    for (const DisaggregatedRole& role : after_.spec().roles()) {
      const DisaggregatedRole* before = FindRole(before_, role.name());
      if (before != nullptr && ChildChanges(*before, role)) waiting.push_back(role.name());
    }
    const bool is_placed_otherwise =
        !lws::internal::EqualMessages(before_.spec().placement_policy(), after_.spec().placement_policy());
    if (waiting.empty() && !is_placed_otherwise) return "";
    if (is_placed_otherwise) waiting.push_back("the placement policy");
    return absl::StrCat("  waits    ", absl::StrJoin(waiting, ", "),
                        ": what changes besides replicas and scaling reaches the LeaderWorkerSets with the next "
                        "revision only\n");
  }

  // Whether a child that is made now would differ from one that was made before, besides its replicas.
  static bool ChildChanges(const DisaggregatedRole& before, const DisaggregatedRole& after) {
    DisaggregatedRole was = before;
    DisaggregatedRole is = after;
    for (DisaggregatedRole* role : {&was, &is}) {
      role->clear_scaling();
      role->mutable_spec()->clear_replicas();
    }
    return !lws::internal::EqualMessages(was, is);
  }

  std::string Warnings() const {
    std::string text;
    const auto stays = [this](const DisaggregatedRole& role) { return FindRole(after_, role.name()) != nullptr; };
    const auto& roles = before_.spec().roles();
    if (std::none_of(roles.begin(), roles.end(), stays)) {
      absl::StrAppend(&text,
                      "  warning  no role stays: the reference makes all new groups at once, and never drains the old "
                      "ones\n");
    }
    for (const RefusedChild& refused : RefusedChildren(AsIfCreated(after_))) {
      absl::StrAppend(&text, "  warning  ", refused.text, "\n");
    }
    return text;
  }

  const DisaggregatedSet& before_;
  const DisaggregatedSet& after_;
  const std::string old_revision_;
  const std::string new_revision_;
  const int32_t kept_;  // slices that are there before and after: [0, kept_)
};

}  // namespace

EditDiff DiffOfRoles(const DisaggregatedSet& given_old_set, const Json& manifest,
                     const std::vector<lws::ObservedChild>* children) {
  Json replacing = manifest;
  if (!replacing.is_object() || !replacing["metadata"].is_object()) {
    return {EditEnd::kRefused, "  refused  metadata: is missing\n"};
  }
  // A set in a file has no version, and an update needs one.
  DisaggregatedSet old_set = given_old_set;
  if (old_set.metadata().resource_version().empty()) old_set.mutable_metadata()->set_resource_version("1");
  replacing["metadata"]["resourceVersion"] = old_set.metadata().resource_version();
  const lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSetUpdate(old_set, replacing);
  if (admission.set == nullptr) {
    return {EditEnd::kRefused, absl::StrCat("  refused  ", lws::JoinFieldErrors(admission.errors), "\n")};
  }
  EditDiff diff;
  diff.text = FieldChanges(lws::DisaggregatedSetToJson(old_set), lws::DisaggregatedSetToJson(*admission.set));
  if (diff.text.empty()) return diff;
  diff.end = EditEnd::kChanges;
  const RoleEdit edit(old_set, *admission.set);
  absl::StrAppend(&diff.text, edit.Lines());
  if (children != nullptr) absl::StrAppend(&diff.text, ChildLines(*children, *admission.set, edit.new_revision()));
  return diff;
}

}  // namespace lwsctl
