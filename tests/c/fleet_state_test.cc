// A state that is read object by object gives the fleet that the whole message gives, for any bytes.
#include "lws/adapters/c/fleet_state.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/observation.h"
#include "lws/core/plan/plan.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

LeaderWorkerSet Set(const std::string& name) {
  const Json manifest = {
      {"metadata", {{"name", name}, {"namespace", "n"}, {"uid", absl::StrCat("u-", name)}, {"generation", 1}}},
      {"spec",
       {{"replicas", 2},
        {"leaderWorkerTemplate",
         {{"size", 2}, {"workerTemplate", {{"spec", {{"containers", {{{"name", "c"}, {"image", "i"}}}}}}}}}}}}};
  const absl::StatusOr<LeaderWorkerSet> set = LeaderWorkerSetFromJson(manifest);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *set : LeaderWorkerSet();
}

void FillMeta(const std::string& name, ObservedMetaProto* meta) {
  meta->set_namespace_("n");
  meta->set_name(name);
  meta->set_uid(
      absl::StrCat("0a0a0a0a-0000-0000-0000-", std::string(12 - std::min<size_t>(12, name.size()), '0'), name));
  meta->set_resource_version("7");
  meta->set_set_name("a");
}

// One state for each object, in the order in which one message of all of them has them.
std::vector<ClusterStateProto> ObjectsOfState() {
  std::vector<ClusterStateProto> objects(9);
  *objects[0].add_sets() = Set("a");
  *objects[1].add_sets() = Set("b");
  ObservedStatefulSetProto* leader = objects[2].add_statefulsets();
  FillMeta("a", leader->mutable_meta());
  leader->set_replicas(2);
  leader->set_applied(R"({"metadata":{"name":"a"},"spec":{"replicas":2}})");
  FillMeta("a-0", objects[3].add_statefulsets()->mutable_meta());
  objects[3].mutable_statefulsets(0)->mutable_meta()->set_group_index("0");
  ObservedPodProto* pod = objects[4].add_pods();
  FillMeta("a-0", pod->mutable_meta());
  pod->mutable_meta()->set_group_index("0");
  pod->set_worker_index("0");
  pod->set_phase(ObservedPodProto::RUNNING);
  FillMeta("a-12345", objects[5].add_revisions()->mutable_meta());
  FillMeta("a", objects[6].add_services());
  FillMeta("a-0", objects[7].add_pod_groups());
  objects[8].add_nodes()->set_name("node-1");
  return objects;
}

std::string BytesOfObjects(const std::vector<ClusterStateProto>& objects) {
  std::string bytes;
  for (const ClusterStateProto& object : objects) object.AppendToString(&bytes);
  return bytes;
}

struct Loaded {
  absl::Status status;
  std::vector<Plan> plans;  // for both sets; empty after an error
};

Loaded Decide(absl::Status status, Fleet& fleet) {
  Loaded loaded = {std::move(status), {}};
  if (!loaded.status.ok()) return loaded;
  for (const char* name : {"a", "b"}) {
    loaded.plans.push_back(ReconcileSet(fleet.ObserveSet("n", name), absl::UnixEpoch(), {}));
  }
  return loaded;
}

void ExpectLikeWholeMessage(const std::string& bytes) {
  Fleet whole;
  const Loaded expected = Decide(LoadCallerFleetProto(bytes, &whole), whole);
  Fleet fleet;
  const Loaded loaded = Decide(LoadCallerProtoIntoEmptyFleet(bytes, &fleet), fleet);
  EXPECT_EQ(loaded.status, expected.status);
  EXPECT_TRUE(loaded.plans == expected.plans);
}

