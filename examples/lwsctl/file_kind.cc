#include "examples/lwsctl/file_kind.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/printable_text.h"
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

}  // namespace

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
