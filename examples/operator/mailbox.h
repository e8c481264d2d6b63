// Where the loop's thread waits: until it is rung for, by whatever thread, or a time comes.
//
//   Mailbox mailbox;
//   mailbox.Ring();                                        // from any thread
//   mailbox.WaitUntil(absl::Now() + absl::Seconds(1));     // at once
//
// Thread-safety: Ring may be called from any thread; WaitUntil from one.
#ifndef LWS_EXAMPLES_OPERATOR_MAILBOX_H_
#define LWS_EXAMPLES_OPERATOR_MAILBOX_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace lws::operator_program {

class Mailbox {
 public:
  void Ring() {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_rung_ = true;
    rung_.notify_one();
  }

  void WaitUntil(absl::Time time) {
    std::unique_lock<std::mutex> lock(mutex_);
    const absl::Duration left = std::max(absl::ZeroDuration(), time - absl::Now());
    rung_.wait_for(lock, absl::ToChronoNanoseconds(left), [this] { return is_rung_; });
    is_rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool is_rung_ = false;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_MAILBOX_H_
