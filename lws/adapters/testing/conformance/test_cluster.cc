#include "lws/adapters/testing/conformance/test_cluster.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/well_known.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

constexpr char kNamespace[] = "default";
constexpr char kName[] = "conformance";
// So many passes are enough for a set of two groups to get all its objects.
constexpr int kPasses = 20;

Json Manifest() {
  return {
      {"apiVersion", kApiVersion},
      {"kind", kKind},
      {"metadata", {{"name", kName}, {"namespace", kNamespace}}},
      {"spec",
       {{"replicas", 2},
        {"leaderWorkerTemplate",
         {{"size", 2},
          {"workerTemplate", {{"spec", {{"containers", Json::array({{{"name", "main"}, {"image", "main:1"}}})}}}}}}}}}};
}

Action DeletionOf(absl::string_view name, absl::string_view uid, absl::string_view version) {
  Action action;
  action.verb = Verb::kDelete;
  action.api_version = "apps/v1";
  action.target = {"StatefulSet", kNamespace, std::string(name)};
  action.uid = std::string(uid);
  action.resource_version = std::string(version);
  return action;
}

// One cluster, and what it does wrong.
class Trial {
 public:
  Trial(const MakeTestedCluster& make, std::vector<std::string>* broken)
      : tested_(make(Manifest())), broken_(*broken) {}

  void Expect(bool holds, int law, absl::string_view seen) {
    if (!holds) broken_.push_back(absl::StrCat("law ", law, ": ", seen));
  }

  SetObservation Observe() { return tested_.cluster->ObserveSet(kNamespace, kName); }

  // The answer to the action, which must come once. It may come after this returned, where the cluster is slow.
  absl::Status Perform(const Action& action) {
    const auto answers = std::make_shared<std::vector<absl::Status>>();
    tested_.cluster->Perform(action, tested_.now(), [answers](const absl::StatusOr<WriteAnswer>& written, absl::Time) {
      answers->push_back(written.status());
    });
    for (int i = 0; i < kPasses && answers->empty(); ++i) tested_.settle();
    tested_.settle();
    Expect(answers->size() == 1, 2,
           absl::StrCat(VerbName(action.verb), " ", action.target.kind, " was answered ", answers->size(), " times"));
    return answers->empty() ? absl::DeadlineExceededError("no answer") : answers->front();
  }

  // Makes passes until nothing is to be done. Returns the first creation.
  std::optional<Action> MakeObjects() {
    std::optional<Action> creation;
    for (int pass = 0; pass < kPasses; ++pass) {
      const Plan plan = ReconcileSet(Observe(), tested_.now());
      tested_.cluster->Keep(kNamespace, kName, plan);
      for (const Action& action : plan.actions) {
        if (action.verb == Verb::kCreate && !creation.has_value()) creation = action;
        const absl::Status status = Perform(action);
        const bool is_foreseen = action.conflict_is_retry && absl::IsAborted(status);
        Expect(status.ok() || is_foreseen, 2,
               absl::StrCat(VerbName(action.verb), " ", action.target.kind, ": ", status.ToString()));
        if (!status.ok()) return creation;
      }
      for (const Event& event : plan.events) tested_.cluster->Record(event);
      tested_.settle();
      if (plan.actions.empty()) break;
    }
    return creation;
  }

 private:
  TestedCluster tested_;
  std::vector<std::string>& broken_;
};

class HostCluster final : public Cluster {
 public:
  explicit HostCluster(std::shared_ptr<FleetCluster> host) : host_(std::move(host)) {}

  SetObservation ObserveSet(absl::string_view namespace_name, absl::string_view name) override {
    return host_->fleet().ObserveSet(namespace_name, name);
  }
  PodObservation ObservePod(absl::string_view namespace_name, absl::string_view name) override {
    return host_->fleet().ObservePod(namespace_name, name);
  }
  void Perform(const Action& action, absl::Time now, WriteDone done) override {
    host_->Start(action, now, std::move(done));
  }
  void Record(const Event& event) override { host_->Record(event); }

 private:
  std::shared_ptr<FleetCluster> host_;
};

void TestObservations(Trial* trial, Cluster& cluster) {
  trial->Expect(cluster.ObserveSet(kNamespace, "absent").set == nullptr, 1, "a set that does not exist is observed");
  trial->Expect(cluster.ObserveSet("absent", kName).set == nullptr, 1, "a set is observed in another namespace");
  trial->Expect(cluster.ObservePod(kNamespace, "absent-0").pod == nullptr, 1, "a pod that does not exist is observed");
  trial->Expect(trial->Observe().set != nullptr, 1, "the set is not observed");
  trial->Expect(trial->Observe().leader_statefulset == nullptr, 1, "a new set has a StatefulSet");
}

void TestPlans(Trial* trial) {
  const std::optional<Action> creation = trial->MakeObjects();
  trial->Expect(creation.has_value(), 2, "the plan of a new set creates nothing");
  const SetObservation after = trial->Observe();
  trial->Expect(after.leader_statefulset != nullptr, 2, "the leader StatefulSet is not observed after it was applied");
  trial->Expect(after.service != nullptr, 2, "the Service is not observed after it was created");
  trial->Expect(!after.revisions.empty(), 2, "the revision is not observed after it was created");
  if (!creation.has_value()) return;
  const absl::Status again = trial->Perform(*creation);
  trial->Expect(absl::IsAlreadyExists(again), 3,
                absl::StrCat("creating ", creation->target.kind, " again: ", again.ToString()));
}

void TestDeletions(Trial* trial) {
  trial->MakeObjects();
  const absl::Status stale_uid = trial->Perform(DeletionOf(kName, "another-uid", ""));
  trial->Expect(absl::IsAborted(stale_uid), 4, absl::StrCat("a deletion with another UID: ", stale_uid.ToString()));
  const absl::Status stale_version = trial->Perform(DeletionOf(kName, "", "0"));
  trial->Expect(absl::IsAborted(stale_version), 4,
                absl::StrCat("a deletion with another resource version: ", stale_version.ToString()));
  trial->Expect(trial->Observe().leader_statefulset != nullptr, 4, "a stale deletion deleted the StatefulSet");
  const absl::Status absent = trial->Perform(DeletionOf("absent", "", ""));
  trial->Expect(absl::IsNotFound(absent), 5, absl::StrCat("a deletion of what is not there: ", absent.ToString()));
}

}  // namespace

std::shared_ptr<Cluster> ClusterOfHost(std::shared_ptr<FleetCluster> host) {
  return std::make_shared<HostCluster>(std::move(host));
}

std::vector<std::string> TestCluster(const MakeTestedCluster& make) {
  std::vector<std::string> broken;
  Trial observed(make, &broken);
  TestObservations(&observed, *make(Manifest()).cluster);
  Trial planned(make, &broken);
  TestPlans(&planned);
  Trial deleted(make, &broken);
  TestDeletions(&deleted);
  return broken;
}

}  // namespace lws
