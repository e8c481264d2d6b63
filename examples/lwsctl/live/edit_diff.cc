#include "examples/lwsctl/live/edit_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/live/field_changes.h"
#include "examples/lwsctl/refusal.h"
#include "lws/adapters/testing/promise.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/revision_key.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/reconcile/refused_objects.h"
#include "lws/core/revision/revision_data.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;
using lws::LeaderWorkerSet;

// "group 3" or "groups 0-3", of [first, end).
std::string Groups(int32_t first, int32_t end, bool downwards = false) {
  if (end - first == 1) return absl::StrCat("group ", first);
  return downwards ? absl::StrCat("groups ", end - 1, "-", first) : absl::StrCat("groups ", first, "-", end - 1);
}

int32_t PartitionOf(const LeaderWorkerSet& set) {
  return std::min(set.spec().rollout_strategy().rolling_update_configuration().partition(), set.spec().replicas());
}

std::string PromiseOf(const LeaderWorkerSet& set) {
  const lws::RollingUpdateConfiguration& update = set.spec().rollout_strategy().rolling_update_configuration();
  const absl::StatusOr<lws::RolloutBudget> budget = lws::ScaleBudget(
      set.spec().replicas(), lws::ToIntOrPercent(update.max_surge()), lws::ToIntOrPercent(update.max_unavailable()));
  if (!budget.ok()) return "";
  const int32_t kept = lws::internal::PromiseFloor(set.spec().replicas(), budget->unavailable);
  std::string promise = absl::StrCat("; ", kept, " of ", set.spec().replicas(), " groups are to stay ready");
  if (budget->surge > 0) absl::StrAppend(&promise, ", with up to ", budget->surge, " more meanwhile");
  return promise;
}

// The groups of [0, end) that are there before and after.
struct Fates {
  bool rolls = false;
  bool replaces_leaders = false;  // without another revision
  int32_t kept = 0;               // groups that are there before and after: [0, kept)
  int32_t partition = 0;          // below it nothing rolls
};

std::string RollLines(const Fates& fates, const LeaderWorkerSet& before, const LeaderWorkerSet& after) {
  std::string text;
  const int32_t from = std::min(fates.partition, fates.kept);
  const std::string keys = absl::StrCat("revision ", lws::RevisionKey(lws::RevisionData(before)), " -> ",
                                        lws::RevisionKey(lws::RevisionData(after)));
  if (fates.rolls && fates.kept > from) {
    absl::StrAppend(&text, "  rolls    ", Groups(from, fates.kept, true), ": ", keys, PromiseOf(after), "\n");
  }
  if (fates.replaces_leaders && fates.kept > from) {
    absl::StrAppend(
        &text, "  replaces ", Groups(from, fates.kept, true),
        ": their leaders get other annotations, so the StatefulSet replaces one after another without a new "
        "revision\n");
  }
  const bool goes_on = fates.rolls || fates.replaces_leaders;
  const int32_t left = goes_on ? from : fates.kept;
  if (left > 0) {
    absl::StrAppend(&text, "  leaves   ", Groups(0, left),
                    goes_on ? ": below the partition" : ": their pods stay as they are", "\n");
  }
  return text;
}

std::string ScaleLines(int32_t before, int32_t after) {
  if (after > before) return absl::StrCat("  makes    ", Groups(before, after), "\n");
  if (after < before) return absl::StrCat("  removes  ", Groups(after, before), "\n");
  return "";
}

// Whether the pods of leaders change while the revision stays: an annotation of the set goes into them, but not into
// the revision.
bool ReplacesLeaders(const LeaderWorkerSet& before, const LeaderWorkerSet& after) {
  const absl::StatusOr<Json> was = lws::internal::LeaderStatefulSet(before, "", 0, 0);
  const absl::StatusOr<Json> is = lws::internal::LeaderStatefulSet(after, "", 0, 0);
  if (!was.ok() || !is.ok()) return false;
  return FieldValue(*was, "")["spec"]["template"].json() != FieldValue(*is, "")["spec"]["template"].json();
}

// Whether the leader StatefulSet stays as it is, and with it all groups.
bool IsStuck(const std::vector<lws::RefusedObject>& refused) {
  return std::any_of(refused.begin(), refused.end(), [](const lws::RefusedObject& object) {
    return object.kind == lws::RefusedKind::kLeaderStatefulSet && object.is_certain;
  });
}

std::string LiveLines(const SetReport& live, const Fates& fates, int32_t replicas) {
  std::string text;
  for (const GroupReport& group : live.groups) {
    const bool is_reached = group.index >= std::min(fates.partition, fates.kept);
    const char* fate = group.index >= replicas                ? "is removed"
                       : fates.rolls && is_reached            ? "rolls"
                       : fates.replaces_leaders && is_reached ? "is replaced"
                                                              : "is left";
    absl::StrAppend(&text, "  group ", group.index, "  ", fate, "; now ", group.is_ready ? "ready" : "not ready",
                    ", revision ", group.revision_key, "\n");
  }
  return text;
}

}  // namespace

EditDiff DiffOfEdit(const LeaderWorkerSet& given_old_set, const Json& manifest, const SetReport* live) {
  Json replacing = manifest;
  if (!replacing.is_object() || !replacing["metadata"].is_object()) {
    return {EditEnd::kRefused, "  refused  metadata: is missing\n"};
  }
  // A set in a file has no version, and an update needs one.
  LeaderWorkerSet old_set = given_old_set;
  if (old_set.metadata().resource_version().empty()) old_set.mutable_metadata()->set_resource_version("1");
  replacing["metadata"]["resourceVersion"] = old_set.metadata().resource_version();
  const lws::SetAdmission admission = lws::AdmitSetUpdate(old_set, replacing);
  if (admission.set == nullptr) {
    return {EditEnd::kRefused, absl::StrCat("  refused  ", lws::JoinFieldErrors(admission.errors), "\n")};
  }
  const LeaderWorkerSet& new_set = *admission.set;
  EditDiff diff;
  diff.text = FieldChanges(lws::LeaderWorkerSetToJson(old_set), lws::LeaderWorkerSetToJson(new_set));
  if (diff.text.empty()) return diff;
  diff.end = EditEnd::kChanges;
  Fates fates;
  fates.rolls = !lws::SameRevision(new_set, lws::RevisionData(old_set), lws::RevisionData(new_set));
  fates.replaces_leaders = !fates.rolls && ReplacesLeaders(old_set, new_set);
  fates.kept = std::min(old_set.spec().replicas(), new_set.spec().replicas());
  fates.partition = PartitionOf(new_set);
  const std::vector<lws::RefusedObject> refused = lws::RefusedObjectsOf(new_set, &old_set);
  if (IsStuck(refused)) {
    fates.rolls = false;
    fates.replaces_leaders = false;
    absl::StrAppend(&diff.text, "  leaves   every group: its StatefulSet is not updated\n");
  } else {
    absl::StrAppend(&diff.text, RollLines(fates, old_set, new_set),
                    ScaleLines(old_set.spec().replicas(), new_set.spec().replicas()));
  }
  for (const lws::RefusedObject& object : refused) {
    absl::StrAppend(&diff.text, "  warning  ", DescribeRefusal(object), "\n");
  }
  if (live != nullptr) absl::StrAppend(&diff.text, LiveLines(*live, fates, new_set.spec().replicas()));
  return diff;
}

}  // namespace lwsctl
