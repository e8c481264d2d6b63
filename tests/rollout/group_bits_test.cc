// Random bitmaps of several blocks, compared with a string that has one character per group.
#include "lws/rollout/group_bits.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

constexpr unsigned kSeed = 20261125;
constexpr int32_t kGroups = 3 * 4096 + 100;

class Naive {
 public:
  explicit Naive(int32_t size) : text_(size, '.'), leaving_(size) {}

  void Set(int32_t index, bool ready, bool updated) { text_[index] = ".RUB"[ready + 2 * updated]; }
  void SetSettling(int32_t index, bool updated) { text_[index] = updated ? 'T' : 'S'; }
  bool IsSettling(int32_t index) const { return text_[index] == 'S' || text_[index] == 'T'; }
  void SetLeaving(int32_t index, bool leaving) { leaving_[index] = leaving; }
  int32_t CountSteady(int32_t begin, int32_t end, bool updated) const {
    int32_t count = 0;
    for (int32_t i = begin; i < std::min(end, static_cast<int32_t>(text_.size())); ++i) {
      count += !leaving_[i] && (text_[i] == 'B' || (!updated && text_[i] == 'R'));
    }
    return count;
  }

  template <typename Matches>
  int32_t Count(int32_t begin, int32_t end, const Matches& matches) const {
    end = std::min(end, static_cast<int32_t>(text_.size()));
    return begin >= end ? 0 : static_cast<int32_t>(std::count_if(&text_[begin], &text_[0] + end, matches));
  }
  int64_t LastReadyOld(int32_t begin, int32_t end) const {
    int64_t i = std::min(end, static_cast<int32_t>(text_.size())) - 1;
    while (i >= begin && text_[i] != 'R') --i;
    return std::max<int64_t>(i, begin - 1);
  }
  int32_t End() const {
    int32_t i = static_cast<int32_t>(text_.size());
    while (i > 0 && text_[i - 1] == '.' && !leaving_[i - 1]) --i;
    return i;
  }
  int32_t DoneTail(int32_t end) const {
    int32_t i = end;
    while (i > 0 && text_[i - 1] == 'B') --i;
    return end - i;
  }

 private:
  std::string text_;
  std::vector<bool> leaving_;
};

TEST(GroupBitsTest, EqualACharacterAGroup) {
  for (unsigned seed = kSeed; seed < kSeed + 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    GroupBits bits(kGroups);
    Naive naive(kGroups);
    const auto draw = [&random](int32_t count) { return static_cast<int32_t>(random() % count); };
    for (int step = 0; step < 200; ++step) {
      // Make long runs of one kind, so that whole blocks are full, empty, or without a ready old group.
      const int32_t begin = draw(kGroups);
      const int32_t end = std::min(kGroups, begin + draw(draw(4) == 0 ? kGroups : 20) + 1);
      const int kind = draw(4);
      for (int32_t i = begin; i < end; ++i) {
        bits.Set(i, kind % 2 == 1, kind >= 2);
        naive.Set(i, kind % 2 == 1, kind >= 2);
        if (step % 5 == 0) {
          bits.SetSettling(i, kind >= 2);
          naive.SetSettling(i, kind >= 2);
        }
        if (step % 3 == 0) {
          bits.SetLeaving(i, kind == 3);
          naive.SetLeaving(i, kind == 3);
        }
      }
      if (draw(20) == 0) {
        for (int32_t i = draw(kGroups); i < kGroups; ++i) {
          bits.Set(i, false, false);
          bits.SetLeaving(i, false);
          naive.Set(i, false, false);
          naive.SetLeaving(i, false);
        }
      }
      const int32_t from = draw(kGroups);
      const int32_t to = from + draw(kGroups + 200 - from);
      ASSERT_EQ(bits.CountReady(from, to), naive.Count(from, to, [](char c) { return c == 'R' || c == 'B'; }));
      ASSERT_EQ(bits.CountDone(from, to), naive.Count(from, to, [](char c) { return c == 'B'; }));
      ASSERT_EQ(bits.CountSteady(from, to), naive.CountSteady(from, to, false));
      ASSERT_EQ(bits.CountSteadyDone(from, to), naive.CountSteady(from, to, true));
      ASSERT_EQ(bits.LastReadyOld(from, to), naive.LastReadyOld(from, to));
      ASSERT_EQ(bits.End(), naive.End());
      ASSERT_EQ(bits.IsSettling(from), naive.IsSettling(from));
      ASSERT_EQ(bits.DoneTail(from), naive.DoneTail(from));
      ASSERT_EQ(bits.DoneTail(kGroups), naive.DoneTail(kGroups));
    }
  }
}

TEST(GroupBitsTest, CountsAndTailsAcrossWords) {
  for (const int size : {1, 63, 64, 65, 127, 128, 200}) {
    GroupBits bits(size);
    for (int i = size / 3; i < size; ++i) bits.Set(i, true, i >= size / 2);
    EXPECT_EQ(bits.DoneTail(size), size - size / 2) << size;
    EXPECT_EQ(bits.CountReady(0, size), size - size / 3) << size;
    EXPECT_EQ(bits.CountDone(0, size), size - size / 2) << size;
    EXPECT_EQ(GroupBits::Parse(ToString(bits)), bits) << size;
  }
  EXPECT_EQ(GroupBits::Parse("RB.UBB").DoneTail(6), 2);
  EXPECT_EQ(GroupBits::Parse("BB").DoneTail(5), 0);
  EXPECT_EQ(ToString(GroupBits::Parse(".RUB,rubST")), ".RUB,rubST");
  EXPECT_EQ(GroupBits::Parse("RrBb").CountSteady(0, 4), 2);
}

}  // namespace
}  // namespace lws
