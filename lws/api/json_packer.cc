#include "lws/api/json_packer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "nlohmann/json.hpp"

namespace lws::internal {

void JsonPacker::Number(size_t number) {
  for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>(0x80 | (number & 0x7f)));
  bytes_.push_back(static_cast<char>(number));
}

void JsonPacker::Word(const void* word) { bytes_.append(static_cast<const char*>(word), kPackedWord); }

void JsonPacker::Begin(PackedKind kind, bool is_copy, int line) {
  int around = 0;
  if (depth_ > 0) {
    const Open& open = open_[depth_ - 1];
    around = open.line;
    if (open.is_map) line = key_line_;
  }
  bytes_.push_back(static_cast<char>(static_cast<uint8_t>(kind) | (is_copy ? kPackedCopy : 0)));
  Number(static_cast<size_t>(std::max(0, line - around)));
}

void JsonPacker::Text(absl::string_view text, int line) {
  Begin(PackedKind::kText, /*is_copy=*/false, line);
  Number(text.size());
  bytes_.append(text.data(), text.size());
}

void JsonPacker::Scalar(const Json& scalar, int line) {
  if (scalar.is_string()) return Text(scalar.get_ref<const std::string&>(), line);
  if (const auto* number = scalar.get_ptr<const Json::number_unsigned_t*>(); number != nullptr) {
    Begin(PackedKind::kUnsigned, /*is_copy=*/false, line);
    return Word(number);
  }
  if (const auto* number = scalar.get_ptr<const Json::number_integer_t*>(); number != nullptr) {
    Begin(PackedKind::kSigned, /*is_copy=*/false, line);
    return Word(number);
  }
  if (const auto* number = scalar.get_ptr<const Json::number_float_t*>(); number != nullptr) {
    Begin(PackedKind::kFloat, /*is_copy=*/false, line);
    return Word(number);
  }
  const bool* truth = scalar.get_ptr<const Json::boolean_t*>();
  const PackedKind kind = truth == nullptr ? PackedKind::kNull : *truth ? PackedKind::kTrue : PackedKind::kFalse;
  Begin(kind, /*is_copy=*/false, line);
}

void JsonPacker::Value(const Json& value, int line) {
  if (!value.is_structured()) return Scalar(value, line);
  if (value.is_array()) {
    StartList(line);
    for (const Json& item : value) Value(item, line);
  } else {
    StartMap(line);
    for (auto it = value.begin(); it != value.end(); ++it) {
      Key(it.key(), line);
      Value(*it, line);
    }
  }
  End();
}

void JsonPacker::Put(const PackedValue& value, bool is_copy, int line) {
  Begin(value.kind, is_copy, line);
  const uint64_t size = value.content.size();
  if (value.is_structured()) Word(&size);
  if (value.kind == PackedKind::kText) Number(size);
  bytes_.append(value.content.data(), value.content.size());
}

void JsonPacker::Copy(const PackedValue& value, int line) {
  // The value may be in bytes_, which move.
  const std::string content(value.content);
  PackedValue copy = value;
  copy.content = content;
  Put(copy, value.is_structured(), line);
}

void JsonPacker::Take(const PackedValue& value, int line) { Put(value, value.is_copy, line); }

void JsonPacker::Start(PackedKind kind, bool is_copy, int line) {
  const bool is_in_map = depth_ > 0 && open_[depth_ - 1].is_map;
  Begin(kind, is_copy, line);
  if (open_.size() == depth_) open_.emplace_back();
  Open& open = open_[depth_++];
  open.is_map = kind == PackedKind::kMap;
  open.size_at = bytes_.size();
  open.line = is_in_map ? key_line_ : line;
  open.is_sorted = true;
  open.last_key = 0;
  bytes_.append(kPackedWord, '\0');
}

void JsonPacker::StartList(int line) { Start(PackedKind::kList, /*is_copy=*/false, line); }

void JsonPacker::StartMap(int line) { Start(PackedKind::kMap, /*is_copy=*/false, line); }

void JsonPacker::StartMapLike(const PackedValue& map, int line) {
  Start(PackedKind::kMap, map.is_copy, line);
  bytes_.append(map.content.data(), map.content.size());
  CollectKeys(&open_[depth_ - 1]);
}

void JsonPacker::End() {
  const Open& open = open_[--depth_];
  const uint64_t size = ContentOf(open).size();
  std::memcpy(&bytes_[open.size_at], &size, kPackedWord);
}

absl::string_view JsonPacker::ContentOf(const Open& open) const {
  return absl::string_view(bytes_).substr(open.size_at + kPackedWord);
}

void JsonPacker::CollectKeys(Open* map) {
  map->is_sorted = false;
  map->keys.clear();
  PackedValue value;
  value.kind = PackedKind::kMap;
  value.content = ContentOf(*map);
  for (PackedItems items(value); items.Next();) map->keys.emplace(items.key());
}

bool JsonPacker::IsNew(absl::string_view key, Open* map) {
  if (map->is_sorted) {
    const absl::string_view last = absl::string_view(bytes_).substr(map->last_key, map->last_key_size);
    if (map->last_key == 0 || last < key) return true;
    CollectKeys(map);
  }
  return map->keys.emplace(key).second;
}

bool JsonPacker::Key(absl::string_view key, int line) {
  if (!IsNew(key, &open_[depth_ - 1])) return false;
  KeyAgain(key, line);
  return true;
}

void JsonPacker::KeyAgain(absl::string_view key, int line) {
  Open& map = open_[depth_ - 1];
  Number(key.size());
  map.last_key = bytes_.size();
  map.last_key_size = key.size();
  bytes_.append(key.data(), key.size());
  key_line_ = line;
}

PackedValue JsonPacker::At(size_t begin) const {
  PackedItems items(absl::string_view(bytes_).substr(begin));
  items.Next();
  return items.value();
}

void JsonPacker::Clear() {
  bytes_.clear();
  depth_ = 0;
}

PackedJson PackJson(const Json& document) {
  JsonPacker packer;
  packer.Value(document, 1);
  return packer.Document();
}

PackedJson PackJsonAt(const PackedValue& value, int line) {
  JsonPacker packer;
  packer.Take(value, line);
  return packer.Document();
}

PackedJson PackedMapWithEntry(const PackedValue& map, int line, absl::string_view key, const Json& value) {
  JsonPacker packer;
  packer.StartMapLike(map, line);
  if (!packer.Key(key, line)) packer.KeyAgain(key, line);
  packer.Value(value, line);
  packer.End();
  return packer.Document();
}

}  // namespace lws::internal
