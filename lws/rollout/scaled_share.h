// a * b / c without overflow, to compute shares of a number of groups.
//
//   lws::internal::ShareDown(7, 2, 3);    // 4
//   lws::internal::ShareUp(7, 2, 3);      // 5
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ROLLOUT_SCALED_SHARE_H_
#define LWS_ROLLOUT_SCALED_SHARE_H_

#include <cstdint>

#include "absl/numeric/int128.h"

namespace lws::internal {

// REQUIRES for all functions: the magnitudes of a, b and c are below 2^53, c != 0, and the result fits an int64.
inline int64_t ShareTowardsZero(int64_t a, int64_t b, int64_t c) {
  constexpr int64_t kSmall = int64_t{1} << 31;
  const bool is_small = a < kSmall && a > -kSmall && b < kSmall && b > -kSmall;
  if (is_small) return a * b / c;
  return static_cast<int64_t>(absl::int128(a) * b / c);
}

// Rounded down. REQUIRES: c > 0.
inline int64_t ShareDown(int64_t a, int64_t b, int64_t c) {
  const int64_t share = ShareTowardsZero(a, b, c);
  const bool is_negative = (a < 0) != (b < 0) && a != 0 && b != 0;
  return is_negative && absl::int128(share) * c != absl::int128(a) * b ? share - 1 : share;
}

// Rounded up. REQUIRES: c > 0.
inline int64_t ShareUp(int64_t a, int64_t b, int64_t c) { return -ShareDown(-a, b, c); }

}  // namespace lws::internal

#endif  // LWS_ROLLOUT_SCALED_SHARE_H_
