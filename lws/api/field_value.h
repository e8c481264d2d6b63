// A value inside a document and the path that names it, for checks that report fields.
//
//   const lws::FieldValue spec(document["spec"], "spec");
//   for (const lws::FieldValue& port : spec["ports"].Items()) port["name"].path();    // spec.ports[0].name
//
// Most checks find nothing, so a path is put together only when an error asks for it.
//
// An absent value, a null and a value of another type all read as empty, so checks need no guards.
//
// Laws:
//   1. No method fails, whatever the document holds.
//
// Thread-safety: values; const access may be concurrent.
#ifndef LWS_API_FIELD_VALUE_H_
#define LWS_API_FIELD_VALUE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {

class FieldValue {
 public:
  // Borrows `value`.
  FieldValue(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  // Complexity: O(path).
  std::string path() const;
  const Json& json() const { return *value_; }
  // True when the value is neither absent nor null.
  bool exists() const;

  // The field of an object, "PATH.NAME"; of the document itself, "NAME". Borrows `name`.
  FieldValue operator[](absl::string_view name) const;
  // The value of a map at a key, "PATH[KEY]".
  FieldValue At(absl::string_view key) const;
  // The same value, reported at another path.
  FieldValue Named(std::string path) const { return FieldValue(*value_, std::move(path)); }

  // "" unless it is a text.
  std::string Text() const;
  std::string TextOr(absl::string_view otherwise) const;
  // nullopt unless it is an integer.
  std::optional<int64_t> Number() const;
  // False unless it is `true`.
  bool Flag() const;

  // The number of items of a list or entries of a map.
  size_t size() const;
  bool empty() const { return size() == 0; }
  // The items of a list.
  std::vector<FieldValue> Items() const;
  // The items of a list as texts.
  std::vector<std::string> Texts() const;
  // The keys and texts of a map, in the order of the keys.
  std::vector<std::pair<std::string, std::string>> Entries() const;
  std::vector<std::string> Keys() const;

 private:
  // A step down from `path_`: a field by its name, or an item of a list.
  struct Step {
    const char* name;  // null for an item
    size_t number;     // the length of the name, or the place of the item
  };

  // One step below `above`.
  FieldValue(const FieldValue& above, const Json& value, Step step)
      : value_(&value), path_(above.path_), depth_(above.depth_) {
    if (depth_ == steps_.size()) {
      path_ = above.path();
      depth_ = 0;
    }
    std::copy_n(above.steps_.begin(), depth_, steps_.begin());
    steps_[depth_++] = step;
  }

  const Json* value_;
  std::string path_;
  std::array<Step, 6> steps_ = {};
  size_t depth_ = 0;  // how many of the steps are taken
};

}  // namespace lws

#endif  // LWS_API_FIELD_VALUE_H_
