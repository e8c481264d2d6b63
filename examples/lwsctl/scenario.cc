#include "examples/lwsctl/scenario.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/lwsctl/object_shape.h"
#include "examples/lwsctl/output_format.h"
#include "lws/adapters/testing/scenario/scenario_size.h"
#include "lws/adapters/testing/scenario/usual_nodes.h"
#include "lws/api/field_status.h"
#include "lws/api/json_packer.h"
#include "lws/api/manifest.h"
#include "lws/api/object_kind.h"
#include "lws/placement/cluster_documents.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

namespace {

// A path as `file` names it: beside the file.
std::string Beside(const std::string& file, const std::string& path) {
  const size_t slash = file.rfind('/');
  return absl::StartsWith(path, "/") || slash == std::string::npos ? path
                                                                   : absl::StrCat(file.substr(0, slash + 1), path);
}

absl::StatusOr<lws::Json> ReadNodes(const std::string& path) {
  const absl::StatusOr<InputFile> file = ReadObjects(path);
  if (!file.ok()) return file.status();
  lws::Json nodes = lws::Json::array();
  for (const lws::ManifestObject& object : file->objects) {
    lws::Json document = object.object.Unpack();
    if (lws::ObjectKindOf(document) != lws::ObjectKind::kNode) continue;
    absl::Status read = CheckObjectShape(document);
    if (read.ok()) read = lws::ReadTopologyNode(document).status();
    if (!read.ok()) return file->Locate(object, read);
    nodes.push_back(std::move(document));
  }
  if (nodes.empty()) return absl::NotFoundError(absl::StrCat(file->name, ": holds no Node"));
  return nodes;
}

}  // namespace

absl::StatusOr<InputFile> ReadScenarioDocument(const std::string& path, FileKind wanted) {
  absl::StatusOr<InputFile> file = ReadObjects(path);
  if (!file.ok()) return file.status();
  absl::Status kind = RefuseOtherKind(*file, wanted);
  if (!kind.ok()) return kind;
  if (file->objects.empty() && wanted == FileKind::kSwarmCase) {
    return absl::InvalidArgumentError(absl::StrCat(file->name, ": is empty, and holds no swarm case"));
  }
  if (file->objects.empty()) {
    file->objects.push_back({lws::internal::PackJson(lws::Json::object()), 1, 0});
  }
  if (file->objects.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(file->Where(file->objects[1]), ": a second document in one scenario"));
  }
  lws::ManifestObject& scenario = file->objects[0];
  const lws::Json document = scenario.object.Unpack();
  const auto named = document.find("nodes");
  if (named == document.end() || !named->is_string()) return file;
  absl::StatusOr<lws::Json> nodes = ReadNodes(Beside(file->name, named->get<std::string>()));
  if (!nodes.ok()) return lws::StatusWithPrefix(file->Where(scenario, "nodes"), nodes.status());
  scenario.object = lws::internal::PackedMapWithEntry(scenario.object.value(), scenario.line, "nodes", *nodes);
  return file;
}

absl::Status ScenarioFile::Locate(const absl::Status& status) const {
  if (file.objects.empty() || lws::FieldOfStatus(status).empty()) return lws::StatusWithPrefix(file.name, status);
  return file.Locate(file.objects[0], status);
}

absl::StatusOr<ScenarioFile> ReadScenarioFile(const lws::Json& manifest, const std::string& path,
                                              const std::string& manifest_path) {
  if (path.empty()) return ScenarioFile{lws::UsualScenario(manifest), {manifest_path, {}}};
  absl::StatusOr<InputFile> file = ReadScenarioDocument(path, FileKind::kScenario);
  if (!file.ok()) return file.status();
  absl::StatusOr<lws::Scenario> scenario = lws::ReadScenario(manifest, file->objects[0].object.Unpack());
  if (!scenario.ok()) return file->Locate(file->objects[0], scenario.status());
  return ScenarioFile{*std::move(scenario), *std::move(file)};
}

lws::ReportPage ReportPageOf(const std::string& file, const std::string& scenario) {
  lws::ReportPage page;
  page.version = kVersionLine;
  page.file = file;
  page.scenario = scenario;
  page.date = absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::Now(), absl::UTCTimeZone());
  return page;
}

std::string MadeNodesText(const lws::Scenario& scenario, bool is_in_numbers) {
  if (!scenario.nodes.empty() || !scenario.node_objects.empty()) return "";
  // The run says what is too much.
  const bool is_too_large = !is_in_numbers && !lws::internal::CheckScenarioSize(scenario).ok();
  if (is_too_large) return "";
  if (is_in_numbers) return "no nodes are made, because many groups are simulated in numbers: every pod finds room";
  return lws::internal::UsualNodesText(lws::internal::UsualNodesFor(scenario));
}

}  // namespace lwsctl
