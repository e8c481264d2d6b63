#include "examples/lwsctl/serve/watched_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/input.h"
#include "lws/api/json.h"
#include "lws/api/manifest.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr size_t kLongestPath = 1000;

std::string StampOf(const std::string& path) {
  struct stat found = {};
  if (stat(ResolvePath(path).c_str(), &found) != 0) return "";
  return absl::StrCat(found.st_mtim.tv_sec, ".", found.st_mtim.tv_nsec, " ", found.st_size, " ", found.st_ino);
}

// Calls visit with every text in the value.
template <typename Visit>
void ForEachText(const lws::Json& value, const Visit& visit) {
  if (value.is_string()) visit(value.get_ref<const std::string&>());
  if (!value.is_structured()) return;
  for (const lws::Json& child : value) ForEachText(child, visit);
}

// The files that a file names: paths from the folder of the file.
std::vector<std::string> NamedIn(const std::string& path) {
  std::vector<std::string> named;
  const absl::StatusOr<InputFile> file = ReadObjects(path);
  if (!file.ok()) return named;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (const lws::ManifestObject& object : file->objects) {
    ForEachText(object.object.Unpack(), [&](const std::string& text) {
      if (text.empty() || text.size() > kLongestPath || text.find('\0') != std::string::npos) return;
      std::error_code error;
      const std::filesystem::path candidate = folder / text;
      if (std::filesystem::is_regular_file(ResolvePath(candidate.string()), error)) named.push_back(candidate.string());
    });
  }
  return named;
}

}  // namespace

WatchedFiles::WatchedFiles(std::vector<std::string> files) : files_(std::move(files)), seen_(Look()) {}

WatchedFiles::Stamps WatchedFiles::Look() const {
  Stamps stamps;
  for (const std::string& path : files_) {
    stamps[path] = StampOf(path);
    for (const std::string& named : NamedIn(path)) stamps[named] = StampOf(named);
  }
  return stamps;
}

bool WatchedFiles::TakeChange() {
  bool is_changed = false;
  for (const auto& [path, stamp] : seen_) is_changed = is_changed || StampOf(path) != stamp;
  if (is_changed) seen_ = Look();
  return is_changed;
}

}  // namespace lwsctl
