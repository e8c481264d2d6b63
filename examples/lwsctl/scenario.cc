#include "examples/lwsctl/scenario.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

absl::StatusOr<InputFile> ReadScenarioDocument(const std::string& path) {
  absl::StatusOr<InputFile> file = ReadObjects(path);
  if (!file.ok()) return file.status();
  if (file->objects.empty()) {
    file->objects.push_back({std::make_shared<const lws::Json>(lws::Json::object()), 1, 0});
  }
  if (file->objects.size() == 1) return file;
  return absl::InvalidArgumentError(absl::StrCat(file->Where(file->objects[1]), ": a second document in one scenario"));
}

absl::StatusOr<lws::Scenario> ReadScenarioFile(const lws::Json& manifest, const std::string& path) {
  if (path.empty()) return lws::UsualScenario(manifest);
  const absl::StatusOr<InputFile> file = ReadScenarioDocument(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<lws::Scenario> scenario = lws::ReadScenario(manifest, *file->objects[0].object);
  if (!scenario.ok()) return file->Locate(file->objects[0], scenario.status());
  return scenario;
}

}  // namespace lwsctl
