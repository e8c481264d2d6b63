// A few bits for each group, packed in words. They hold what policies need to know about a set's groups.
//
//   lws::GroupBits groups = lws::GroupBits::Parse("R.UB");
//   groups.IsReady(0);            // true
//   groups.CountDone(0, 4);       // 1: ready and updated
//   groups.DoneTail(4);           // 1: the run of such groups that ends at index 4
//
// A group is leaving when it or its workers are being deleted, or when a failure is about to restart it: it may be
// ready, but will not stay so. A ready group that is not leaving is steady. A settling group is ready, but not yet for
// the required time: it counts as not ready, and still serves.
//
// Groups beyond size() are neither ready nor updated. The words have counts for every 4,096 groups beside them, so
// that a look at a million groups reads a few hundred numbers.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ROLLOUT_GROUP_BITS_H_
#define LWS_ROLLOUT_GROUP_BITS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws {

// No group of a set has an index beyond this: one that claims to comes from a broken label or number, and gets no
// memory and no work.
inline constexpr int32_t kMaxGroups = 1 << 24;

class GroupBits {
 public:
  // All groups neither ready nor updated. REQUIRES: size >= 0.
  explicit GroupBits(int32_t size = 0);

  // Reads one character per group: '.' neither, 'R' ready, 'U' updated, 'B' both. A leaving group has ',', 'r', 'u' or
  // 'b'; a settling group has 'S', or 'T' when it is updated. REQUIRES: no other characters.
  static GroupBits Parse(absl::string_view text);

  int32_t size() const { return size_; }

  // Makes room for groups below `size`, and keeps the existing ones.
  void Grow(int32_t size) { size_ = std::max(size_, size); }

  // REQUIRES: 0 <= index < size(). Set makes the group one that is not settling, SetSettling one that is.
  void Set(int32_t index, bool ready, bool updated);
  void SetSettling(int32_t index, bool updated);
  void SetLeaving(int32_t index, bool leaving);

  // Any index >= 0.
  bool IsReady(int32_t index) const { return (WordAt(index / 64).ready >> (index % 64) & 1) != 0; }
  bool IsUpdated(int32_t index) const { return (WordAt(index / 64).updated >> (index % 64) & 1) != 0; }
  bool IsLeaving(int32_t index) const { return (WordAt(index / 64).leaving >> (index % 64) & 1) != 0; }
  bool IsSettling(int32_t index) const { return (WordAt(index / 64).settling >> (index % 64) & 1) != 0; }
  bool IsSteady(int32_t index) const { return IsReady(index) && !IsLeaving(index); }

  // Number of ready, or of ready and updated groups in [begin, end). Complexity: O(64 + (end - begin) / 4096).
  int32_t CountReady(int32_t begin, int32_t end) const;
  int32_t CountDone(int32_t begin, int32_t end) const;

  // Number of updated, of steady, or of steady and updated groups in [begin, end). Complexity: O((end - begin) / 64).
  int32_t CountUpdated(int32_t begin, int32_t end) const;
  int32_t CountSteady(int32_t begin, int32_t end) const;
  int32_t CountSteadyDone(int32_t begin, int32_t end) const;

  // The highest group of [begin, end) that is ready and of an old revision, begin - 1 when there is none. Complexity:
  // O(64 + (end - begin) / 4096).
  int64_t LastReadyOld(int32_t begin, int32_t end) const;

  // One more than the highest group that is ready, updated, leaving or settling; 0 when there is none. No group from
  // there on is known to exist. Complexity: O(size() / 64) at most.
  int32_t End() const;

  // Length of the run of ready and updated groups that ends just below `end`. Complexity: O(64 + run / 4096).
  int32_t DoneTail(int32_t end) const;

  friend bool operator==(const GroupBits& a, const GroupBits& b);

 private:
  struct Word {
    uint64_t ready = 0;
    uint64_t updated = 0;
    uint64_t leaving = 0;
    uint64_t settling = 0;
  };

  // Counts of the groups in kBlockWords words.
  struct BlockCounts {
    int32_t ready = 0;
    int32_t done = 0;
  };
  static constexpr int32_t kBlockWords = 64;

  // The sum of CountOf(word, mask) over [begin, end), with CountOfBlock(block) for whole blocks.
  template <typename CountOf, typename CountOfBlock>
  int32_t Sum(int32_t begin, int32_t end, const CountOf& count_of, const CountOfBlock& count_of_block) const;

  // The number of bits that BitsOf(word) has in [begin, end).
  template <typename BitsOf>
  int32_t CountWords(int32_t begin, int32_t end, const BitsOf& bits_of) const;

  Word WordAt(int32_t word) const { return static_cast<size_t>(word) < words_.size() ? words_[word] : Word(); }

  // The stored word of the group, made when it is not there.
  Word& WordOf(int32_t index);

  // Number of stored words that hold a group below `end`.
  int32_t WordsBelow(int32_t end) const {
    const int64_t words = (int64_t{end} + 63) / 64;
    return static_cast<int32_t>(std::min(words, static_cast<int64_t>(words_.size())));
  }

  int32_t size_;
  // Ends with the highest group that was ever set, so that a large size from a broken object costs nothing.
  std::vector<Word> words_;
  std::vector<BlockCounts> blocks_;  // derived from words_
};

// The text that GroupBits::Parse reads. Complexity: O(size()).
std::string ToString(const GroupBits& groups);

}  // namespace lws

#endif  // LWS_ROLLOUT_GROUP_BITS_H_
