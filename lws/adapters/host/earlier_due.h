// The earlier of two times at which something is due.
//
//   lws::internal::EarlierDue(now, now + absl::Seconds(1)) == now;    // true
//   lws::internal::EarlierDue(std::nullopt, std::nullopt);            // nullopt: nothing is due
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_HOST_EARLIER_DUE_H_
#define LWS_ADAPTERS_HOST_EARLIER_DUE_H_

#include <algorithm>
#include <optional>

#include "absl/time/time.h"

namespace lws::internal {

inline std::optional<absl::Time> EarlierDue(const std::optional<absl::Time>& a, const std::optional<absl::Time>& b) {
  return a.has_value() && b.has_value() ? std::min(*a, *b) : a.has_value() ? a : b;
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_EARLIER_DUE_H_
