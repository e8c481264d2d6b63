#include "lws/rollout/group_bits.h"

#include <algorithm>
#include <cassert>

#include "absl/numeric/bits.h"

namespace lws {
namespace {

// The bits of word number `word` that lie in [begin, end).
uint64_t Mask(int32_t word, int32_t begin, int32_t end) {
  const int64_t first = static_cast<int64_t>(word) * 64;
  uint64_t mask = ~uint64_t{0};
  if (begin > first) mask &= begin - first >= 64 ? 0 : ~uint64_t{0} << (begin - first);
  if (end < first + 64) mask &= end <= first ? 0 : ~uint64_t{0} >> (first + 64 - end);
  return mask;
}

}  // namespace

GroupBits::GroupBits(int32_t size) : size_(size) { assert(size >= 0); }

GroupBits GroupBits::Parse(absl::string_view text) {
  GroupBits bits(static_cast<int32_t>(text.size()));
  for (int32_t i = 0; i < bits.size_; ++i) {
    bits.Set(i, text[i] == 'R' || text[i] == 'B', text[i] == 'U' || text[i] == 'B');
  }
  return bits;
}

void GroupBits::Set(int32_t index, bool ready, bool updated) {
  assert(index >= 0 && index < size_);
  const size_t place = static_cast<size_t>(index / 64);
  if (place >= words_.size()) words_.resize(place + 1);
  const uint64_t bit = uint64_t{1} << (index % 64);
  ready ? words_[place].ready |= bit : words_[place].ready &= ~bit;
  updated ? words_[place].updated |= bit : words_[place].updated &= ~bit;
}

int32_t GroupBits::CountReady(int32_t begin, int32_t end) const {
  int32_t count = 0;
  for (int32_t word = begin / 64; word < WordsBelow(end); ++word) {
    count += absl::popcount(words_[word].ready & Mask(word, begin, end));
  }
  return count;
}

int32_t GroupBits::CountDone(int32_t begin, int32_t end) const {
  int32_t count = 0;
  for (int32_t word = begin / 64; word < WordsBelow(end); ++word) {
    count += absl::popcount(words_[word].ready & words_[word].updated & Mask(word, begin, end));
  }
  return count;
}

int64_t GroupBits::LastReadyOld(int32_t begin, int32_t end) const {
  for (int32_t word = WordsBelow(end) - 1; word >= begin / 64; --word) {
    const uint64_t found = words_[word].ready & ~words_[word].updated & Mask(word, begin, end);
    if (found != 0) return word * int64_t{64} + 63 - absl::countl_zero(found);
  }
  return int64_t{begin} - 1;
}

int32_t GroupBits::DoneTail(int32_t end) const {
  if (end <= 0 || end > size_) return 0;
  for (int32_t word = (end - 1) / 64; word >= 0; --word) {
    const Word bits = WordAt(word);
    const uint64_t missing = ~(bits.ready & bits.updated) & Mask(word, 0, end);
    if (missing != 0) return end - (word * 64 + 64 - absl::countl_zero(missing));
  }
  return end;
}

bool operator==(const GroupBits& a, const GroupBits& b) {
  if (a.size_ != b.size_) return false;
  const size_t count = std::max(a.words_.size(), b.words_.size());
  for (size_t word = 0; word < count; ++word) {
    const GroupBits::Word left = a.WordAt(static_cast<int32_t>(word));
    const GroupBits::Word right = b.WordAt(static_cast<int32_t>(word));
    if (left.ready != right.ready || left.updated != right.updated) return false;
  }
  return true;
}

std::string GroupBits::ToString() const {
  std::string text(size_, '.');
  for (int32_t i = 0; i < size_; ++i) {
    if (IsReady(i))
      text[i] = IsUpdated(i) ? 'B' : 'R';
    else if (IsUpdated(i))
      text[i] = 'U';
  }
  return text;
}

}  // namespace lws
