#include "lws/api/json_walk.h"

#include <cstring>

#include "lws/api/json.h"
#include "simdjson.h"

namespace lws::internal {

struct JsonStructure::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation;
  std::string buffer;  // padded, because simdjson reads beyond the end
  size_t size = 0;     // of the text

  // Makes room for a text of this size.
  bool Reserve(size_t wanted) {
    wanted += simdjson::SIMDJSON_PADDING;
    if (buffer.size() >= wanted) return true;
    buffer.resize(2 * wanted);
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               buffer.size(), static_cast<size_t>(kMaxJsonDepth), implementation) == simdjson::SUCCESS;
  }
};

JsonStructure::JsonStructure() : parser_(std::make_unique<Parser>()) {}
JsonStructure::~JsonStructure() = default;
JsonStructure::JsonStructure(JsonStructure&&) noexcept = default;
JsonStructure& JsonStructure::operator=(JsonStructure&&) noexcept = default;

bool JsonStructure::Find(absl::string_view text) {
  if (!parser_->Reserve(text.size())) return false;
  std::string& buffer = parser_->buffer;
  parser_->size = text.size();
  std::memcpy(&buffer[0], text.data(), text.size());
  std::memset(&buffer[text.size()], ' ', simdjson::SIMDJSON_PADDING);
  return parser_->implementation->stage1(reinterpret_cast<const uint8_t*>(buffer.data()), text.size(),
                                         simdjson::stage1_mode::regular) == simdjson::SUCCESS;
}

JsonWalk JsonStructure::Walk() const {
  return JsonWalk({parser_->buffer.data(), parser_->size}, parser_->implementation->structural_indexes.get(),
                  parser_->implementation->n_structural_indexes);
}

}  // namespace lws::internal
