#include "lws/api/packed_value.h"

#include <cstring>
#include <string>
#include <utility>

#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

template <typename Number>
Number NumberIn(absl::string_view content) {
  Number number = 0;
  std::memcpy(&number, content.data(), sizeof(number));
  return number;
}

size_t CountItems(const PackedValue& list) {
  size_t count = 0;
  for (PackedItems items(list); items.Next();) ++count;
  return count;
}

void UnpackInto(const PackedValue& value, Json* out);

void UnpackList(const PackedValue& value, Json* out) {
  Json::array_t list(CountItems(value));
  size_t i = 0;
  for (PackedItems items(value); items.Next(); ++i) UnpackInto(items.value(), &list[i]);
  *out = std::move(list);
}

void UnpackMap(const PackedValue& value, Json* out) {
  Json::object_t map;
  for (PackedItems items(value); items.Next();) {
    // What kubectl prints has sorted keys, so most keys belong at the end.
    const auto place = map.try_emplace(map.end(), std::string(items.key()), nullptr);
    UnpackInto(items.value(), &place->second);
  }
  *out = std::move(map);
}

void UnpackInto(const PackedValue& value, Json* out) {
  switch (value.kind) {
    case PackedKind::kNull:
      *out = nullptr;
      return;
    case PackedKind::kFalse:
    case PackedKind::kTrue:
      *out = value.kind == PackedKind::kTrue;
      return;
    case PackedKind::kSigned:
      *out = NumberIn<int64_t>(value.content);
      return;
    case PackedKind::kUnsigned:
      *out = NumberIn<uint64_t>(value.content);
      return;
    case PackedKind::kFloat:
      *out = NumberIn<double>(value.content);
      return;
    case PackedKind::kText:
      *out = std::string(value.content);
      return;
    case PackedKind::kList:
      return UnpackList(value, out);
    case PackedKind::kMap:
      return UnpackMap(value, out);
  }
}

}  // namespace

uint64_t PackedItems::TakeNumber() {
  uint64_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    number |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
}

absl::string_view PackedItems::Take(uint64_t size) {
  const absl::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(taken.size());
  return taken;
}

bool PackedItems::Next() {
  if (rest_.empty()) return false;
  if (has_keys_) key_ = Take(TakeNumber());
  const auto kind = static_cast<uint8_t>(Take(1)[0]);
  value_.kind = static_cast<PackedKind>(kind & ~kPackedCopy);
  value_.is_copy = (kind & kPackedCopy) != 0;
  value_.lines_below = static_cast<int>(TakeNumber());
  switch (value_.kind) {
    case PackedKind::kNull:
    case PackedKind::kFalse:
    case PackedKind::kTrue:
      value_.content = {};
      return true;
    case PackedKind::kSigned:
    case PackedKind::kUnsigned:
    case PackedKind::kFloat:
      value_.content = Take(kPackedWord);
      return true;
    case PackedKind::kText:
      value_.content = Take(TakeNumber());
      return true;
    case PackedKind::kList:
    case PackedKind::kMap:
      value_.content = Take(NumberIn<uint64_t>(Take(kPackedWord)));
      return true;
  }
  return false;
}

bool FindPackedValue(const PackedValue& map, absl::string_view key, PackedValue* found) {
  bool is_found = false;
  for (PackedItems items(map); items.Next();) {
    if (items.key() != key) continue;
    *found = items.value();
    is_found = true;
  }
  return is_found;
}

Json UnpackValue(const PackedValue& value) {
  Json document;
  UnpackInto(value, &document);
  return document;
}

}  // namespace lws::internal
