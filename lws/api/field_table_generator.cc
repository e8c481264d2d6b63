// Writes fields.json as constant C++ tables: field_table_generator fields.json > field_table_data.cc
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "nlohmann/json.hpp"

namespace {

using Json = nlohmann::ordered_json;

std::string Literal(const std::string& text) { return Json(text).dump(); }

std::string LiteralOrNull(const Json& field, const char* key) {
  if (!field.contains(key)) return "nullptr";
  return Literal(field.at(key).get<std::string>());
}

std::string JsonLiteralOrNull(const Json& field, const char* key) {
  if (!field.contains(key)) return "nullptr";
  return Literal(field[key].dump());
}

class Generator {
 public:
  explicit Generator(const Json& table) : types_(table.at("types")) {
    std::map<std::string, int> sorted;
    for (const auto& [name, type] : types_.items()) sorted[name] = 0;
    int next = 0;
    for (auto& [name, index] : sorted) index = next++;
    index_ = sorted;
  }

  void Write() {
    std::string types;
    for (const auto& [name, index] : index_) {
      const Json& fields = types_.at(name).at("fields");
      std::string rows;
      for (const Json& field : fields) rows += "    " + Row(field) + ",\n";
      out_ += "constexpr FieldInfo kFields" + std::to_string(index) + "[] = {\n" + rows + "};\n";
      types +=
          "    {" + Literal(name) + ", kFields" + std::to_string(index) + ", " + std::to_string(fields.size()) + "},\n";
    }
    std::cout
        << "// Generated from fields.json.\n#include <algorithm>\n#include \"lws/api/field_table.h\"\n\n"
        << "namespace lws::internal {\nnamespace {\n"
        << texts_ << "constexpr FieldRules kRules[] = {\n"
        << rules_ << "};\n"
        << out_ << "constexpr TypeInfo kTypes[] = {\n"
        << types << "};\n}  // namespace\n\n"
        << "const TypeInfo& TypeInfoAt(int index) { return kTypes[index]; }\n\n"
        << "const FieldRules& FieldInfo::rules() const { return kRules[rules_index]; }\n\n"
        << "const TypeInfo* FindTypeInfo(absl::string_view name) {\n"
        << "  const TypeInfo* end = kTypes + " << index_.size() << ";\n"
        << "  const TypeInfo* found = std::lower_bound(kTypes, end, name, [](const TypeInfo& type, "
           "absl::string_view wanted) {"
        << " return type.name < wanted; });\n"
        << "  return found != end && name == found->name ? found : nullptr;\n}\n\n}  // namespace lws::internal\n";
  }

 private:
  std::string Kind(const std::string& type) const {
    static const std::map<std::string, std::string> kKinds = {
        {"string", "kString"},     {"int32", "kInt32"},
        {"int64", "kInt64"},       {"bool", "kBool"},
        {"quantity", "kQuantity"}, {"int-or-string", "kIntOrString"},
        {"time", "kTime"},         {"raw", "kRaw"}};
    if (type.rfind("[]", 0) == 0) return "FieldKind::kList";
    if (type.rfind("map[string]", 0) == 0) return "FieldKind::kMap";
    const auto found = kKinds.find(type);
    return "FieldKind::" + (found == kKinds.end() ? "kObject" : found->second);
  }

  static std::string ElementType(const std::string& type) {
    if (type.rfind("[]", 0) == 0) return type.substr(2);
    if (type.rfind("map[string]", 0) == 0) return type.substr(11);
    return type;
  }

  std::string TextsOf(const Json& field, const char* key) {
    if (!field.contains(key)) return "nullptr";
    std::string list;
    for (const Json& text : field[key]) list += Literal(text.get<std::string>()) + ", ";
    const auto [known, is_new] = texts_index_.try_emplace(list, "kTexts" + std::to_string(texts_index_.size()));
    if (is_new) texts_ += "constexpr const char* " + known->second + "[] = {" + list + "nullptr};\n";
    return known->second;
  }

  static std::string Flag(const Json& field, const char* key) { return field.value(key, false) ? "true" : "false"; }

  // The index of the field's rules.
  std::string Rules(const Json& field, bool is_list) {
    const Json items = field.value("items", Json::object());
    const bool element_pattern = items.contains("pattern");
    std::string row = "{" + (field.contains("min") ? field["min"].dump() : "INT64_MIN") + ", ";
    row += (field.contains("max") ? field["max"].dump() : "INT64_MAX") + ", ";
    row += std::to_string(field.value(is_list ? "minItems" : "minLength", -1)) + ", ";
    row += std::to_string(field.value(is_list ? "maxItems" : "maxLength", -1)) + ", ";
    row += (field.contains("min") || field.contains("max") ? "true" : "false") + std::string(", ");
    row += (element_pattern ? "true" : "false") + std::string(", ");
    row += JsonLiteralOrNull(field, "absent") + ", " + JsonLiteralOrNull(field, "default") + ", ";
    row += LiteralOrNull(element_pattern ? items : field, "pattern") + ", ";
    row += TextsOf(field, "enum") + ", " + TextsOf(field, "listMapKeys") + "}";
    const auto [known, is_new] = rules_index_.try_emplace(row, rules_index_.size());
    if (is_new) rules_ += "    " + row + ",\n";
    return std::to_string(known->second);
  }

  std::string Row(const Json& field) {
    const std::string type = field.at("type");
    const std::string element = ElementType(type);
    const auto object = index_.find(element);
    static const std::map<std::string, std::string> kListTypes = {
        {"", "kNone"}, {"atomic", "kAtomic"}, {"set", "kSet"}, {"map", "kMap"}};
    std::string row = "{" + Literal(field.at("name")) + ", " + Kind(type) + ", " + Kind(element) + ", ";
    row += (object == index_.end() ? "-1" : std::to_string(object->second)) + ", ";
    row += Rules(field, type.rfind("[]", 0) == 0) + ", " + Flag(field, "ptr") + ", ";
    row += (field.value("omitempty", false) || field.value("omitzero", false) ? "true" : "false") + std::string(", ");
    row += Flag(field, "required") + ", " + Flag(field, "pruned") + ", ";
    return row + "ListType::" + kListTypes.at(field.value("listType", "")) + "}";
  }

  const Json& types_;
  std::map<std::string, int> index_;
  std::map<std::string, std::string> texts_index_;  // the name of each list
  std::string texts_;
  std::map<std::string, size_t> rules_index_;
  std::string rules_;
  std::string out_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: field_table_generator fields.json\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  const Json table = Json::parse(file);
  Generator(table).Write();
  return 0;
}
