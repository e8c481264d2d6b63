#include "lws/core/reconcile/refused_objects.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/pod_validation.h"
#include "lws/api/revision_key.h"
#include "lws/api/service_validation.h"
#include "lws/api/spec_counts.h"
#include "lws/api/statefulset_pod.h"
#include "lws/api/statefulset_validation.h"
#include "lws/core/desired/desired_groups.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/reconcile/admit_pod.h"
#include "lws/core/revision/revision_data.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

// Only a cluster assigns UIDs. Without one, validation would refuse the owner reference.
constexpr char kSomeUid[] = "00000000-0000-4000-8000-000000000000";
// Hashes of revisions have 8 to 10 letters. Try the shortest and the longest.
constexpr absl::string_view kShortHash = "5c8f7d9b";
constexpr absl::string_view kLongHash = "5c8f7d9b64";
// The API server appends five letters to a name that it generates, within 63 letters.
constexpr size_t kGeneratedFrom = 58;
constexpr absl::string_view kGeneratedEnd = "5c8f7";

void GiveUids(Json* object) {
  Json& metadata = (*object)["metadata"];
  metadata["uid"] = kSomeUid;
  if (!metadata.contains("ownerReferences")) return;
  for (Json& owner : metadata["ownerReferences"]) owner["uid"] = kSomeUid;
}

Json WithUids(const Json& object) {
  Json copy = object;
  GiveUids(&copy);
  return copy;
}

FieldErrors Without(FieldErrors errors, const FieldErrors& known) {
  errors.erase(std::remove_if(errors.begin(), errors.end(),
                              [&](const FieldError& error) {
                                return std::find(known.begin(), known.end(), error) != known.end();
                              }),
               errors.end());
  return errors;
}

// The errors of a pod, by how sure they are.
struct PodErrors {
  FieldErrors certain;
  FieldErrors uncertain;  // those that the cluster's priority classes decide about
};

// The pod of a StatefulSet after the webhook has changed it. If the webhook refuses the pod, its message is the error.
PodErrors ErrorsOfPod(const Json& statefulset, int64_t ordinal, absl::string_view hash) {
  const std::string name = statefulset["metadata"].value("name", "");
  const std::string revision = absl::StrCat(name, "-", hash);
  Json pod = internal::StatefulSetPod(statefulset, statefulset["spec"].value("template", Json()), ordinal, revision);
  const absl::StatusOr<Json> admitted = AdmitPod(std::move(pod), {});
  if (!admitted.ok()) return {{{"metadata", std::string(admitted.status().message())}}, {}};
  FieldErrors certain = internal::ValidatePod(*admitted);
  internal::AddOverheadErrors(*admitted, &certain);
  return {std::move(certain), internal::PriorityErrors(*admitted)};
}

// The numbers 0 (or `first`), 10, 100, ... below `end`: at these a name grows by a digit.
std::vector<int32_t> WhereNamesGrow(int32_t first, int32_t end) {
  std::vector<int32_t> numbers;
  if (first < end) numbers.push_back(first);
  for (int64_t number = 10; number < end; number *= 10) numbers.push_back(static_cast<int32_t>(number));
  return numbers;
}

class Search {
 public:
  Search(const LeaderWorkerSet& set, const LeaderWorkerSet* before) : set_(set), before_(before) {}

  std::vector<RefusedObject> Run() {
    key_ = RevisionKey(RevisionData(set_));
    const std::optional<Json> leaders = WantedLeaders(set_);
    if (!leaders.has_value()) return {};
    leader_errors_ = ErrorsOfLeaderStatefulSet(*leaders);
    Add(RefusedKind::kLeaderStatefulSet, 0, true, leader_errors_);
    if (internal::HasSharedSubdomain(set_)) {
      Add(RefusedKind::kServices, 0, true, internal::ValidateHeadlessService(WithUids(internal::SharedService(set_))));
    }
    const int32_t replicas = internal::SpecReplicas(set_.spec());
    for (const int32_t group : WhereNamesGrow(0, replicas)) {
      if (leader_errors_.empty()) AddPod(RefusedKind::kLeaderPods, group, *leaders, group);
      LookAtGroup(group);
    }
    return std::move(refused_);
  }

 private:
  // nullopt for a set whose budget does not parse.
  static std::optional<Json> WantedLeaders(const LeaderWorkerSet& set) {
    const int32_t replicas = internal::SpecReplicas(set.spec());
    absl::StatusOr<Json> leaders = internal::LeaderStatefulSet(set, RevisionKey(RevisionData(set)), 0, replicas);
    if (!leaders.ok()) return std::nullopt;
    GiveUids(&*leaders);
    return *std::move(leaders);
  }

  // If the former StatefulSet was refused itself, it does not exist, so the new one is created instead of updated.
  FieldErrors ErrorsOfLeaderStatefulSet(const Json& leaders) const {
    const std::optional<Json> former = before_ == nullptr ? std::nullopt : WantedLeaders(*before_);
    const bool is_there = former.has_value() && internal::ValidateStatefulSet(*former).empty();
    return is_there ? internal::ValidateStatefulSetUpdate(*former, leaders) : internal::ValidateStatefulSet(leaders);
  }

  void LookAtGroup(int32_t group) {
    const DesiredGroup desired = DesiredGroupAt(set_, key_, group);
    if (desired.service != nullptr) {
      Add(RefusedKind::kServices, group, true, internal::ValidateHeadlessService(WithUids(*desired.service)));
    }
    if (desired.worker_statefulset == nullptr) return;
    const Json workers = WithUids(*desired.worker_statefulset);
    const FieldErrors errors = internal::ValidateStatefulSet(workers);
    Add(RefusedKind::kWorkerStatefulSets, group, true, Without(errors, leader_errors_));
    if (!errors.empty()) return;
    const int32_t size = set_.spec().leader_worker_template().size();
    for (const int32_t worker : WhereNamesGrow(1, size)) AddPod(RefusedKind::kWorkerPods, group, workers, worker);
  }

  void AddPod(RefusedKind kind, int32_t group, const Json& statefulset, int64_t ordinal) {
    PodErrors errors = ErrorsOfPod(statefulset, ordinal, kShortHash);
    if (!errors.certain.empty()) return Add(kind, group, true, std::move(errors.certain));
    FieldErrors of_long_hash = ErrorsOfPod(statefulset, ordinal, kLongHash).certain;
    Add(kind, group, false, of_long_hash.empty() ? std::move(errors.uncertain) : std::move(of_long_hash));
  }

  // Keeps the first error of each kind. A certain one is added even after an uncertain one.
  void Add(RefusedKind kind, int32_t group, bool is_certain, FieldErrors errors) {
    if (errors.empty()) return;
    const auto found = std::find_if(refused_.begin(), refused_.end(), [&](const RefusedObject& refused) {
      return refused.kind == kind && (refused.is_certain || !is_certain);
    });
    if (found == refused_.end()) refused_.push_back({kind, group, is_certain, std::move(errors)});
  }

  const LeaderWorkerSet& set_;
  const LeaderWorkerSet* before_;
  std::string key_;
  FieldErrors leader_errors_;
  std::vector<RefusedObject> refused_;
};

}  // namespace

std::vector<RefusedObject> RefusedObjectsOf(const LeaderWorkerSet& set, const LeaderWorkerSet* before) {
  if (set.metadata().name().empty()) {
    LeaderWorkerSet named = set;
    named.mutable_metadata()->set_name(
        absl::StrCat(set.metadata().generate_name().substr(0, kGeneratedFrom), kGeneratedEnd));
    return Search(named, before).Run();
  }
  return Search(set, before).Run();
}

}  // namespace lws
