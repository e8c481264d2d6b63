#include "lws/adapters/kubernetes/list_page.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "simdjson.h"

namespace lws::internal {
namespace {

namespace ondemand = simdjson::ondemand;

// The fault of the body; empty for a good one.
using Fault = std::string;

Fault ReadText(ondemand::object* object, const char* key, std::string* text) {
  std::string_view view;
  const simdjson::error_code error = object->find_field_unordered(key).get_string().get(view);
  if (error == simdjson::NO_SUCH_FIELD) return "";
  if (error != simdjson::SUCCESS) return absl::StrCat("metadata.", key, " is not a text");
  text->assign(view.data(), view.size());
  return "";
}

Fault ReadItems(ondemand::array items, std::vector<absl::string_view>* texts) {
  for (auto item : items) {
    ondemand::object object;
    std::string_view raw;
    if (item.get_object().get(object) != simdjson::SUCCESS) return "an item is not an object";
    if (object.raw_json().get(raw) != simdjson::SUCCESS) return "an item does not end";
    texts->push_back({raw.data(), raw.size()});
  }
  return "";
}

}  // namespace

absl::StatusOr<ListPage> ListPage::Read(std::string body) {
  const auto wrong = [](absl::string_view fault) {
    return absl::InvalidArgumentError(absl::StrCat("a list does not parse: ", fault));
  };
  ListPage page;
  page.body_ = std::make_unique<std::string>(std::move(body));
  page.body_->reserve(page.body_->size() + simdjson::SIMDJSON_PADDING);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object list;
  if (const auto error =
          parser.iterate(simdjson::padded_string_view(page.body_->data(), page.body_->size(), page.body_->capacity()))
              .get(document)) {
    return wrong(simdjson::error_message(error));
  }
  if (document.get_object().get(list) != simdjson::SUCCESS) return wrong("it is not an object");
  ondemand::object metadata;
  if (list.find_field_unordered("metadata").get_object().get(metadata) != simdjson::SUCCESS) {
    return wrong("it has no metadata");
  }
  Fault fault = ReadText(&metadata, "resourceVersion", &page.resource_version_);
  if (fault.empty()) fault = ReadText(&metadata, "continue", &page.continue_token_);
  if (fault.empty() && page.resource_version_.empty()) fault = "it has no metadata.resourceVersion";
  if (!fault.empty()) return wrong(fault);
  ondemand::value items;
  const simdjson::error_code found = list.find_field_unordered("items").get(items);
  // Kubernetes writes an empty list as null.
  if (found == simdjson::NO_SUCH_FIELD || (found == simdjson::SUCCESS && items.is_null())) return page;
  ondemand::array array;
  if (found != simdjson::SUCCESS || items.get_array().get(array) != simdjson::SUCCESS)
    return wrong("items is not a list");
  fault = ReadItems(array, &page.items_);
  if (!fault.empty()) return wrong(fault);
  return page;
}

}  // namespace lws::internal
