#include "lws/rollout/group_bits.h"

#include <algorithm>
#include <cassert>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"

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
    const char kind = absl::ascii_toupper(static_cast<unsigned char>(text[i]));
    bits.Set(i, kind == 'R' || kind == 'B', kind == 'U' || kind == 'B');
    if (kind == 'S' || kind == 'T') bits.SetSettling(i, kind == 'T');
    if (text[i] == ',' || kind != text[i]) bits.SetLeaving(i, true);
  }
  return bits;
}

GroupBits::Word& GroupBits::WordOf(int32_t index) {
  const size_t place = static_cast<size_t>(index / 64);
  if (place >= words_.size()) {
    words_.resize(place + 1);
    blocks_.resize(place / kBlockWords + 1);
  }
  return words_[place];
}

void GroupBits::SetLeaving(int32_t index, bool leaving) {
  assert(index >= 0 && index < size_);
  const uint64_t bit = uint64_t{1} << (index % 64);
  Word& word = WordOf(index);
  leaving ? word.leaving |= bit : word.leaving &= ~bit;
}

void GroupBits::Set(int32_t index, bool ready, bool updated) {
  assert(index >= 0 && index < size_);
  const uint64_t bit = uint64_t{1} << (index % 64);
  Word& word = WordOf(index);
  BlockCounts& block = blocks_[index / 64 / kBlockWords];
  const bool was_ready = (word.ready & bit) != 0;
  const bool was_done = was_ready && (word.updated & bit) != 0;
  block.ready += int32_t{ready} - int32_t{was_ready};
  block.done += int32_t{ready && updated} - int32_t{was_done};
  ready ? word.ready |= bit : word.ready &= ~bit;
  updated ? word.updated |= bit : word.updated &= ~bit;
  word.settling &= ~bit;
}

void GroupBits::SetSettling(int32_t index, bool updated) {
  Set(index, false, updated);
  WordOf(index).settling |= uint64_t{1} << (index % 64);
}

template <typename CountOf, typename CountOfBlock>
int32_t GroupBits::Sum(int32_t begin, int32_t end, const CountOf& count_of, const CountOfBlock& count_of_block) const {
  int32_t sum = 0;
  int32_t word = begin / 64;
  const int32_t words = WordsBelow(end);
  const int32_t whole = end / 64;  // the words below this one are in the range up to their ends
  while (word < words) {
    const bool whole_block = word % kBlockWords == 0 && word >= (begin + 63) / 64 && word + kBlockWords <= whole &&
                             word + kBlockWords <= words;
    if (whole_block) {
      sum += count_of_block(blocks_[word / kBlockWords]);
      word += kBlockWords;
    } else {
      sum += count_of(words_[word], Mask(word, begin, end));
      ++word;
    }
  }
  return sum;
}

int32_t GroupBits::CountReady(int32_t begin, int32_t end) const {
  return Sum(
      begin, end, [](const Word& word, uint64_t mask) { return absl::popcount(word.ready & mask); },
      [](const BlockCounts& block) { return block.ready; });
}

int32_t GroupBits::CountDone(int32_t begin, int32_t end) const {
  return Sum(
      begin, end, [](const Word& word, uint64_t mask) { return absl::popcount(word.ready & word.updated & mask); },
      [](const BlockCounts& block) { return block.done; });
}

template <typename BitsOf>
int32_t GroupBits::CountWords(int32_t begin, int32_t end, const BitsOf& bits_of) const {
  int32_t count = 0;
  for (int32_t word = begin / 64; word < WordsBelow(end); ++word) {
    count += absl::popcount(bits_of(words_[word]) & Mask(word, begin, end));
  }
  return count;
}

int32_t GroupBits::CountUpdated(int32_t begin, int32_t end) const {
  return CountWords(begin, end, [](const Word& word) { return word.updated; });
}

int32_t GroupBits::CountSteady(int32_t begin, int32_t end) const {
  return CountWords(begin, end, [](const Word& word) { return word.ready & ~word.leaving; });
}

int32_t GroupBits::CountSteadyDone(int32_t begin, int32_t end) const {
  return CountWords(begin, end, [](const Word& word) { return word.ready & word.updated & ~word.leaving; });
}

int64_t GroupBits::LastReadyOld(int32_t begin, int32_t end) const {
  int32_t word = WordsBelow(end) - 1;
  while (word >= begin / 64) {
    const BlockCounts& block = blocks_[word / kBlockWords];
    if (block.ready == block.done) {  // all ready groups of the block are updated
      word = word / kBlockWords * kBlockWords - 1;
      continue;
    }
    const uint64_t found = words_[word].ready & ~words_[word].updated & Mask(word, begin, end);
    if (found != 0) return word * int64_t{64} + 63 - absl::countl_zero(found);
    --word;
  }
  return int64_t{begin} - 1;
}

int32_t GroupBits::End() const {
  for (size_t word = words_.size(); word > 0; --word) {
    const Word& bits = words_[word - 1];
    const uint64_t any = bits.ready | bits.updated | bits.leaving | bits.settling;
    if (any != 0) return static_cast<int32_t>(word) * 64 - absl::countl_zero(any);
  }
  return 0;
}

int32_t GroupBits::DoneTail(int32_t end) const {
  if (end <= 0 || end > size_) return 0;
  int32_t word = (end - 1) / 64;
  while (word >= 0) {
    const bool at_block_end = word % kBlockWords == kBlockWords - 1 && static_cast<size_t>(word) < words_.size();
    if (at_block_end && blocks_[word / kBlockWords].done == kBlockWords * 64) {
      word -= kBlockWords;
      continue;
    }
    const Word bits = WordAt(word);
    const uint64_t missing = ~(bits.ready & bits.updated) & Mask(word, 0, end);
    if (missing != 0) return end - (word * 64 + 64 - absl::countl_zero(missing));
    --word;
  }
  return end;
}

bool operator==(const GroupBits& a, const GroupBits& b) {
  if (a.size_ != b.size_) return false;
  const size_t count = std::max(a.words_.size(), b.words_.size());
  for (size_t word = 0; word < count; ++word) {
    const GroupBits::Word left = a.WordAt(static_cast<int32_t>(word));
    const GroupBits::Word right = b.WordAt(static_cast<int32_t>(word));
    const bool same = left.ready == right.ready && left.updated == right.updated && left.leaving == right.leaving &&
                      left.settling == right.settling;
    if (!same) return false;
  }
  return true;
}

std::string ToString(const GroupBits& groups) {
  std::string text(static_cast<size_t>(groups.size()), '.');
  for (int32_t i = 0; i < groups.size(); ++i) {
    const char* kinds = groups.IsLeaving(i) ? ",rub" : groups.IsSettling(i) ? "S?T?" : ".RUB";
    text[static_cast<size_t>(i)] = kinds[int{groups.IsReady(i)} + 2 * int{groups.IsUpdated(i)}];
  }
  return text;
}

}  // namespace lws
