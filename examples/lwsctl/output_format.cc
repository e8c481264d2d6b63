#include "examples/lwsctl/output_format.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

OutputFormat OutputFormatOf(const Arguments& arguments, OutputFormat otherwise) {
  const std::string name = arguments.Flag("-o", "");
  if (name.empty()) return otherwise;
  return name == "json" ? OutputFormat::kJson : name == "yaml" ? OutputFormat::kYaml : OutputFormat::kTable;
}

std::string DocumentText(const lws::Json& document, OutputFormat format) {
  if (format == OutputFormat::kYaml) return lws::ToYaml(document);
  return absl::StrCat(document.dump(2, ' ', false, lws::Json::error_handler_t::replace), "\n");
}

void PrintObjects(const std::vector<lws::Json>& objects, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    std::cout << DocumentText({{"apiVersion", "v1"}, {"kind", "List"}, {"items", objects}}, format);
    return;
  }
  for (const lws::Json& object : objects) std::cout << "---\n" << lws::ToYaml(object);
}

}  // namespace lwsctl
