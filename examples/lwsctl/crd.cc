#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/commands.h"
#include "lws/api/custom_resource.h"
#include "lws/api/printable_text.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl crd [-o yaml|json] [KIND...]\n"
    "Prints the CustomResourceDefinitions of LeaderWorkerSet, DisaggregatedSet and DisaggregatedSetRoleScaler, or of "
    "the\n"
    "named kinds, for kubectl apply --server-side -f -.\n"
    "  -o json     one List\n";

// The kind of that name, in any case; "" for none.
std::string FindKind(const std::string& word) {
  for (const std::string& kind : lws::internal::CustomKinds()) {
    if (absl::AsciiStrToLower(word) == absl::AsciiStrToLower(kind)) return kind;
  }
  return "";
}

void Print(const std::vector<std::string>& kinds, bool as_json) {
  lws::Json items = lws::Json::array();
  for (const std::string& kind : kinds) items.push_back(lws::internal::CustomResourceDefinition(kind));
  if (as_json) {
    std::cout << lws::Json({{"apiVersion", "v1"}, {"kind", "List"}, {"items", items}}).dump(2) << "\n";
    return;
  }
  for (const lws::Json& item : items) std::cout << "---\n" << lws::ToYaml(item);
}

}  // namespace

int ShowCustomResources(const std::vector<std::string>& words) {
  std::vector<std::string> kinds;
  bool as_json = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help") {
      std::cout << kHelp;
      return 0;
    }
    if (word == "-o" && i + 1 < words.size() && (words[i + 1] == "json" || words[i + 1] == "yaml")) {
      as_json = words[++i] == "json";
      continue;
    }
    const std::string kind = FindKind(word);
    if (kind.empty()) {
      std::cerr << "lwsctl crd: \"" << lws::PrintableText(word) << "\" is not one of "
                << absl::StrJoin(lws::internal::CustomKinds(), ", ") << ", -o yaml, -o json\n";
      return 2;
    }
    kinds.push_back(kind);
  }
  Print(kinds.empty() ? lws::internal::CustomKinds() : kinds, as_json);
  return 0;
}

}  // namespace lwsctl
