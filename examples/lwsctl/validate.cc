#include <iostream>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/printable_text.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl validate [-o json] [--strict] FILE...\n"
    "Says of each LeaderWorkerSet what the API server would say. Exit 1 when one is refused.\n"
    "  --strict   unknown fields are errors, as for kubectl apply\n";

std::string Name(const lws::Json& manifest) {
  const auto metadata = manifest.find("metadata");
  if (metadata == manifest.end() || !metadata->is_object()) return "null";
  for (const char* key : {"name", "generateName"}) {
    const auto name = metadata->find(key);
    if (name != metadata->end() && !name->is_null()) return lws::PrintableText(name->dump());
  }
  return "null";
}

// What kubectl apply will not do.
std::string HowToCreate(const lws::SetAdmission& admission) {
  return admission.set->metadata().name().empty()
             ? ", for kubectl create: its name is generated, and kubectl apply needs a name"
             : "";
}

lws::SetAdmission Admit(const lws::Json& manifest, bool is_strict) {
  const std::string wrong_version = lws::WhyNoLeaderWorkerSet(manifest);
  lws::SetAdmission admission;
  if (wrong_version.empty()) admission = lws::AdmitSet(WithNamespace(manifest));
  if (!wrong_version.empty()) admission.errors = {{"", wrong_version}};
  if (is_strict && !admission.pruned.empty()) admission.errors.push_back({"", StrictDecodingError(admission.pruned)});
  return admission;
}

}  // namespace

int Validate(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, {"-o"}, {"--help", "--strict"});
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.empty()) return Fail(absl::InvalidArgumentError("validate needs a FILE"));
  bool all_admitted = true;
  const bool is_strict = UnknownFieldsOf(*arguments) == UnknownFields::kRefuse;
  lws::Json report = lws::Json::array();
  for (const std::string& file : arguments->files) {
    const absl::StatusOr<InputFile> read = ReadObjects(file);
    if (!read.ok()) return Fail(read.status());
    int sets = 0;
    for (const lws::ManifestObject& set : read->objects) {
      if (!CallsItselfASet(*set.object)) continue;
      ++sets;
      const lws::SetAdmission admission = Admit(*set.object, is_strict);
      all_admitted = all_admitted && admission.errors.empty();
      lws::Json errors = lws::Json::array();
      for (const lws::FieldError& error : admission.errors) errors.push_back(error.ToString());
      report.push_back({{"file", file}, {"line", set.line}, {"errors", errors}, {"warnings", admission.pruned}});
      if (arguments->flags.count("-o") > 0) continue;
      const std::string where = absl::StrCat(read->Where(set), ": ");
      for (const std::string& path : admission.pruned)
        std::cout << where << "warning: unknown field \"" << lws::PrintableText(path) << "\""
                  << lws::internal::DidYouMeanField(path) << "\n";
      if (admission.errors.empty()) {
        std::cout << where << "LeaderWorkerSet " << Name(*set.object) << " is valid" << HowToCreate(admission) << "\n";
      } else {
        std::cout << where << "The LeaderWorkerSet " << Name(*set.object)
                  << " is invalid: " << lws::Join(admission.errors) << "\n";
      }
    }
    if (sets == 0) return Fail(absl::NotFoundError(absl::StrCat(read->name, ": holds no LeaderWorkerSet")));
  }
  if (arguments->flags.count("-o") > 0) std::cout << report.dump(2) << "\n";
  return all_admitted ? 0 : 1;
}

}  // namespace lwsctl
