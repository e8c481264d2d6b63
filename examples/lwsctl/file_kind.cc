#include "examples/lwsctl/file_kind.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_error.h"
#include "lws/api/near_word.h"
#include "lws/api/packed_value.h"
#include "lws/api/printable_text.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// A key that only files of this kind have. Tests have the keys of scenarios, too, so they come first.
struct TellingKey {
  const char* key;
  FileKind kind;
};

constexpr TellingKey kTellingKeys[] = {
    {"apiVersion", FileKind::kObject},  {"kind", FileKind::kObject},         {"metadata", FileKind::kObject},
    {"spec", FileKind::kObject},        {"expect", FileKind::kTest},         {"manifest", FileKind::kTest},
    {"set", FileKind::kTest},           {"exhaustive", FileKind::kTest},     {"faultsUntil", FileKind::kSwarmCase},
    {"mostLate", FileKind::kSwarmCase}, {"listEvery", FileKind::kSwarmCase}, {"minReadySeconds", FileKind::kSwarmCase},
    {"events", FileKind::kScenario},    {"nodes", FileKind::kScenario},      {"images", FileKind::kScenario},
    {"for", FileKind::kScenario},       {"controls", FileKind::kScenario},   {"restarts", FileKind::kScenario},
};

struct KindText {
  const char* name;
  const char* command;  // that takes such a file
};

KindText TextOf(FileKind kind) {
  switch (kind) {
    case FileKind::kObject:
      return {"a manifest", "lwsctl validate"};
    case FileKind::kTest:
      return {"a test file", "lwsctl test"};
    case FileKind::kSwarmCase:
      return {"a swarm case", "lwsctl swarm"};
    case FileKind::kScenario:
      return {"a scenario", "lwsctl simulate --scenario"};
    case FileKind::kUnknown:
      return {"", ""};
  }
  return {"", ""};
}

// "a manifest of a LeaderWorkerSet", or the name of the kind.
std::string NameOf(const lws::Json& document, FileKind kind) {
  const auto named = document.find("kind");
  if (kind != FileKind::kObject || named == document.end() || !named->is_string()) return TextOf(kind).name;
  return absl::StrCat("a manifest of a ", lws::PrintableText(named->get_ref<const std::string&>()));
}

// The kinds that commands read, and the versions that have them. A version of the project has no other kinds.
struct ReadKind {
  const char* api_version;
  const char* kind;
  bool is_own;
};

constexpr ReadKind kReadKinds[] = {
    {lws::kApiVersion, lws::kKind, true},
    {lws::kDisaggregatedSetApiVersion, lws::kDisaggregatedSetKind, true},
    {lws::kDisaggregatedSetApiVersion, lws::kRoleScalerKind, true},
    {"v1", "Pod", false},
    {"v1", "Node", false},
    {"v1", "Service", false},
    {"apps/v1", "StatefulSet", false},
    {"apps/v1", "ControllerRevision", false},
};

std::string TextAt(const lws::ManifestObject& object, absl::string_view key) {
  lws::internal::PackedValue value;
  const bool is_text = lws::internal::FindPackedValue(object.object.value(), key, &value) &&
                       value.kind == lws::internal::PackedKind::kText;
  return is_text ? std::string(value.content) : "";
}

// ", did you mean "Pod"?" for the misspelt kind; "" for one that is right, or is another thing. The names of sets are
// so much their own that nothing else in any version resembles them.
std::string MeantKind(const std::string& kind, const std::string& api_version) {
  std::vector<absl::string_view> candidates;
  for (const ReadKind& known : kReadKinds) {
    if (kind == known.kind) return "";
    if (known.is_own || api_version == known.api_version) candidates.push_back(known.kind);
  }
  return lws::internal::DidYouMean(kind, candidates);
}

// Whether the version is one of the project's, which has no such kind. Whoever reads a set looks at its version.
bool IsUnknownOfOwn(absl::string_view kind, absl::string_view api_version) {
  bool is_own = false;
  for (const ReadKind& known : kReadKinds) {
    if (known.is_own && kind == known.kind) return false;
    is_own = is_own || (known.is_own && api_version == known.api_version);
  }
  return is_own && !absl::EndsWith(kind, "List");
}

std::string WhyUnknown(const std::string& kind, const std::string& api_version, const std::string& meant) {
  if (kind.empty()) return "kind not set";
  return absl::StrCat("no matches for kind ", lws::GoQuoted(lws::PrintableText(kind)), " in version ",
                      lws::GoQuoted(lws::PrintableText(api_version)), meant);
}

}  // namespace

absl::Status RefuseMisspeltKinds(const InputFile& file) {
  for (const lws::ManifestObject& object : file.objects) {
    const std::string kind = TextAt(object, "kind");
    const std::string api_version = TextAt(object, "apiVersion");
    const std::string meant = kind.empty() ? "" : MeantKind(kind, api_version);
    if (meant.empty() && !IsUnknownOfOwn(kind, api_version)) continue;
    const std::string where = file.Where(object, kind.empty() ? "" : "kind");
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", WhyUnknown(kind, api_version, meant)));
  }
  return absl::OkStatus();
}

FileKind FileKindOf(const lws::Json& document) {
  if (!document.is_object()) return FileKind::kUnknown;
  for (const TellingKey& telling : kTellingKeys) {
    if (document.contains(telling.key)) return telling.kind;
  }
  return FileKind::kUnknown;
}

absl::Status RefuseOtherKind(const InputFile& file, FileKind wanted) {
  for (const lws::ManifestObject& object : file.objects) {
    const lws::Json document = object.object.Unpack();
    const FileKind kind = FileKindOf(document);
    if (kind == wanted || kind == FileKind::kUnknown) continue;
    return absl::InvalidArgumentError(absl::StrCat(file.Where(object), ": it is ", NameOf(document, kind), ", not ",
                                                   TextOf(wanted).name, "; `", TextOf(kind).command, "` takes it"));
  }
  return absl::OkStatus();
}

std::string WhatElseItIs(const InputFile& file) {
  for (const lws::ManifestObject& object : file.objects) {
    const FileKind kind = FileKindOf(object.object.Unpack());
    if (kind == FileKind::kObject || kind == FileKind::kUnknown) continue;
    return absl::StrCat(": it is ", TextOf(kind).name, ", which `", TextOf(kind).command, "` takes");
  }
  return "";
}

}  // namespace lwsctl
