#include <iostream>

#include "absl/status/statusor.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/yaml_output.h"
#include "lws/adapters/simulation/simulation.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl render [-o yaml|json] FILE\n"
    "Writes the objects that the LeaderWorkerSets of FILE own once they are created: StatefulSets, Services, "
    "revisions.\n";

// What a cluster holds when the set has come to rest; what the server added is left out.
absl::StatusOr<lws::Json> Objects(const lws::Json& manifest) {
  lws::Simulation simulation({});
  absl::Status status = simulation.AddNode("node", {{"pods", "1000000"}}, {});
  lws::Json set = manifest;
  if (!set["metadata"].contains("namespace")) set["metadata"]["namespace"] = "default";
  // Placement and resources are the cluster's business, not the set's.
  status.Update(simulation.CreateSet(set));
  if (!status.ok()) return status;
  simulation.RunUntilQuiet(absl::Hours(1));
  lws::Json objects = lws::Json::array();
  for (const char* kind : {"ControllerRevision", "Service", "StatefulSet"}) {
    for (const lws::SharedJson& object : simulation.server().List(kind)) {
      if ((*object)["metadata"].value("/ownerReferences/0/kind"_json_pointer, "") == "StatefulSet") continue;
      lws::Json shown = *object;
      shown.erase("status");
      for (const char* key : {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"}) {
        shown["metadata"].erase(key);
      }
      objects.push_back(shown);
    }
  }
  return objects;
}

}  // namespace

int Render(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, {"-o"}, {"--help"});
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("render needs one FILE"));
  const absl::StatusOr<std::vector<lws::ManifestObject>> sets = ReadSets(arguments->files[0]);
  if (!sets.ok()) return Fail(sets.status());
  lws::Json all = lws::Json::array();
  for (const lws::ManifestObject& set : *sets) {
    absl::StatusOr<lws::Json> objects = Objects(*set.object);
    if (!objects.ok()) return Fail(objects.status());
    all.insert(all.end(), objects->begin(), objects->end());
  }
  if (arguments->Flag("-o", "yaml") == "json") {
    std::cout << lws::Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", all}}.dump(2) << "\n";
    return 0;
  }
  for (const lws::Json& object : all) std::cout << "---\n" << ToYaml(object) << "\n";
  return 0;
}

}  // namespace lwsctl
