#include "tests/style/cmake_targets.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/style/source_tree.h"

namespace lws {
namespace {

// Parts in the order in which they may link each other.
constexpr const char* kParts[] = {"rollout", "api",        "placement", "core", "manifest",
                                  "host",    "simulation", "testing",   "c",    "c_testing"};

struct Part {
  std::set<std::string> sources;
  std::set<std::string> protos;
  std::set<std::string> headers;
  std::set<std::string> links;
};

class Parts {
 public:
  Parts() {
    for (const BuildTarget& target : BuildTargets()) {
      if (target.kind == "cc_library" || target.kind == "cc_proto_library") targets_[target.label] = target;
    }
    for (const auto& [label, target] : targets_) {
      if (absl::StartsWith(target.package, "lws/rollout")) AddClosure(label);
    }
  }

  std::map<std::string, Part> Read() {
    std::map<std::string, Part> parts;
    for (const auto& [label, target] : targets_) {
      const std::string part = PartOf(target);
      if (!part.empty()) Add(target, part, &parts[part]);
    }
    AddHeaders(&parts);
    return parts;
  }

 private:
  void AddClosure(const std::string& label) {
    if (targets_.count(label) == 0 || !below_rollout_.insert(label).second) return;
    for (const std::string& dep : targets_.at(label).deps) AddClosure(dep);
  }

  // Whether the target needs the library that reads YAML.
  bool ReadsYaml(const std::string& label) const {
    if (label == "@com_github_yaml_libyaml//:yaml") return true;
    const auto found = targets_.find(label);
    if (found == targets_.end() || found->second.package != "lws/api") return false;
    const std::vector<std::string>& deps = found->second.deps;
    return std::any_of(deps.begin(), deps.end(), [this](const std::string& dep) { return ReadsYaml(dep); });
  }

  // Empty for a target that is no part of the library.
  std::string PartOf(const BuildTarget& target) const {
    if (ReadsYaml(target.label)) return "manifest";
    if (below_rollout_.count(target.label) > 0) return "rollout";
    if (target.label == "//lws/adapters/c:c_testing") return "c_testing";
    if (target.package == "lws") return target.label.substr(target.label.find(':') + 1);
    for (const char* part : kParts) {
      const std::string folder = absl::StrCat("lws/", part);
      const std::string adapter = absl::StrCat("lws/adapters/", part);
      for (const std::string& path : {folder, adapter}) {
        if (target.package == path || absl::StartsWith(target.package, absl::StrCat(path, "/"))) return part;
      }
    }
    return "";
  }

  static std::string ExternalLink(const std::string& label) {
    static const std::map<std::string, std::string> links = {
        {"@com_google_absl//absl/random:random", "absl::random_random"},
        {"@com_google_protobuf//:protobuf_lite", "protobuf::libprotobuf-lite"},
        {"@com_github_nlohmann_json//:json", "nlohmann_json::nlohmann_json"},
        {"@com_github_yaml_libyaml//:yaml", "PkgConfig::yaml"},
        {"@com_googlesource_code_re2//:re2", "PkgConfig::re2"},
        {"@org_openssl//:crypto", "OpenSSL::Crypto"},
        {"@simdjson", "simdjson::simdjson"},
        {"@zlib", "ZLIB::ZLIB"},
        // Matchers: whoever includes their header links GoogleTest.
        {"@com_google_googletest//:gtest", ""},
    };
    const auto found = links.find(label);
    if (found != links.end()) return found->second;
    const size_t colon = label.find(':');
    return absl::StrCat("absl::", label.substr((colon == std::string::npos ? label.rfind('/') : colon) + 1));
  }

  void Add(const BuildTarget& target, const std::string& name, Part* part) {
    for (const std::string& source : target.sources) {
      const std::string path = absl::StrCat(target.package, "/", source);
      if (std::filesystem::exists(Root() / path) && absl::EndsWith(path, ".cc")) part->sources.insert(path);
    }
    if (target.kind == "cc_proto_library") {
      const std::string proto(absl::StripSuffix(target.label.substr(target.label.find(':') + 1), "_cc_proto"));
      part->protos.insert(absl::StrCat(target.package, "/", proto, ".proto"));
      part->links.insert("protobuf::libprotobuf-lite");
    }
    if (target.package == "lws") part->headers.insert(absl::StrCat("lws/", name, ".h"));
    for (const std::string& dep : target.deps) {
      const auto found = targets_.find(dep);
      const std::string link = found == targets_.end() ? ExternalLink(dep) : PartOf(found->second);
      if (absl::StartsWith(dep, "//") && found == targets_.end()) continue;
      if (link.empty() || link == name) continue;
      part->links.insert(found == targets_.end() ? link : absl::StrCat("lws_", link));
    }
  }

