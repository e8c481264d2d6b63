// The sources of the tree, for the tests of style.
//
//   for (const lws::Source& source : lws::Sources()) CheckLines(source.path, source.lines);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_TESTS_STYLE_SOURCE_TREE_H_
#define LWS_TESTS_STYLE_SOURCE_TREE_H_

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lws {

// The folders that have sources.
inline constexpr const char* kSourceFolders[] = {"lws", "examples", "tests", "benchmarks"};

// The root of the tree itself, not the test's copy of a few files.
std::filesystem::path Root();

// The whole text of a file; empty when it cannot be read. `path` is relative to the root.
std::string ReadText(const std::string& path);

struct Source {
  std::string path;  // from the root
  std::vector<std::string> lines;
};

// The folder of a source, from the root: its room.
std::string RoomOf(const std::string& path);

// Every header and source file, in the order of their paths.
std::vector<Source> Sources();

// The same for sources of C, Go and Python, and for scripts of the shell.
std::vector<Source> SourcesInOtherLanguages();

// A rule of a BUILD file: its kind, name, files and dependencies. Labels are written in full.
struct BuildTarget {
  std::string kind;     // "cc_library"
  std::string label;    // "//lws/api:json"
  std::string package;  // "lws/api"
  std::vector<std::string> headers;
  std::vector<std::string> sources;
  std::vector<std::string> deps;
  std::vector<std::string> visibility;  // empty where the package's default holds
  bool is_public = false;
};

// Every rule of every BUILD file, in the order of paths and of the rules in the files.
std::vector<BuildTarget> BuildTargets();

// The default visibility of every package.
std::map<std::string, std::vector<std::string>> DefaultVisibilities();

// The files that the source includes in quotes.
std::vector<std::string> QuotedIncludes(const Source& source);

}  // namespace lws

#endif  // LWS_TESTS_STYLE_SOURCE_TREE_H_
