#include "tests/style/source_tree.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lws {
namespace {

namespace fs = std::filesystem;

// The paths below the folders of sources for which `wanted` holds, sorted.
template <typename Wanted>
std::vector<std::string> Paths(Wanted wanted) {
  std::vector<std::string> paths;
  for (const char* folder : kSourceFolders) {
    if (!fs::exists(Root() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(Root() / folder)) {
      if (wanted(entry.path())) paths.push_back(fs::relative(entry.path(), Root()));
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Source> SourcesWith(const std::set<std::string>& extensions) {
  std::vector<Source> sources;
  const auto is_source = [&extensions](const fs::path& path) { return extensions.count(path.extension()) > 0; };
  for (const std::string& path : Paths(is_source)) sources.push_back({path, absl::StrSplit(ReadText(path), '\n')});
  return sources;
}

// The quoted texts of the attribute's list. A list is on one line, or ends with a line that closes it.
std::vector<std::string> Texts(const std::string& rule, const std::string& attribute) {
  const size_t begin = rule.find(absl::StrCat("\n    ", attribute, " = "));
  if (begin == std::string::npos) return {};
  const size_t end = rule.find_first_of("])", begin);
  const std::vector<std::string> pieces = absl::StrSplit(rule.substr(begin, end - begin), '"');
  std::vector<std::string> texts;
  for (size_t i = 1; i < pieces.size(); i += 2) texts.push_back(pieces[i]);
  return texts;
}

bool IsBuildFile(const fs::path& path) { return path.filename() == "BUILD.bazel"; }

std::string FullLabel(const std::string& package, const std::string& label) {
  if (absl::StartsWith(label, ":")) return absl::StrCat("//", package, label);
  if (!absl::StartsWith(label, "//") || absl::StrContains(label, ':')) return label;
  return absl::StrCat(label, ":", label.substr(label.rfind('/') + 1));
}

BuildTarget ReadTarget(const std::string& package, const std::string& rule) {
  BuildTarget target;
  target.package = package;
  target.kind = rule.substr(0, rule.find('('));
  const size_t name = rule.find("\n    name = \"");
  if (name == std::string::npos) return target;
  const size_t begin = name + 13;
  target.label = absl::StrCat("//", package, ":", rule.substr(begin, rule.find('"', begin) - begin));
  target.headers = Texts(rule, "hdrs");
  target.sources = Texts(rule, "srcs");
  target.visibility = Texts(rule, "visibility");
  target.is_public = std::count(target.visibility.begin(), target.visibility.end(), "//visibility:public") > 0;
  for (const std::string& dep : Texts(rule, "deps")) target.deps.push_back(FullLabel(package, dep));
  return target;
}

}  // namespace

fs::path Root() { return fs::canonical("WORKSPACE").parent_path(); }

std::string ReadText(const std::string& path) {
  std::ifstream file(Root() / path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string RoomOf(const std::string& path) { return fs::path(path).parent_path(); }

std::vector<Source> Sources() { return SourcesWith({".h", ".cc"}); }

std::vector<Source> SourcesInOtherLanguages() { return SourcesWith({".c", ".go", ".py", ".sh"}); }

std::map<std::string, std::vector<std::string>> DefaultVisibilities() {
  std::map<std::string, std::vector<std::string>> visibilities;
  for (const std::string& path : Paths(IsBuildFile)) {
    const std::string rule = absl::StrReplaceAll(ReadText(path), {{"package(", "\n    "}});
    visibilities[RoomOf(path)] = Texts(rule, "default_visibility");
  }
  return visibilities;
}

std::vector<BuildTarget> BuildTargets() {
  std::vector<BuildTarget> targets;
  for (const std::string& path : Paths(IsBuildFile)) {
    std::string rule;
    for (const auto line : absl::StrSplit(ReadText(path), '\n')) {
      if (rule.empty() && !absl::EndsWith(line, "(")) continue;
      absl::StrAppend(&rule, line, "\n");
      if (line != ")") continue;
      BuildTarget target = ReadTarget(RoomOf(path), rule);
      if (!target.label.empty()) targets.push_back(std::move(target));
      rule.clear();
    }
  }
  return targets;
}

std::vector<std::string> QuotedIncludes(const Source& source) {
  std::vector<std::string> included;
  for (const std::string& line : source.lines) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, "#include \"") && absl::ConsumeSuffix(&rest, "\"")) included.emplace_back(rest);
  }
  return included;
}

}  // namespace lws
