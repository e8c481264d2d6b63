// Runs vectors of the reference through the library: conformance [--failures N] [--texts] FILE.jsonl.gz...
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/conformance/vector.h"

namespace {

struct Tally {
  int total = 0;
  int equal = 0;
  int texts = 0;
  int texts_equal = 0;
};

constexpr char kUsage[] =
    "usage: conformance [--failures N] [--texts] FILE...\n"
    "Compares the library's decisions with those recorded in FILE (JSON lines, gzipped or plain).\n"
    "  --failures N   show at most N failures (default 20)\n"
    "  --texts        show refusals by the schema whose texts differ as well\n";

// `bazel run` starts programs in another folder, and passes the user's folder in a variable.
std::string ResolvePath(const std::string& path) {
  const char* stands = std::getenv("BUILD_WORKING_DIRECTORY");
  if (stands == nullptr || path.rfind('/', 0) == 0) return path;
  return std::string(stands) + "/" + path;
}

class Runner {
 public:
  Runner(int shown_failures, bool shows_texts) : shown_failures_(shown_failures), shows_texts_(shows_texts) {}

  // Reads line by line, so that a file is never completely in memory.
  bool Run(const std::string& path) {
    gzFile file = gzopen(ResolvePath(path).c_str(), "rb");
    if (file == nullptr) {
      std::cerr << "conformance: cannot open " << path << "\n";
      return false;
    }
    gzbuffer(file, 1 << 18);
    std::string line;
    std::vector<char> buffer(1 << 16);
    while (gzgets(file, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
      line += buffer.data();
      if (line.back() != '\n') continue;
      RunLine(path, line);
      line.clear();
    }
    if (!line.empty()) RunLine(path, line);
    int error = 0;
    gzerror(file, &error);
    const bool broken = error != Z_OK && error != Z_STREAM_END;
    gzclose(file);
    if (broken) std::cerr << "conformance: " << path << ": broken file\n";
    return !broken;
  }

  bool Report() const {
    bool all_equal = !tallies_.empty();
    for (const auto& [kind, tally] : tallies_) {
      std::cout << kind << ": " << tally.equal << " of " << tally.total << " equal";
      if (tally.texts > 0)
        std::cout << " (texts of refusals by the schema: " << tally.texts_equal << " of " << tally.texts << ")";
      std::cout << "\n";
      all_equal = all_equal && tally.equal == tally.total;
    }
    return all_equal;
  }

 private:
  void RunLine(const std::string& path, const std::string& line) {
    const absl::StatusOr<lws::Json> vector = lws::ParseJson(line, path);
    lws::conformance::Comparison comparison;
    if (vector.ok()) {
      comparison = lws::conformance::Compare(*vector);
    } else {
      comparison.kind = "unreadable";
      comparison.differences.push_back(std::string(vector.status().message()));
    }
    Tally& tally = tallies_[comparison.kind];
    ++tally.total;
    tally.texts += comparison.has_texts;
    tally.texts_equal += comparison.texts_equal;
    const bool is_equal = comparison.differences.empty();
    tally.equal += is_equal;
    if (is_equal && (!shows_texts_ || comparison.text_differences.empty())) return;
    if (shown_failures_-- <= 0) return;
    std::cout << comparison.name << "\n";
    for (const std::string& difference : comparison.differences) std::cout << "  " << difference << "\n";
    for (const std::string& difference : comparison.text_differences) std::cout << "  " << difference << "\n";
  }

  int shown_failures_;
  bool shows_texts_;
  std::map<std::string, Tally> tallies_;
};

}  // namespace

int main(int argc, char** argv) {
  int shown_failures = 20;
  bool shows_texts = false;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help") {
      std::cout << kUsage;
      return 0;
    }
    if (argument == "--texts") {
      shows_texts = true;
    } else if (argument == "--failures" && i + 1 < argc) {
      shown_failures = std::atoi(argv[++i]);
    } else if (argument.rfind("--failures=", 0) == 0) {
      shown_failures = std::atoi(argument.c_str() + 11);
    } else {
      files.push_back(argument);
    }
  }
  if (files.empty()) {
    std::cerr << kUsage;
    return 2;
  }
  Runner runner(shown_failures, shows_texts);
  bool readable = true;
  for (const std::string& file : files) readable = runner.Run(file) && readable;
  return runner.Report() && readable ? 0 : 1;
}
