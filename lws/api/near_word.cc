#include "lws/api/near_word.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace lws::internal {
namespace {

// No key is longer than this, so a longer word resembles none.
constexpr size_t kLongestWord = 64;

// The number of letters to insert, remove, replace or swap with the next one, ignoring capitals.
int Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      int& least = cost[i][j];
      if (i == 0 || j == 0) {
        least = static_cast<int>(i + j);
        continue;
      }
      const bool same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      least = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least = std::min(least, cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

// Whether the candidate has more of the word's first letters than the other one.
bool BeginsAlike(absl::string_view word, absl::string_view candidate, absl::string_view other) {
  for (size_t i = 0; i < word.size() && i < candidate.size(); ++i) {
    const char letter = absl::ascii_tolower(word[i]);
    if (absl::ascii_tolower(candidate[i]) != letter) return false;
    if (i >= other.size() || absl::ascii_tolower(other[i]) != letter) return true;
  }
  return false;
}

}  // namespace

absl::string_view NearWord(absl::string_view word, const std::vector<absl::string_view>& known) {
  if (word.size() > kLongestWord) return "";
  absl::string_view nearest;
  int least = word.size() <= 4 ? 2 : 3;
  for (const absl::string_view candidate : known) {
    const int distance = Distance(word, candidate);
    const bool is_tied = !nearest.empty() && distance == least && BeginsAlike(word, candidate, nearest);
    if (distance >= least && !is_tied) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string DidYouMean(absl::string_view word, const std::vector<absl::string_view>& known) {
  const absl::string_view near = NearWord(word, known);
  return near.empty() ? "" : absl::StrCat(", did you mean \"", near, "\"?");
}

}  // namespace lws::internal
