// A limit of requests: so many per second, and a burst after a rest.
//
//   lws::internal::RequestBudget budget(/*per_second=*/500, /*burst=*/500);
//   budget.Take(now);       // true: one request may be sent
//   budget.NextAt(now);     // when the next one may be
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_REQUEST_BUDGET_H_
#define LWS_ADAPTERS_KUBERNETES_REQUEST_BUDGET_H_

#include <algorithm>

#include "absl/time/time.h"

namespace lws::internal {

class RequestBudget {
 public:
  // There is no limit if per_second is not above 0. REQUIRES: burst is at least 1.
  RequestBudget(double per_second, double burst) : per_second_(per_second), burst_(burst), left_(burst) {}

  bool Take(absl::Time now) {
    if (per_second_ <= 0) return true;
    Refill(now);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

  absl::Time NextAt(absl::Time now) {
    if (per_second_ <= 0) return now;
    Refill(now);
    return left_ >= 1 ? now : now + absl::Seconds((1 - left_) / per_second_);
  }

 private:
  void Refill(absl::Time now) {
    if (filled_ != absl::InfinitePast() && now > filled_) {
      left_ = std::min(burst_, left_ + absl::ToDoubleSeconds(now - filled_) * per_second_);
    }
    filled_ = now;
  }

  const double per_second_;
  const double burst_;
  double left_;
  absl::Time filled_ = absl::InfinitePast();
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_REQUEST_BUDGET_H_
