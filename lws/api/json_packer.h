// Builds a packed document value by value, as a parser meets them.
//
//   lws::internal::JsonPacker packer;
//   packer.StartMap(/*line=*/1);
//   packer.Key("a", /*line=*/2);
//   packer.Text("b", /*line=*/2);
//   packer.End();
//   packer.Document().Unpack();    // {"a":"b"}
//
// Thread-safety: distinct packers are independent.
#ifndef LWS_API_JSON_PACKER_H_
#define LWS_API_JSON_PACKER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/packed_json.h"
#include "lws/api/packed_value.h"

namespace lws::internal {

class JsonPacker {
 public:
  // A value that begins at `line`. In a map, where its key precedes it, the line of the key counts instead.
  void Text(absl::string_view text, int line);
  // Null, true, false, a number or a text.
  void Scalar(const Json& scalar, int line);
  // A whole document, all of whose values stand at this line.
  void Value(const Json& value, int line);
  // A copy of a value, which may be a part of this packer's own document. The values inside have no lines of their own.
  void Copy(const PackedValue& value, int line);
  // A value of another document, which keeps the lines inside it.
  void Take(const PackedValue& value, int line);
  void StartList(int line);
  void StartMap(int line);
  // A map that already has the entries of another one. REQUIRES: map is a map outside of this packer.
  void StartMapLike(const PackedValue& map, int line);
  void End();

  // The key of the map's next value. Returns false, and does nothing, when the map has the key already.
  // Complexity: O(key), expected.
  bool Key(absl::string_view key, int line);
  // The same for a key that the map has: the value that follows replaces the former one.
  void KeyAgain(absl::string_view key, int line);

  // How many lists and maps are open.
  size_t depth() const { return depth_; }

  // How many bytes were written. At(size before a value) is that value, until the next call that changes the packer.
  size_t size() const { return bytes_.size(); }
  PackedValue At(size_t begin) const;
  // The document. REQUIRES: one value was written, and nothing is open.
  PackedJson Document() const { return PackedJson(bytes_); }

  // Begins another document.
  void Clear();

 private:
  struct Open {
    bool is_map = false;
    size_t size_at = 0;  // where the size is to be written
    int line = 0;
    // The keys of a map. While they come sorted, which is how kubectl prints them, only the last one is looked at.
    bool is_sorted = true;
    size_t last_key = 0;  // where it begins; 0 for none
    size_t last_key_size = 0;
    absl::flat_hash_set<std::string> keys;
  };

  void Put(const PackedValue& value, bool is_copy, int line);
  void Begin(PackedKind kind, bool is_copy, int line);
  void Start(PackedKind kind, bool is_copy, int line);
  void Number(size_t number);
  void Word(const void* word);
  absl::string_view ContentOf(const Open& open) const;
  bool IsNew(absl::string_view key, Open* map);
  void CollectKeys(Open* map);

  std::string bytes_;
  std::vector<Open> open_;  // the first depth_ are open; the others wait to be used again
  size_t depth_ = 0;
  int key_line_ = 0;
};

// The document, all of whose values stand at line 1.
PackedJson PackJson(const Json& document);

// A value of another document as a document of its own, which begins at `line`. Complexity: O(value).
PackedJson PackJsonAt(const PackedValue& value, int line);

// The packed map with one entry more, or with this one in place of the former one. Lines stay.
// REQUIRES: map holds a map. Complexity: O(map + value).
PackedJson PackedMapWithEntry(const PackedValue& map, int line, absl::string_view key, const Json& value);

}  // namespace lws::internal

#endif  // LWS_API_JSON_PACKER_H_
