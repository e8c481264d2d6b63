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

template <typename WordAt>
int32_t Count(int32_t begin, int32_t end, const WordAt& word_at) {
  int32_t count = 0;
  for (int32_t word = begin / 64; word * int64_t{64} < end; ++word) {
    count += absl::popcount(word_at(word) & Mask(word, begin, end));
  }
  return count;
}

}  // namespace

GroupBits::GroupBits(int32_t size) : size_(size), ready_((size + 63) / 64), updated_((size + 63) / 64) {}

GroupBits GroupBits::Parse(absl::string_view text) {
  GroupBits bits(static_cast<int32_t>(text.size()));
  for (int32_t i = 0; i < bits.size_; ++i) {
    bits.Set(i, text[i] == 'R' || text[i] == 'B', text[i] == 'U' || text[i] == 'B');
  }
  return bits;
}

void GroupBits::Set(int32_t index, bool ready, bool updated) {
  assert(index >= 0 && index < size_);
  const uint64_t bit = uint64_t{1} << (index % 64);
  ready ? ready_[index / 64] |= bit : ready_[index / 64] &= ~bit;
  updated ? updated_[index / 64] |= bit : updated_[index / 64] &= ~bit;
}

int32_t GroupBits::CountReady(int32_t begin, int32_t end) const {
  return Count(begin, std::min(end, size_), [this](int32_t word) { return ready_[word]; });
}

int32_t GroupBits::CountDone(int32_t begin, int32_t end) const {
  return Count(begin, std::min(end, size_), [this](int32_t word) { return ready_[word] & updated_[word]; });
}

int32_t GroupBits::DoneTail(int32_t end) const {
  if (end > size_) return 0;
  for (int32_t word = (end - 1) / 64; end > 0 && word >= 0; --word) {
    const uint64_t missing = ~(ready_[word] & updated_[word]) & Mask(word, 0, end);
    if (missing != 0) return end - (word * 64 + 64 - absl::countl_zero(missing));
  }
  return end;
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
