#include "examples/lwsctl/scenario.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "examples/lwsctl/input.h"
#include "lws/api/manifest.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::Json;

absl::StatusOr<Json> ReadScenarioDocument(const std::string& path) {
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = ReadObjects(path);
  if (!objects.ok()) return objects.status();
  if (objects->size() != 1) return absl::InvalidArgumentError(absl::StrCat(path, ": is not one scenario"));
  return *(*objects)[0].object;
}

absl::StatusOr<lws::Scenario> ReadScenarioFile(const Json& manifest, const std::string& path) {
  if (path.empty()) return lws::UsualScenario(manifest);
  const absl::StatusOr<Json> document = ReadScenarioDocument(path);
  if (!document.ok()) return document.status();
  return lws::ReadScenario(manifest, *document);
}

}  // namespace lwsctl
