#include "examples/lwsctl/yaml_output.h"

#include <yaml-cpp/yaml.h>

#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// Texts are quoted unless they are plain words, so that none reads back as something else.
bool IsPlainWord(const std::string& text) {
  return text.size() > 3 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-/.") == std::string::npos &&
         ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')) && text != "true" &&
         text != "True" && text != "TRUE" && text != "false" && text != "False" && text != "FALSE" && text != "null" &&
         text != "Null" && text != "NULL";
}

void Emit(const lws::Json& value, YAML::Emitter* out) {
  if (value.is_object()) {
    *out << YAML::BeginMap;
    for (auto it = value.begin(); it != value.end(); ++it) {
      *out << YAML::Key;
      Emit(lws::Json(it.key()), out);
      *out << YAML::Value;
      Emit(*it, out);
    }
    *out << YAML::EndMap;
  } else if (value.is_array()) {
    *out << YAML::BeginSeq;
    for (const lws::Json& element : value) Emit(element, out);
    *out << YAML::EndSeq;
  } else if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    if (!IsPlainWord(text)) *out << YAML::DoubleQuoted;
    *out << text;
  } else if (value.is_null()) {
    *out << YAML::Null;
  } else {
    *out << value.dump();
  }
}

}  // namespace

std::string ToYaml(const lws::Json& document) {
  YAML::Emitter out;
  Emit(document, &out);
  return out.c_str();
}

}  // namespace lwsctl
