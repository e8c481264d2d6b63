// Records the lines of a document's values, for messages. Readers record every value while they build a document, if
// they are given a ValueLines.
//
//   lws::internal::ValueLines lines;
//   lines.Note("spec.containers[0].image", 12);
//   lines.Find("spec.containers[0].image.tag");    // 12, the line of the nearest recorded value around it
//
// Thread-safety: none.
#ifndef LWS_API_VALUE_LINES_H_
#define LWS_API_VALUE_LINES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

class ValueLines {
 public:
  void Note(absl::string_view path, int line) { lines_.emplace(path, line); }

  // The line of the value at `path` or of the nearest one around it; 0 when there is none.
  // Complexity: O(path) look-ups at most.
  int Find(absl::string_view path) const {
    for (;;) {
      const auto found = lines_.find(path);
      if (found != lines_.end()) return found->second;
      if (path.empty()) return 0;
      const size_t cut = path.find_last_of(".[");
      path = path.substr(0, cut == absl::string_view::npos ? 0 : cut);
    }
  }

 private:
  absl::flat_hash_map<std::string, int> lines_;
};

// The path of the value at which a reader is. Without `lines` its methods do nothing.
class ValuePath {
 public:
  explicit ValuePath(ValueLines* lines) : lines_(lines) {}

  bool is_wanted() const { return lines_ != nullptr; }

  void EnterKey(absl::string_view key) {
    if (lines_ == nullptr) return;
    lengths_.push_back(path_.size());
    absl::StrAppend(&path_, path_.empty() ? "" : ".", key);
  }
  void EnterItem(size_t index) {
    if (lines_ == nullptr) return;
    lengths_.push_back(path_.size());
    absl::StrAppend(&path_, "[", index, "]");
  }
  void Leave() {
    if (lines_ == nullptr) return;
    path_.resize(lengths_.back());
    lengths_.pop_back();
  }
  void Note(int line) const {
    if (lines_ != nullptr) lines_->Note(path_, line);
  }

 private:
  ValueLines* lines_;
  std::string path_;
  std::vector<size_t> lengths_;  // of the paths of the values around
};

}  // namespace lws::internal

#endif  // LWS_API_VALUE_LINES_H_
