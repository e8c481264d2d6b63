// Random objects of a small world in which names and labels mostly agree: two sets, one of which is named like a group
// of the other, with every restart policy, update strategy and placement, and objects that somebody tampered with.
//
//   lws::RandomCluster cluster(/*seed=*/7);
//   lws::Json object = cluster.Object();    // a pod of the set s or s-1, or its StatefulSet, and so on
#ifndef LWS_TESTS_PROPERTIES_RANDOM_CLUSTER_H_
#define LWS_TESTS_PROPERTIES_RANDOM_CLUSTER_H_

#include <cstddef>
#include <map>
#include <random>
#include <string>

#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lws {

class RandomCluster {
 public:
  explicit RandomCluster(unsigned seed);

  size_t Draw(size_t count) { return random_() % count; }
  bool OneIn(size_t count) { return Draw(count) == 0; }

  Json Object();

 private:
  Json Template(const char* image);
  Json Set();
  Json Meta(const std::string& name, const std::string& set_name, const std::string& group);
  Json Pod();
  void Tamper(Json* pod);
  Json WorkerStatefulSet();
  Json LeaderStatefulSet();
  Json Revision();
  Json Service();
  Json Node();

  std::string SetName() { return OneIn(4) ? "s-1" : "s"; }
  std::string Key() { return OneIn(2) ? "old" : "new"; }
  std::string Group();
  std::string Uid();

  std::mt19937 random_;
  // The template without its image, and the network, by the set's name. The set and its revisions have the same.
  std::map<std::string, Json> templates_;
  std::map<std::string, Json> networks_;
};

// "leaderworkerset.sigs.k8s.io/NAME".
std::string Label(const char* name);

}  // namespace lws

#endif  // LWS_TESTS_PROPERTIES_RANDOM_CLUSTER_H_