TEST(CallerFleetTest, ReadsObjectsInAnyOrder) {
  std::vector<ClusterStateProto> objects = ObjectsOfState();
  const std::string bytes = BytesOfObjects(objects);
  Fleet fleet;
  const Loaded loaded = Decide(LoadCallerProtoIntoEmptyFleet(bytes, &fleet), fleet);
  ASSERT_TRUE(loaded.status.ok()) << loaded.status;
  EXPECT_FALSE(loaded.plans[0].empty());
  EXPECT_FALSE(loaded.plans[0] == loaded.plans[1]) << "the objects of set a are not seen";
  for (size_t turn = 0; turn < objects.size(); ++turn) {
    std::rotate(objects.begin(), objects.begin() + 1, objects.end());
    ExpectLikeWholeMessage(BytesOfObjects(objects));
    ExpectLikeWholeMessage(BytesOfObjects({objects.rbegin(), objects.rend()}));
  }
}

TEST(CallerFleetTest, ReadsTornBytesLikeAWholeMessage) {
  const std::string bytes = BytesOfObjects(ObjectsOfState());
  for (size_t size = 0; size < bytes.size(); ++size) {
    SCOPED_TRACE(absl::StrCat("the first ", size, " bytes"));
    ExpectLikeWholeMessage(bytes.substr(0, size));
  }
}

TEST(CallerFleetTest, ReadsChangedBytesLikeAWholeMessage) {
  const std::string bytes = BytesOfObjects(ObjectsOfState());
  for (size_t place = 0; place < bytes.size(); ++place) {
    for (const char changed : {'\0', '\x7f', '\xff', static_cast<char>(bytes[place] ^ 1)}) {
      SCOPED_TRACE(absl::StrCat("byte ", place, " is ", static_cast<int>(changed)));
      std::string other = bytes;
      other[place] = changed;
      ExpectLikeWholeMessage(other);
    }
  }
}

// A tag or a size may be written in more bytes than it needs, up to five. Field 0 does not exist, nor does a tag of 0.
TEST(CallerFleetTest, ReadsStrayBytesLikeAWholeMessage) {
  const std::string bytes = BytesOfObjects(ObjectsOfState());
  ASSERT_FALSE(bytes.empty());
  for (const absl::string_view stray : {
           absl::string_view("\0", 1),                                 // a tag of 0
           absl::string_view("\x02\0", 2),                             // field 0
           absl::string_view("\x3a\x80\0", 3),                         // a size in two bytes
           absl::string_view("\x3a\x80\x80\x80\x80\0", 6),             // in five bytes
           absl::string_view("\x3a\x80\x80\x80\x80\x80\0", 7),         // in six bytes
           absl::string_view("\x3a\x80\x80\x80\x80\x10", 6),           // of 4 GiB
           absl::string_view("\xba\x80\0\0", 4),                       // a tag in three bytes
           absl::string_view("\xba\x80\x80\x80\x80\x80\0\0", 8),       // in seven bytes
           absl::string_view("\xba\x80\x80\x80\x80\x80\x80\x01\0", 9)  // of more than 32 bits
       }) {
    SCOPED_TRACE(absl::CHexEscape(stray));
    ExpectLikeWholeMessage(std::string(stray));
    ExpectLikeWholeMessage(absl::StrCat(stray, bytes));
    ExpectLikeWholeMessage(absl::StrCat(bytes, stray));
  }
}

TEST(CallerFleetTest, SkipsUnknownFields) {
  const std::string bytes = BytesOfObjects(ObjectsOfState());
  // Field 15 as a number, as four and eight bytes, as text, and as a group.
  for (const absl::string_view unknown : {absl::string_view("\x78\x01", 2), absl::string_view("\x7d\1\2\3\4", 5),
                                          absl::string_view("\x79\1\2\3\4\5\6\7\x08", 9),
                                          absl::string_view("\x7a\x01x", 3), absl::string_view("\x7b\x7c", 2)}) {
    ExpectLikeWholeMessage(absl::StrCat(unknown, bytes));
    ExpectLikeWholeMessage(absl::StrCat(bytes, unknown));
    Fleet fleet;
    EXPECT_TRUE(LoadCallerProtoIntoEmptyFleet(absl::StrCat(bytes, unknown), &fleet).ok());
  }
}

}  // namespace
}  // namespace lws::internal
