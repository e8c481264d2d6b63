// The values inside a packed document. JsonPacker writes them.
//
//   const lws::PackedJson packed = lws::internal::PackJson({{"a", 1}, {"b", "text"}});
//   for (lws::internal::PackedItems items(packed.value()); items.Next();) items.key();    // "a", then "b"
//
// Thread-safety: values. They borrow the bytes of their document.
#ifndef LWS_API_PACKED_VALUE_H_
#define LWS_API_PACKED_VALUE_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// What a value is. JsonPacker writes: the kind and kCopy in a byte, the number of lines between the value that contains
// this one and this one, and the content. A number is 8 bytes, a text is its size and its bytes, a list is its size in
// bytes and its values, and a map is its size in bytes and its keys, as texts, each before its value.
enum class PackedKind : uint8_t { kNull, kFalse, kTrue, kSigned, kUnsigned, kFloat, kText, kList, kMap };

inline constexpr uint8_t kPackedCopy = 0x80;
inline constexpr size_t kPackedWord = 8;  // the bytes of a number, and of the size of a list or map

// A value inside a packed document, whose bytes it borrows.
struct PackedValue {
  PackedKind kind = PackedKind::kNull;
  bool is_copy = false;       // the values inside have no lines of their own
  int lines_below = 0;        // how many lines it stands below the value around it
  absl::string_view content;  // of a number, text, list or map

  bool is_structured() const { return kind == PackedKind::kList || kind == PackedKind::kMap; }
};

// Goes through the values of a list or map, or through one value: those that `bytes` hold one after another.
class PackedItems {
 public:
  // REQUIRES: container is a list or map.
  explicit PackedItems(const PackedValue& container)
      : has_keys_(container.kind == PackedKind::kMap), rest_(container.content) {}
  // The one value at the beginning of `bytes`.
  explicit PackedItems(absl::string_view bytes) : has_keys_(false), rest_(bytes) {}

  // Steps to the next value. Returns false after the last one.
  bool Next();

  // The key and value that Next found. In a list, the key is "".
  absl::string_view key() const { return key_; }
  const PackedValue& value() const { return value_; }

 private:
  uint64_t TakeNumber();
  absl::string_view Take(uint64_t size);

  bool has_keys_;
  absl::string_view rest_;
  absl::string_view key_;
  PackedValue value_;
};

// The value with this key, and the last one when the key is repeated. Returns false when the key is absent.
// REQUIRES: map is a map. Complexity: O(keys).
bool FindPackedValue(const PackedValue& map, absl::string_view key, PackedValue* found);

// Complexity: O(value).
Json UnpackValue(const PackedValue& value);

}  // namespace lws::internal

#endif  // LWS_API_PACKED_VALUE_H_
