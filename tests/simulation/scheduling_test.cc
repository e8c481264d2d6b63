// The simulated scheduler: what pods ask of each other, against a naive oracle; and the work that it does, which is to
// stay about the same for each group.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/label_match.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/kubernetes/pod_affinities.h"
#include "lws/adapters/simulation/kubernetes/scheduler.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/core/groups/group_state.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

Json Labels(const std::string& text) { return Json::parse(text); }

TEST(LabelSelectorTest, Law1NullMatchesNothingAndEmptyMatchesEverything) {
  const Json labels = Labels(R"({"app": "a"})");
  EXPECT_FALSE(LabelSelector(Json()).Matches(labels));
  EXPECT_FALSE(LabelSelector(Json("app")).Matches(labels));
  EXPECT_FALSE(LabelSelector(Labels(R"({"matchLabels": {"app": 1}})")).Matches(labels));
  EXPECT_FALSE(LabelSelector(Labels(R"({"matchExpressions": [{"key": "app", "operator": "Is"}]})")).Matches(labels));
  EXPECT_TRUE(LabelSelector(Json::object()).Matches(labels));
  EXPECT_TRUE(LabelSelector(Json::object()).Matches(Json()));
}

TEST(LabelSelectorTest, Law2LabelsThatMatchHaveAValueOfTheEquality) {
  const LabelSelector selector(Labels(R"({"matchExpressions": [
    {"key": "tier", "operator": "Exists"}, {"key": "app", "operator": "In", "values": ["a", "b"]}]})"));
  ASSERT_NE(selector.equality(), nullptr);
  EXPECT_EQ(selector.equality()->key, "app");
  EXPECT_EQ(selector.equality()->values, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(selector.Matches(Labels(R"({"app": "b", "tier": "x"})")));
  EXPECT_FALSE(selector.Matches(Labels(R"({"app": "c", "tier": "x"})")));
  EXPECT_FALSE(selector.Matches(Labels(R"({"app": "a"})")));
  EXPECT_EQ(LabelSelector(Labels(R"({"matchExpressions": [{"key": "a", "operator": "Exists"}]})")).equality(), nullptr);
}

// A drawn world of pods on nodes.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    for (int i = 0; i < 6; ++i) {
      Json node = {{"kind", "Node"}, {"metadata", {{"name", absl::StrCat("n", i)}, {"labels", Json::object()}}}};
      if (Draw(5) > 0) node["metadata"]["labels"]["rack"] = absl::StrCat(Draw(3) == 0 ? "" : "r", Draw(3));
      if (Draw(5) > 0) node["metadata"]["labels"]["host"] = absl::StrCat("h", i);
      nodes.push_back(std::make_shared<const StoredObject>(std::move(node)));
    }
  }

  unsigned Draw(unsigned below) { return static_cast<unsigned>(random_() % below); }

  Json DrawSelector() {
    const std::string value = absl::StrCat(Draw(3));
    switch (Draw(7)) {
      case 0:
        return Json();
      case 1:
        return Json::object();
      case 2:
        return {{"matchLabels", {{"key", value}}}};
      case 3:
        return {{"matchExpressions", {{{"key", "key"}, {"operator", "In"}, {"values", {value, "1"}}}}}};
      case 4:
        return {
            {"matchExpressions",
             {{{"key", "key"}, {"operator", "Exists"}}, {{"key", "key"}, {"operator", "NotIn"}, {"values", {value}}}}}};
      case 5:
        return {{"matchLabels", {{"app", "a"}}},
                {"matchExpressions", {{{"key", "key"}, {"operator", "DoesNotExist"}}}}};
      default:
        return {{"matchExpressions", {{{"key", "app"}, {"operator", "NotIn"}, {"values", {"b"}}}}}};
    }
  }

  SharedObject DrawPod(int number) {
    Json labels = Json::object();
    if (Draw(4) > 0) labels["key"] = absl::StrCat(Draw(3));
    if (Draw(4) > 0) labels["app"] = Draw(2) == 0 ? "a" : "b";
    Json pod = {{"kind", "Pod"},
                {"metadata",
                 {{"name", absl::StrCat("p", number)}, {"namespace", Draw(3) == 0 ? "b" : "a"}, {"labels", labels}}},
                {"spec", Json::object()}};
    for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
      for (unsigned i = Draw(3); i > 1; --i) {
        const char* topologies[] = {"rack", "host", "nowhere"};
        pod["spec"]["affinity"][kind][kRequired].push_back(
            {{"topologyKey", topologies[Draw(3)]}, {"labelSelector", DrawSelector()}});
      }
    }
    return std::make_shared<const StoredObject>(std::move(pod));
  }

  std::vector<SharedObject> nodes;
  std::map<ObjectRef, std::pair<SharedObject, SharedObject>> placed;  // pod and node

 private:
  std::mt19937 random_;
};

std::optional<std::string> DomainOf(const StoredObject& node, const Json& term) {
  const Json& value = StoredFieldAt(node, {"metadata", "labels", StoredTextAt(term, {"topologyKey"})});
  return value.is_string() ? std::optional<std::string>(value.get<std::string>()) : std::nullopt;
}

bool Selects(const Json& term, const StoredObject& pod) {
  return LabelSelectorMatches(StoredFieldAt(term, {"labelSelector"}), StoredFieldAt(pod, {"metadata", "labels"}));
}

const Json& NamespaceOf(const StoredObject& pod) { return StoredFieldAt(pod, {"metadata", "namespace"}); }

