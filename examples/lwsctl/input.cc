#include "examples/lwsctl/input.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// `bazel run` starts programs elsewhere, and tells where the user stands.
std::string ResolvePath(const std::string& path) {
  const char* stands = std::getenv("BUILD_WORKING_DIRECTORY");
  if (stands == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(stands, "/", path);
}

}  // namespace

std::string Arguments::Flag(const std::string& name, const std::string& otherwise) const {
  const auto found = flags.find(name);
  return found == flags.end() ? otherwise : found->second;
}

absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words,
                                         const std::vector<std::string>& with_value,
                                         const std::vector<std::string>& without_value) {
  Arguments arguments;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-" || !absl::StartsWith(word, "-")) {
      arguments.files.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (Contains(without_value, name)) {
      arguments.flags[name] = "";
    } else if (!Contains(with_value, name)) {
      return absl::InvalidArgumentError(absl::StrCat("unknown flag ", name));
    } else if (equals != std::string::npos) {
      arguments.flags[name] = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      arguments.flags[name] = words[++i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat("flag ", name, " needs a value"));
    }
  }
  return arguments;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(ResolvePath(path), std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return text.str();
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(ResolvePath(path), std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
}

absl::StatusOr<std::vector<lws::ManifestObject>> ReadObjects(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return lws::ReadManifest(*text, path == "-" ? "standard input" : path);
}

absl::StatusOr<std::vector<lws::ManifestObject>> ReadSets(const std::string& path) {
  absl::StatusOr<std::vector<lws::ManifestObject>> objects = ReadObjects(path);
  if (!objects.ok()) return objects;
  std::vector<lws::ManifestObject> sets;
  for (const lws::ManifestObject& object : *objects) {
    if (object.object->value("kind", lws::Json()) == "LeaderWorkerSet") sets.push_back(object);
  }
  if (sets.empty()) return absl::NotFoundError(absl::StrCat(path, ": holds no LeaderWorkerSet"));
  return sets;
}

absl::StatusOr<lws::Json> ReadSet(const std::string& path) {
  const absl::StatusOr<std::vector<lws::ManifestObject>> sets = ReadSets(path);
  if (!sets.ok()) return sets.status();
  return WithNamespace(*(*sets)[0].object);
}

lws::Json WithNamespace(lws::Json manifest) {
  if (manifest.contains("metadata") && manifest["metadata"].is_object() &&
      !manifest["metadata"].contains("namespace")) {
    manifest["metadata"]["namespace"] = "default";
  }
  return manifest;
}

absl::StatusOr<lws::SchedulerProvider> ReadSchedulerProvider(const Arguments& arguments) {
  const std::string name = arguments.Flag("--scheduler-provider", "");
  if (name.empty()) return lws::SchedulerProvider::kNone;
  if (name == "volcano") return lws::SchedulerProvider::kVolcano;
  return absl::InvalidArgumentError(absl::StrCat("--scheduler-provider: ", name, " is not volcano"));
}

absl::StatusOr<lws::NamedRolloutPolicy> ReadPolicy(const std::string& name) {
  const lws::NamedRolloutPolicy* found = lws::FindRolloutPolicy(name);
  if (found != nullptr) return *found;
  std::vector<absl::string_view> names;
  for (const lws::NamedRolloutPolicy& policy : lws::RolloutPolicies()) names.push_back(policy.name);
  return absl::InvalidArgumentError(absl::StrCat("--policy: ", name, " is none of ", absl::StrJoin(names, ", ")));
}

}  // namespace lwsctl
