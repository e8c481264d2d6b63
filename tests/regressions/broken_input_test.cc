// Quantities, saved clusters and pods that once ended a process, or took seconds and gigabytes.
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/manifest.h"
#include "lws/api/quantity.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/snapshot/cluster_snapshot.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

std::string Told(const std::string& text) {
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
  return quantity.ok() ? quantity->ToString() : "refused";
}

TEST(BrokenInput, QuantitiesThatAreTooLargeOrLongAreRefused) {
  for (const char* text :
       {"1000e9999", "1e2147483647", "1e-2147483648", "1.55e-2147483648", "1e99999999999999999999"}) {
    EXPECT_EQ(Told(text), "refused") << text;
  }
  EXPECT_EQ(Told(std::string(100000, '1')), "refused");
  EXPECT_EQ(Told("0." + std::string(100000, '1')), "refused");
  EXPECT_EQ(Told("1000000000000000000000M"), "1")
      << "from 10^21 on Kubernetes has no suffix, and writes the digits alone";
  EXPECT_EQ(Told("62.50Ki"), "64000");
  EXPECT_EQ(Told("64000"), "64k");
}

// YAML takes such a number for 0. Nobody meant that.
TEST(BrokenInput, ANumberThatIsTooSmallForAFloatStaysAText) {
  const auto value = [](const char* yaml) {
    const absl::StatusOr<std::vector<ManifestObject>> read = ReadManifest(yaml, "n.yaml");
    return read.ok() ? (*read)[0].object.Unpack().at("a") : Json(read.status().ToString());
  };
  EXPECT_EQ(value("a: 1.55e-2147483648"), "1.55e-2147483648");
  EXPECT_EQ(value("a: 0.0e-400"), 0);
  EXPECT_EQ(value("a: 1e-300"), 1e-300);
}

TEST(BrokenInput, ASavedSetWhoseTemplateIsNoObjectIsRefused) {
  for (const char* text : {"x", "[]", "7", "{", "null"}) {
    ClusterStateProto leader;
    leader.add_sets()->mutable_spec()->mutable_leader_worker_template()->set_leader_template(text);
    ClusterStateProto worker;
    worker.add_sets()->mutable_spec()->mutable_leader_worker_template()->set_worker_template(text);
    ClusterStateProto claim;
    claim.add_sets()->mutable_spec()->mutable_leader_worker_template()->add_volume_claim_templates(text);
    const std::pair<const ClusterStateProto&, const char*> cases[] = {
        {leader, "leaderTemplate"}, {worker, "workerTemplate"}, {claim, "volumeClaimTemplates[0]"}};
    for (auto& [state, field] : cases) {
      ClusterSnapshot cluster;
      const absl::Status status = cluster.Load(state);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field << " " << text;
      EXPECT_TRUE(absl::StrContains(status.message(), field)) << status;
      EXPECT_TRUE(cluster.SetNames().empty()) << "nothing half done";
    }
  }
  ClusterStateProto empty;
  empty.add_sets()->mutable_metadata()->set_name("a");
  ClusterSnapshot cluster;
  EXPECT_TRUE(cluster.Load(empty).ok());
}

TEST(BrokenInput, ContainersThatAreNoneAreErrorsOfTheirFields) {
  for (const char* container :
       {R"({"restartCount": 1, "lastState": {"terminated": {"exitCode": "1"}}})",
        R"({"restartCount": 1, "state": "x"})", R"({"lastState": {"terminated": {"exitCode": 99999999999}}})",
        R"({"restartCount": "7"})", R"("x")"}) {
    Json pod = Json::parse(R"({"kind": "Pod", "metadata": {"name": "s-0", "namespace": "n",
        "labels": {"leaderworkerset.sigs.k8s.io/worker-index": "0"}}})");
    pod["status"]["containerStatuses"] = Json::array({Json::parse(container)});
    const absl::StatusOr<GroupMember> member = ReadMemberForRestart(pod);
    EXPECT_EQ(member.status().code(), absl::StatusCode::kInvalidArgument) << container;
  }
  // Counts as large as they come are added without an overflow.
  Json pod = Json::parse(R"({"kind": "Pod", "metadata": {"name": "s-0", "namespace": "n",
      "labels": {"leaderworkerset.sigs.k8s.io/worker-index": "0"}},
      "status": {"containerStatuses": [{"restartCount": 9223372036854775807},
                                       {"restartCount": 9223372036854775807}]}})");
  const absl::StatusOr<GroupMember> member = ReadMemberForRestart(pod);
  EXPECT_TRUE(!member.ok() || member->restarts > 0);
}

}  // namespace
}  // namespace lws
