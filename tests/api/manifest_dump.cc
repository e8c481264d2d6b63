// Reads texts from standard input, each as its size, a line break and its bytes, and writes ReadManifest's result for
// each on a line: {"objects": [...], "written": [...]}, where `written` has the texts of ToYaml, or {"error": "..."}.
// yaml_differential.py compares it with PyYAML.
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "lws/api/manifest.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace {

std::string Answer(const std::string& text) {
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(text, "f");
  if (!objects.ok()) return lws::Json{{"error", std::string(objects.status().message())}}.dump();
  lws::Json documents = lws::Json::array();
  lws::Json written_texts = lws::Json::array();
  for (const lws::ManifestObject& object : *objects) {
    const lws::Json document = object.object.Unpack();
    const std::string written = lws::ToYaml(document);
    documents.push_back(document);
    written_texts.push_back(written);
    // The written text must read back.
    const absl::StatusOr<std::vector<lws::ManifestObject>> again = lws::ReadManifest(written, "written");
    if (!again.ok()) return lws::Json{{"written", written}, {"fails", std::string(again.status().message())}}.dump();
    if (again->size() != 1 || (*again)[0].object.Unpack() != document) return lws::Json{{"differs", written}}.dump();
  }
  return lws::Json{{"objects", documents}, {"written", written_texts}}.dump();
}

}  // namespace

int main() {
  std::string size;
  while (std::getline(std::cin, size)) {
    std::string text(std::stoul(size), '\0');
    if (!std::cin.read(&text[0], static_cast<std::streamsize>(text.size()))) return 1;
    std::cout << Answer(text) << "\n";
  }
  return 0;
}
