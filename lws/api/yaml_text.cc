#include "lws/api/yaml_text.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lws/api/yaml_scalar.h"
#include "lws/api/yaml_stream.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::PlainYamlIsText;
using internal::YamlEventWriter;

namespace {

using Style = YamlEventWriter::Style;

// Whether the text looks like 1:30, which other readers of YAML 1.1 read as a number.
bool LooksSexagesimal(absl::string_view text) {
  return absl::StrContains(text, ':') && text.find_first_not_of("0123456789_:.+-") == absl::string_view::npos;
}

Style StyleOf(absl::string_view text) {
  if (absl::StrContains(text, '\n')) return Style::kLiteral;
  // "<<" has a meaning as a key, and "=" has one for other readers.
  const bool is_plain = PlainYamlIsText(text) && !LooksSexagesimal(text) && text != "<<" && text != "=";
  return is_plain ? Style::kPlain : Style::kDoubleQuoted;
}

void Write(const Json& value, YamlEventWriter* writer) {
  if (value.is_object()) {
    writer->StartMap(value.empty());
    for (auto it = value.begin(); it != value.end(); ++it) {
      writer->Scalar(it.key(), StyleOf(it.key()));
      Write(*it, writer);
    }
    writer->EndMap();
  } else if (value.is_array()) {
    writer->StartList(value.empty());
    for (const Json& element : value) Write(element, writer);
    writer->EndList();
  } else if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    writer->Scalar(text, StyleOf(text));
  } else {
    writer->Scalar(value.dump(), Style::kPlain);
  }
}

}  // namespace

std::string ToYaml(const Json& document) {
  YamlEventWriter writer;
  Write(document, &writer);
  return writer.Finish();
}

}  // namespace lws
