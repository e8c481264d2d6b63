// A host forgets what is deleted: sets that are made and deleted under new names leave no memory behind. The test
// counts what C++ allocates. LWS_TEST_LIVES=1000000 in the environment makes it live a million sets, in a few minutes.
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/fleet_cluster.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/api/admit_set.h"
#include "lws/api/leader_worker_set.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace {

int64_t bytes_in_use = 0;

}  // namespace

// Not inlined, because the compiler would warn that malloc and delete do not match.
[[gnu::noinline]] void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  bytes_in_use += static_cast<int64_t>(malloc_usable_size(memory));
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  bytes_in_use -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace lws {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kLives = 3000;
#else
constexpr int kLives = 20000;
#endif

int WantedLives() {
  const char* const wanted = std::getenv("LWS_TEST_LIVES");
  int lives = 0;
  return wanted != nullptr && absl::SimpleAtoi(wanted, &lives) && lives > 0 ? lives : kLives;
}

// Enough for every table to have its size, and for the ten minutes that recreations.h remembers.
constexpr int kFirstLives = 2000;

// Every write succeeds, and the answer has the object.
class GrantingHost final : public FleetCluster {
 public:
  GrantingHost() : FleetCluster(Options()) {}

  absl::StatusOr<WriteAnswer> Perform(const Action& action) override {
    WriteAnswer answer;
    answer.gone = action.verb == Verb::kDelete;
    if (action.verb != Verb::kCreate && action.verb != Verb::kApply) return answer;
    Json object = action.object.Document();
    answer.uid = object["metadata"]["uid"] = absl::StrCat("written-", ++version_);
    answer.resource_version = object["metadata"]["resourceVersion"] = absl::StrCat(version_);
    answer.object = std::make_shared<const Json>(object);
    made.push_back(std::move(object));
    return answer;
  }
  void Record(const Event&) override { ++events; }

  std::vector<Json> made;
  int events = 0;

 private:
  static ControllerOptions Options() {
    ControllerOptions options;
    options.policies = SetPoliciesFromAnnotations({});
    return options;
  }

  int64_t version_ = 0;
};

Json SetDocument() {
  const Json manifest = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n", "uid": "s", "resourceVersion": "1",
      "annotations": {"lws-policies/restarts": "{\"atMost\": 2}", "lws-policies/controls": "{\"minReady\": \"30s\"}"}},
    "spec": {"replicas": 1, "leaderWorkerTemplate": {"size": 2, "restartPolicy": "RecreateGroupOnPodRestart",
      "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "i:1"}]}}}}})");
  return LeaderWorkerSetToJson(*AdmitSet(manifest).set);
}

// The leader of group 0, whose container has failed once.
Json LeaderDocument(const std::string& set, const std::string& revision) {
  Json pod = Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"namespace": "n", "uid": "l", "resourceVersion": "1",
      "labels": {"leaderworkerset.sigs.k8s.io/group-index": "0", "leaderworkerset.sigs.k8s.io/worker-index": "0"},
      "annotations": {"leaderworkerset.sigs.k8s.io/size": "2"}},
    "spec": {"containers": [{"name": "main", "image": "i:1"}]},
    "status": {"phase": "Running", "containerStatuses": [{"name": "main", "restartCount": 1}]}})");
  pod["metadata"]["name"] = absl::StrCat(set, "-0");
  pod["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/name"] = set;
  pod["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/template-revision-hash"] = revision;
  return pod;
}

class Lives {
 public:
  // A set is made, its group fails, and everything is deleted.
  void Live() {
    const std::string name = absl::StrCat("s", ++count_);
    set_["metadata"]["name"] = name;
    set_["metadata"]["uid"] = name;
    Tell(set_);
    ASSERT_FALSE(host_.made.empty());
    const Json& labels = host_.made.front()["metadata"]["labels"];
    const Json pod = LeaderDocument(name, labels.value("leaderworkerset.sigs.k8s.io/template-revision-hash", ""));
    Tell(pod);
    ASSERT_EQ(host_.kept().size(), 1) << "the restart policy remembers the group";
    TellGone(set_);
    TellGone(pod);
    for (const Json& made : std::exchange(host_.made, {})) TellGone(made);
    ASSERT_TRUE(host_.made.empty());
    ASSERT_EQ(host_.kept().size(), 0) << name;
    ASSERT_EQ(host_.fleet().Count().known_sets, 0) << name;
  }

  int events() const { return host_.events; }

 private:
  void Tell(const Json& object) {
    const absl::Status status = host_.Tell(object);
    ASSERT_TRUE(status.ok()) << status;
    Run();
  }
  void TellGone(const Json& object) {
    const absl::Status status = host_.TellGone(object);
    ASSERT_TRUE(status.ok()) << status;
    Run();
  }
  void Run() {
    now_ += absl::Seconds(1);
    host_.RunDue(now_);
  }

  GrantingHost host_;
  Json set_ = SetDocument();
  absl::Time now_ = absl::UnixEpoch();
  int count_ = 0;
};

TEST(FleetClusterMemoryTest, SetsThatAreMadeAndDeletedLeaveNothing) {
  Lives lives;
  for (int i = 0; i < kFirstLives; ++i) {
    lives.Live();
    if (HasFatalFailure()) return;
  }
  const int64_t before = bytes_in_use;
  const int wanted = WantedLives();
  for (int i = 0; i < wanted; ++i) {
    lives.Live();
    if (HasFatalFailure()) return;
  }
  EXPECT_LT(bytes_in_use - before, 10000) << "after " << wanted << " sets";
  EXPECT_GT(lives.events(), wanted);
}

}  // namespace
}  // namespace lws
