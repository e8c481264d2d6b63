#include <iostream>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/yaml_text.h"
#include "lws/core/desired/desired_groups.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl render [-o yaml|json] [--strict] FILE\n"
    "Writes the objects that the LeaderWorkerSets of FILE own once they are created: StatefulSets, Services, "
    "revisions.\n"
    "  --strict   unknown fields are errors, as for kubectl apply\n";

// The objects of one set, in the order in which they come to be.
absl::StatusOr<std::vector<lws::SharedJson>> Objects(const lws::Json& manifest) {
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  if (!admission.errors.empty()) return absl::InvalidArgumentError(lws::Join(admission.errors));
  const absl::StatusOr<lws::DesiredSet> desired = lws::DesiredGroups(*admission.set);
  if (!desired.ok()) return desired.status();
  std::vector<lws::SharedJson> objects = {desired->revision, desired->leader_statefulset};
  if (desired->service != nullptr) objects.push_back(desired->service);
  for (const lws::DesiredGroup& group : desired->groups) {
    if (group.service != nullptr) objects.push_back(group.service);
    if (group.worker_statefulset != nullptr) objects.push_back(group.worker_statefulset);
  }
  return objects;
}

}  // namespace

int Render(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, {"-o=yaml|json"}, {"--help", "--strict"});
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("render needs one FILE"));
  const absl::StatusOr<std::vector<SetManifest>> sets = ReadSets(arguments->files[0], UnknownFieldsOf(*arguments));
  if (!sets.ok()) return Fail(sets.status());
  lws::Json all = lws::Json::array();
  for (const SetManifest& set : *sets) {
    const absl::StatusOr<std::vector<lws::SharedJson>> objects = Objects(*set.object);
    if (!objects.ok()) return Fail(lws::WithPrefix(set.where, objects.status()));
    for (const lws::SharedJson& object : *objects) all.push_back(*object);
  }
  if (arguments->Flag("-o", "yaml") == "json") {
    std::cout << lws::Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", all}}.dump(2) << "\n";
    return 0;
  }
  for (const lws::Json& object : all) std::cout << "---\n" << lws::ToYaml(object);
  return 0;
}

}  // namespace lwsctl
