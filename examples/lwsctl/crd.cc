#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/output_format.h"
#include "lws/api/custom_resource.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl crd [-o yaml|json] [KIND...]\n"
    "Prints the CustomResourceDefinitions of LeaderWorkerSet, DisaggregatedSet and DisaggregatedSetRoleScaler, or of "
    "the\n"
    "named kinds, for kubectl apply --server-side -f -.\n"
    "  -o yaml|json   a stream of documents (the default), or one List\n";

// The kind of that name, in any case; "" for none.
std::string FindKind(const std::string& word) {
  for (const std::string& kind : lws::internal::CustomKinds()) {
    if (absl::AsciiStrToLower(word) == absl::AsciiStrToLower(kind)) return kind;
  }
  return "";
}

}  // namespace

int RunCustomResources(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return kAsWished;
  }
  std::vector<lws::Json> definitions;
  for (const std::string& word : arguments->files.empty() ? lws::internal::CustomKinds() : arguments->files) {
    const std::string kind = FindKind(word);
    if (kind.empty()) {
      return Fail(absl::InvalidArgumentError(
          absl::StrCat("crd: \"", word, "\" is not one of ", absl::StrJoin(lws::internal::CustomKinds(), ", "))));
    }
    definitions.push_back(lws::internal::CustomResourceDefinition(kind));
  }
  PrintObjects(definitions, OutputFormatOf(*arguments, OutputFormat::kYaml));
  return kAsWished;
}

}  // namespace lwsctl
