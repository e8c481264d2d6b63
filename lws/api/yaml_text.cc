#include "lws/api/yaml_text.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "lws/api/yaml_scalar.h"
#include "lws/api/yaml_stream.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::PlainYamlIsText;
using internal::YamlEventWriter;

namespace {

using Style = YamlEventWriter::Style;

// Takes from `least` to `most` digits from the beginning, as many as there are.
bool TakeDigits(size_t least, size_t most, absl::string_view* text) {
  size_t digits = 0;
  while (digits < std::min(most, text->size()) && absl::ascii_isdigit(static_cast<unsigned char>((*text)[digits]))) {
    ++digits;
  }
  text->remove_prefix(digits);
  return digits >= least;
}

bool TakeAny(absl::string_view characters, absl::string_view* text) {
  if (text->empty() || !absl::StrContains(characters, text->front())) return false;
  text->remove_prefix(1);
  return true;
}

// Numbers like 1:30, which are 90 to readers of YAML 1.1. 10.0.0.1:80 and 8:90 are none.
bool LooksSexagesimal(absl::string_view text) {
  TakeAny("+-", &text);
  if (!TakeDigits(1, 1, &text)) return false;
  while (TakeAny("0123456789_", &text)) {
  }
  int parts = 0;
  for (; absl::ConsumePrefix(&text, ":"); ++parts) {
    if (text.size() >= 2 && absl::ascii_isdigit(static_cast<unsigned char>(text[1])) && text[0] > '5') return false;
    if (!TakeDigits(1, 2, &text)) return false;
  }
  if (absl::ConsumePrefix(&text, ".")) {
    while (TakeAny("0123456789_", &text)) {
    }
  }
  return parts > 0 && text.empty();
}

// Dates and times, such as 2026-01-31 and 2026-01-31T06:30:00Z: kubectl writes quotes around them, because its writer
// would read a time.
bool LooksLikeTime(absl::string_view text) {
  if (!TakeDigits(4, 4, &text)) return false;
  for (int part = 0; part < 2; ++part) {
    if (!absl::ConsumePrefix(&text, "-") || !TakeDigits(1, 2, &text)) return false;
  }
  if (text.empty()) return true;
  const bool has_zone = text.front() != ' ';
  if (!TakeAny("Tt ", &text)) return false;
  for (const absl::string_view before : {"", ":", ":"}) {
    if (!absl::ConsumePrefix(&text, before) || !TakeDigits(1, 2, &text)) return false;
  }
  if (absl::ConsumePrefix(&text, ".") && !TakeDigits(1, text.size(), &text)) return false;
  if (!has_zone || absl::ConsumePrefix(&text, "Z")) return text.empty();
  return TakeAny("+-", &text) && TakeDigits(2, 2, &text) && absl::ConsumePrefix(&text, ":") &&
         TakeDigits(2, 2, &text) && text.empty();
}

Style StyleOf(absl::string_view text) {
  if (absl::StrContains(text, '\n')) return Style::kLiteral;
  // "<<" has a meaning as a key, and "=" has one for other readers.
  const bool is_special = LooksSexagesimal(text) || LooksLikeTime(text) || text == "<<" || text == "=";
  return PlainYamlIsText(text) && !is_special ? Style::kPlain : Style::kDoubleQuoted;
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
