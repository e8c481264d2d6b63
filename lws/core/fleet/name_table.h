// Numbers for texts that occur again and again: revision keys, names of nodes.
//
//   lws::internal::NameTable names(/*limit=*/65535);
//   names.Intern("6c5b8f7d9");    // 1
//   names.Text(1);                // "6c5b8f7d9"
//
// The empty text has the number 0. A text keeps its number for the life of the table.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_CORE_FLEET_NAME_TABLE_H_
#define LWS_CORE_FLEET_NAME_TABLE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

class NameTable {
 public:
  // Numbers go up to `limit`.
  explicit NameTable(uint32_t limit) : limit_(limit), texts_(1) {}

  // Returns nullopt when the table is full.
  std::optional<uint32_t> Intern(absl::string_view text) {
    if (text.empty()) return 0;
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    if (end_ > limit_) return std::nullopt;
    const uint32_t number = end_++;
    texts_.emplace_back(text);
    numbers_.emplace(texts_.back(), number);
    return number;
  }

  // One more than the highest number.
  uint32_t end() const { return end_; }

  // REQUIRES: a number that Intern returned, or 0.
  const std::string& Text(uint32_t number) const { return texts_[number]; }

 private:
  uint32_t limit_;
  uint32_t end_ = 1;
  std::deque<std::string> texts_;  // a deque, because references to its texts must stay valid
  absl::flat_hash_map<absl::string_view, uint32_t> numbers_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_NAME_TABLE_H_
