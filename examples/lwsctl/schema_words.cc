#include "examples/lwsctl/schema_words.h"

#include <utility>

#include "nlohmann/json.hpp"

namespace lwsctl::schema {

using lws::Json;

Json TextSchema() { return {{"type", "string"}}; }
Json FlagSchema() { return {{"type", "boolean"}}; }
Json SecondsSchema() { return {{"type", "number"}, {"minimum", 0}}; }
Json CountSchema() { return {{"type", "integer"}, {"minimum", 0}}; }
Json CountSchema(int64_t most) { return {{"type", "integer"}, {"minimum", 0}, {"maximum", most}}; }
Json WordSchema(const char* word) { return {{"const", word}}; }
Json WordsSchema(const std::vector<absl::string_view>& words) {
  return {{"enum", std::vector<std::string>(words.begin(), words.end())}};
}
Json ListSchema(Json of) { return {{"type", "array"}, {"items", std::move(of)}}; }
Json MapOfSchema(Json value) { return {{"type", "object"}, {"additionalProperties", std::move(value)}}; }
Json OneOfSchema(Json a, Json b) { return {{"anyOf", Json::array({std::move(a), std::move(b)})}}; }
Json OrNullSchema(Json a) { return OneOfSchema(std::move(a), {{"type", "null"}}); }
Json ObjectSchema() { return {{"type", "object"}}; }

Json DurationSchema() {
  return OneOfSchema({{"type", "string"}, {"pattern", R"(^\+?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|ms|s|m|h))+)$)"}},
                     {{"const", 0}});
}

Json MapSchema(Json properties, std::vector<std::string> required) {
  Json map = {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) map["required"] = std::move(required);
  return map;
}

Json DocumentSchema(Json properties, const Json& optional) {
  std::vector<std::string> required;
  for (const auto& [key, value] : properties.items()) required.push_back(key);
  properties.update(optional);
  return MapSchema(std::move(properties), std::move(required));
}

Json DocumentSchema(Json properties) { return DocumentSchema(std::move(properties), Json::object()); }

}  // namespace lwsctl::schema