  // The public headers and, of the library, what they include.
  void AddHeaders(std::map<std::string, Part>* parts) const {
    std::map<std::string, Source> sources;
    for (Source& source : Sources()) sources[source.path] = std::move(source);
    std::map<std::string, std::string> part_of;
    for (const auto& [label, target] : targets_) {
      for (const std::string& header : target.headers) {
        part_of[absl::StrCat(target.package, "/", header)] = PartOf(target);
      }
    }
    std::vector<std::string> next = absl::StrSplit(ReadText("tests/style/public_headers.txt"), '\n', absl::SkipEmpty());
    std::set<std::string> seen;
    while (!next.empty()) {
      const std::string header = next.back();
      next.pop_back();
      if (sources.count(header) == 0 || !seen.insert(header).second) continue;
      (*parts)[part_of[header]].headers.insert(header);
      for (const std::string& included : QuotedIncludes(sources[header])) next.push_back(included);
    }
  }

  std::map<std::string, BuildTarget> targets_;
  std::set<std::string> below_rollout_;
};

// The table _FOR_SIZE of bazel/cc.bzl: a room, and its targets that are compiled for size. No names mean all.
std::map<std::string, std::set<std::string>> RoomsForSize() {
  const std::string text = ReadText("bazel/cc.bzl");
  const size_t begin = text.find("_FOR_SIZE = {");
  std::map<std::string, std::set<std::string>> rooms;
  std::set<std::string>* names = nullptr;
  const std::vector<std::string> parts = absl::StrSplit(text.substr(begin, text.find("\n}", begin) - begin), '"');
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    if (absl::StartsWith(parts[i + 1], ": [")) {
      names = &rooms[parts[i]];
    } else if (names != nullptr) {
      names->insert(parts[i]);
    }
  }
  return rooms;
}

// The sources and protos that Bazel compiles for size.
std::set<std::string> FilesForSize() {
  const std::map<std::string, std::set<std::string>> rooms = RoomsForSize();
  std::set<std::string> files;
  for (const BuildTarget& target : BuildTargets()) {
    const auto room = rooms.find(target.package);
    const std::string name = target.label.substr(target.label.find(':') + 1);
    if (room == rooms.end() || (!room->second.empty() && room->second.count(name) == 0)) continue;
    if (target.kind == "cc_proto_library") {
      files.insert(absl::StrCat(target.package, "/", absl::StripSuffix(name, "_cc_proto"), ".proto"));
    }
    for (const std::string& source : target.sources) {
      if (target.kind == "cc_library") files.insert(absl::StrCat(target.package, "/", source));
    }
  }
  return files;
}

std::string List(const std::string& part, const char* what, const std::set<std::string>& values) {
  if (values.empty()) return absl::StrCat("set(lws_", part, "_", what, ")\n");
  return absl::StrCat("set(lws_", part, "_", what, "\n  ", absl::StrJoin(values, "\n  "), "\n)\n");
}

}  // namespace

std::string CMakeTargets() {
  std::map<std::string, Part> parts = Parts().Read();
  std::string text =
      "# Made from the BUILD files by `bazel run //tests/style:cmake_targets > cmake/targets.cmake`; a test holds that "
      "it\n"
      "# is so.\n";
  absl::StrAppend(&text, "set(lws_parts ", absl::StrJoin(kParts, " "), ")\n\n");
  absl::StrAppend(&text, "# bazel/cc.bzl names their targets.\nset(lws_for_size\n  ",
                  absl::StrJoin(FilesForSize(), "\n  "), "\n)\n");
  for (const char* name : kParts) {
    const Part& part = parts[name];
    absl::StrAppend(&text, "\n", List(name, "sources", part.sources), List(name, "protos", part.protos),
                    List(name, "headers", part.headers), List(name, "links", part.links));
  }
  return text;
}

}  // namespace lws
