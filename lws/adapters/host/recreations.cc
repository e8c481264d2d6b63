#include "lws/adapters/host/recreations.h"

#include "lws/core/exponential_backoff.h"

namespace lws::internal {
namespace {

constexpr absl::Duration kYoung = absl::Minutes(1);
constexpr absl::Duration kRowEndsAfter = absl::Minutes(10);

}  // namespace

void Recreations::Wrote(const ObjectRef& object, absl::string_view uid, absl::string_view owner_uid, absl::Time now) {
  Forget(now);
  Made& made = made_[object];
  if (made.owner_uid != owner_uid) {
    made.owner_uid = std::string(owner_uid);
    made.in_a_row = 0;
  }
  if (made.uid != uid) {
    made.uid = std::string(uid);
    made.first_written = now;
  }
  made.last_written = now;
  order_.emplace_back(now, object);
}

absl::Duration Recreations::Gone(const ObjectRef& object, absl::string_view uid, absl::Time now) {
  const auto found = made_.find(object);
  if (found == made_.end() || found->second.uid != uid) return absl::ZeroDuration();
  Made& made = found->second;
  if (now - made.first_written > kYoung) return absl::ZeroDuration();
  return ExponentialBackoff(made.in_a_row++, first_wait_, longest_wait_);
}

void Recreations::Forget(absl::Time now) {
  while (!order_.empty() && now - order_.front().first > kRowEndsAfter) {
    const auto found = made_.find(order_.front().second);
    if (found != made_.end() && now - found->second.last_written > kRowEndsAfter) made_.erase(found);
    order_.pop_front();
  }
}

}  // namespace lws::internal