// By a look at every pod for every term.
std::string NaiveWhyExcluded(const World& world, const StoredObject& pod, const StoredObject& node) {
  const auto terms = [](const StoredObject& of, const char* kind) {
    const Json& list = StoredFieldAt(of, {"spec", "affinity", kind, kRequired});
    return list.is_array() ? list : Json::array();
  };
  const auto is_any = [&](const Json& term, bool anywhere) {
    return std::any_of(world.placed.begin(), world.placed.end(), [&](const auto& entry) {
      const auto& [other, its_node] = entry.second;
      const bool is_there =
          anywhere || (DomainOf(node, term).has_value() && DomainOf(*its_node, term) == DomainOf(node, term));
      return is_there && NamespaceOf(*other) == NamespaceOf(pod) && Selects(term, *other);
    });
  };
  for (const Json& term : terms(pod, "podAffinity")) {
    const bool is_first = Selects(term, pod) && !is_any(term, true);
    if (is_first ? !DomainOf(node, term).has_value() : !is_any(term, false)) return "pod affinity";
  }
  for (const Json& term : terms(pod, "podAntiAffinity")) {
    if (is_any(term, false)) return "pod anti-affinity";
  }
  for (const auto& [key, entry] : world.placed) {
    const auto& [other, its_node] = entry;
    if (NamespaceOf(*other) != NamespaceOf(pod)) continue;
    for (const Json& term : terms(*other, "podAntiAffinity")) {
      const bool is_same = DomainOf(node, term).has_value() && DomainOf(node, term) == DomainOf(*its_node, term);
      if (is_same && Selects(term, pod)) return "anti-affinity of pods there";
    }
  }
  return "";
}

TEST(PodAffinitiesTest, Law1AnswersAreThoseOfALookAtEveryPod) {
  std::map<std::string, int> answers;
  for (unsigned seed = 1; seed <= 120; ++seed) {
    World world(seed);
    PodAffinities affinities;
    for (int step = 0; step < 60; ++step) {
      const SharedObject pod = world.DrawPod(step);
      const PodTerms terms = affinities.TermsOf(pod);
      for (const SharedObject& node : world.nodes) {
        const std::string why = affinities.WhyExcluded(terms, *node);
        ASSERT_EQ(why, NaiveWhyExcluded(world, *pod, *node)) << "seed " << seed << ", step " << step << "\n"
                                                             << *pod->Document() << "\n"
                                                             << *node->Document();
        ++answers[why];
      }
      const unsigned what = world.Draw(6);
      if (what == 0 && !world.placed.empty()) {
        const ObjectRef key = std::next(world.placed.begin(), world.Draw(world.placed.size()))->first;
        affinities.Erase(key);
        world.placed.erase(key);
      } else if (what == 1) {
        SharedObject& node = world.nodes[world.Draw(6)];
        StoredObject changed = *node;
        changed.Edit("metadata")["labels"]["rack"] = absl::StrCat("r", world.Draw(3));
        const SharedObject before = std::exchange(node, std::make_shared<const StoredObject>(std::move(changed)));
        for (auto& [key, entry] : world.placed) {
          if (entry.second == before) entry.second = node;
        }
        affinities.NodeChanged(node);
      } else {
        const SharedObject& node = world.nodes[world.Draw(6)];
        world.placed[StoredObjectRef(*pod)] = {pod, node};
        affinities.Put(StoredObjectRef(*pod), pod, node);
      }
    }
  }
  for (const char* answer : {"", "pod affinity", "pod anti-affinity", "anti-affinity of pods there"}) {
    EXPECT_GT(answers[answer], 100) << answer;
  }
}

Json Manifest(int groups, bool exclusive) {
  Json manifest = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n"}, "spec": {"leaderWorkerTemplate": {"size": 4,
      "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}})");
  manifest["spec"]["replicas"] = groups;
  if (exclusive) {
    manifest["metadata"]["annotations"]["leaderworkerset.sigs.k8s.io/exclusive-topology"] = "rack";
  }
  return manifest;
}

// The work of a set that is created, updated, and deleted, in racks of four nodes: as many as there are groups, and
// one.
int64_t WorkOf(int groups, bool exclusive) {
  SimulationOptions options;
  Simulation simulation(options);
  for (int node = 0; node < (groups + 1) * 4; ++node) {
    EXPECT_TRUE(simulation
                    .AddNode(absl::StrCat("node-", 10000 + node), {{"cpu", "8"}, {"pods", "8"}},
                             {{"rack", absl::StrCat("rack-", node / 4)}})
                    .ok());
  }
  EXPECT_TRUE(simulation.CreateSet(Manifest(groups, exclusive)).ok());
  EXPECT_TRUE(simulation.RunUntilQuiet(absl::Hours(24)));
  Json patch = Json::object();
  patch["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] =
      Json::array({{{"name", "c"}, {"image", "i:2"}}});
  EXPECT_TRUE(simulation.EditSet("n", "s", patch).ok());
  EXPECT_TRUE(simulation.RunUntilQuiet(absl::Hours(24)));
  const auto counts = simulation.fleet().ObserveSet("n", "s").groups->counts;
  EXPECT_EQ(counts.ready, groups);
  EXPECT_EQ(counts.updated, groups);
  return simulation.server().work();
}

TEST(SchedulerTest, Law1TheWorkForAGroupDoesNotGrowWithTheirNumber) {
  for (const bool exclusive : {false, true}) {
    const double few = static_cast<double>(WorkOf(8, exclusive)) / 8;
    const double many = static_cast<double>(WorkOf(96, exclusive)) / 96;
    // Cubic growth would be 144 times as much a group, and quadratic growth 12 times. Leaders of exclusive groups look
    // at the nodes of the groups before them.
    EXPECT_LT(many, few * (exclusive ? 4 : 1.2))
        << (exclusive ? "exclusive" : "anywhere") << ": " << few << " a group of 8, " << many << " of 96";
    EXPECT_GT(few, 50) << "the work is not counted";
  }
}

}  // namespace
}  // namespace lws::simulation
