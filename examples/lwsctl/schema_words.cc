#include "examples/lwsctl/schema_words.h"

#include <utility>

#include "nlohmann/json.hpp"

namespace lwsctl::schema {

using lws::Json;

Json Text() { return {{"type", "string"}}; }
Json Flag() { return {{"type", "boolean"}}; }
Json Seconds() { return {{"type", "number"}, {"minimum", 0}}; }
Json Count() { return {{"type", "integer"}, {"minimum", 0}}; }
Json Count(int64_t most) { return {{"type", "integer"}, {"minimum", 0}, {"maximum", most}}; }
Json Word(const char* word) { return {{"const", word}}; }
Json Words(const std::vector<absl::string_view>& words) {
  return {{"enum", std::vector<std::string>(words.begin(), words.end())}};
}
Json List(Json of) { return {{"type", "array"}, {"items", std::move(of)}}; }
Json MapOf(Json value) { return {{"type", "object"}, {"additionalProperties", std::move(value)}}; }
Json OneOf(Json a, Json b) { return {{"anyOf", Json::array({std::move(a), std::move(b)})}}; }
Json OrNull(Json a) { return OneOf(std::move(a), {{"type", "null"}}); }
Json Object() { return {{"type", "object"}}; }

Json Duration() {
  return OneOf({{"type", "string"}, {"pattern", R"(^\+?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|ms|s|m|h))+)$)"}},
               {{"const", 0}});
}

Json Map(Json properties, std::vector<std::string> required) {
  Json map = {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) map["required"] = std::move(required);
  return map;
}

Json Document(Json properties, const Json& optional) {
  std::vector<std::string> required;
  for (const auto& [key, value] : properties.items()) required.push_back(key);
  properties.update(optional);
  return Map(std::move(properties), std::move(required));
}

Json Document(Json properties) { return Document(std::move(properties), Json::object()); }

}  // namespace lwsctl::schema
