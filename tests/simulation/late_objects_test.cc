// The laws of views that are told late, against the API server that they follow.
#include "lws/adapters/simulation/late_objects.h"

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/faults.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::Chance;
using internal::LateObjects;
using internal::SimulationFaults;
using simulation::ApiServer;
using simulation::ObjectChange;
using simulation::StoredTextAt;
using simulation::VirtualClock;

constexpr absl::Duration kFaults = absl::Minutes(10);

// A server whose objects change at random times, and what is told of them.
class LateObjectsTest : public ::testing::Test {
 protected:
  void Run(uint64_t seed) {
    std::mt19937_64 random(seed);
    VirtualClock clock(absl::UnixEpoch());
    ApiServer server(&clock);
    const SimulationFaults faults = Faults(random());
    Chance chance(seed, faults, [&clock] { return clock.now() - absl::UnixEpoch(); });
    LateObjects late(&chance, &clock, [this](const ObjectChange& change) { See(change); });
    server.Subscribe([&](const ObjectChange& change) {
      if (random() % 8 == 0) {
        late.TellNow(change);
      } else {
        late.Tell(change);
      }
    });
    for (int i = 0; i < 300; ++i) {
      clock.After(absl::Milliseconds(static_cast<int64_t>(random() % 600000)), [&] { ChangeOne(&server, &random); });
    }
    while (clock.next().has_value() && *clock.next() <= absl::UnixEpoch() + kFaults + faults.list_every) {
      clock.Advance();
    }
    for (int i = 0; i < kObjects; ++i) ExpectTold(server, absl::StrCat("o", i), seed);
  }

  int64_t states_ = 0;
  std::map<std::string, int64_t> newest_;  // the number of the newest state that was told, by name
  std::map<std::string, int64_t> told_;    // 0 for an object that is gone

 private:
  static constexpr int kObjects = 5;

  static SimulationFaults Faults(uint64_t drawn) {
    SimulationFaults faults;
    faults.late = 300;
    faults.lost = static_cast<int32_t>(drawn % 200);
    faults.twice = 300;
    faults.until = kFaults;
    return faults;
  }

  static Json Object(const std::string& name, int64_t value) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"namespace", "n"}}},
            {"data", {{"value", absl::StrCat(value)}}}};
  }

  void ChangeOne(ApiServer* server, std::mt19937_64* random) {
    const std::string name = absl::StrCat("o", (*random)() % kObjects);
    const ObjectRef key = {"ConfigMap", "n", name};
    if (server->Find(key) == nullptr) {
      ASSERT_TRUE(server->Create(Object(name, ++states_)).ok());
    } else if ((*random)() % 4 == 0) {
      ASSERT_TRUE(server->Delete(key, {}).ok());
    } else {
      simulation::StoredObject next = *server->Find(key);
      next.Edit("data")["value"] = absl::StrCat(++states_);
      ASSERT_TRUE(server->Update(std::move(next)).ok());
    }
  }

  // Every state of an object has a larger number than the one before.
  static int64_t VersionOf(const simulation::SharedObject& object) {
    int64_t version = -1;
    EXPECT_TRUE(absl::SimpleAtoi(StoredTextAt(*object, {"data", "value"}), &version));
    return version;
  }

  // Law 1: versions only grow. A deletion tells the last version that the object had.
  void See(const ObjectChange& change) {
    const int64_t version = VersionOf(change.after != nullptr ? change.after : change.before);
    int64_t& newest = newest_[change.key.name];
    EXPECT_GE(version, newest) << change.key.name;
    newest = version;
    told_[change.key.name] = change.after == nullptr ? 0 : version;
  }

  // Law 2.
  void ExpectTold(const ApiServer& server, const std::string& name, uint64_t seed) {
    const simulation::SharedObject object = server.Find({"ConfigMap", "n", name});
    EXPECT_EQ(told_[name], object == nullptr ? 0 : VersionOf(object)) << "seed " << seed << " " << name;
  }
};

TEST_F(LateObjectsTest, Laws1And2NoFormerStateAfterANewerOneAndInTheEndTheNewest) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    newest_.clear();
    told_.clear();
    Run(seed);
    if (HasFailure()) break;
  }
}

TEST(LateObjectsOfOneTest, AChangeThatIsLostIsToldAtTheNextList) {
  VirtualClock clock(absl::UnixEpoch());
  ApiServer server(&clock);
  SimulationFaults faults;
  faults.lost = 1000;
  faults.until = absl::Seconds(90);
  Chance chance(1, faults, [&clock] { return clock.now() - absl::UnixEpoch(); });
  std::string told;
  LateObjects late(&chance, &clock, [&](const ObjectChange&) {
    absl::StrAppend(&told, absl::FormatDuration(clock.now() - absl::UnixEpoch()), " ");
  });
  server.Subscribe([&late](const ObjectChange& change) { late.Tell(change); });
  for (const int second : {10, 20, 70, 100}) {
    clock.At(absl::UnixEpoch() + absl::Seconds(second), [&server, second] {
      ASSERT_TRUE(server
                      .Create({{"apiVersion", "v1"},
                               {"kind", "ConfigMap"},
                               {"metadata", {{"name", absl::StrCat("o", second)}, {"namespace", "n"}}}})
                      .ok());
    });
  }
  while (clock.Advance()) {
  }
  EXPECT_EQ(told, "1m 1m 1m40s 2m ");
}

}  // namespace
}  // namespace lws
