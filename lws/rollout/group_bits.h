// Two bits a group, ready and updated, packed in words: what the planner needs to know of a set's groups.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("R.UB");
//   groups.IsReady(0);            // true
//   groups.CountDone(0, 4);       // 1: ready and updated
//   groups.DoneTail(4);           // 1: the run of such groups that ends at index 4
//
// Groups beyond size() are neither ready nor updated.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ROLLOUT_GROUP_BITS_H_
#define LWS_ROLLOUT_GROUP_BITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws {

class GroupBits {
 public:
  // All groups neither ready nor updated.
  explicit GroupBits(int32_t size = 0);

  // One character a group: '.' neither, 'R' ready, 'U' updated, 'B' both. REQUIRES: no other characters.
  static GroupBits Parse(absl::string_view text);

  int32_t size() const { return size_; }

  // REQUIRES: 0 <= index < size().
  void Set(int32_t index, bool ready, bool updated);

  // Any index >= 0.
  bool IsReady(int32_t index) const { return Get(ready_, index); }
  bool IsUpdated(int32_t index) const { return Get(updated_, index); }
  bool IsDone(int32_t index) const { return IsReady(index) && IsUpdated(index); }

  // Number of ready, or of ready and updated groups in [begin, end). Complexity: O((end - begin) / 64).
  int32_t CountReady(int32_t begin, int32_t end) const;
  int32_t CountDone(int32_t begin, int32_t end) const;

  // Length of the run of ready and updated groups that ends just below `end`. Complexity: O(run / 64).
  int32_t DoneTail(int32_t end) const;

  // As Parse reads it.
  std::string ToString() const;

  friend bool operator==(const GroupBits& a, const GroupBits& b) {
    return a.size_ == b.size_ && a.ready_ == b.ready_ && a.updated_ == b.updated_;
  }

 private:
  using Words = std::vector<uint64_t>;

  bool Get(const Words& words, int32_t index) const {
    return index < size_ && (words[index / 64] >> (index % 64) & 1) != 0;
  }

  int32_t size_;
  Words ready_;
  Words updated_;
};

}  // namespace lws

#endif  // LWS_ROLLOUT_GROUP_BITS_H_
