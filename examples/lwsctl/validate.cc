#include <iostream>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl validate [-o json] FILE...\n"
    "Says of each LeaderWorkerSet what the API server would say. Exit 1 when one is refused.\n";

std::string Name(const lws::Json& manifest) {
  return manifest.value("/metadata/name"_json_pointer, lws::Json()).dump();
}

}  // namespace

int Validate(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, {"-o"}, {"--help"});
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.empty()) return Fail(absl::InvalidArgumentError("validate needs a FILE"));
  bool all_admitted = true;
  lws::Json report = lws::Json::array();
  for (const std::string& file : arguments->files) {
    const absl::StatusOr<std::vector<lws::ManifestObject>> sets = ReadSets(file);
    if (!sets.ok()) return Fail(sets.status());
    for (const lws::ManifestObject& set : *sets) {
      const lws::SetAdmission admission = lws::AdmitSet(WithNamespace(*set.object));
      all_admitted = all_admitted && admission.errors.empty();
      lws::Json errors = lws::Json::array();
      for (const lws::FieldError& error : admission.errors) errors.push_back(error.ToString());
      report.push_back({{"file", file}, {"line", set.line}, {"errors", errors}, {"warnings", admission.pruned}});
      if (arguments->flags.count("-o") > 0) continue;
      const std::string where = absl::StrCat(file, ":", set.line, ": ");
      for (const std::string& path : admission.pruned)
        std::cout << where << "warning: unknown field \"" << path << "\"\n";
      if (admission.errors.empty()) {
        std::cout << where << "LeaderWorkerSet " << Name(*set.object) << " is valid\n";
      } else {
        std::cout << where << "The LeaderWorkerSet " << Name(*set.object)
                  << " is invalid: " << lws::Join(admission.errors) << "\n";
      }
    }
  }
  if (arguments->flags.count("-o") > 0) std::cout << report.dump(2) << "\n";
  return all_admitted ? 0 : 1;
}

}  // namespace lwsctl
