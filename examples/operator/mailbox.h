// The thread of the loop waits here until a time comes, another thread rings, or another thread posts some work.
//
//   Mailbox mailbox;
//   mailbox.Post(work);                                    // from any thread
//   mailbox.WaitUntil(absl::Now() + absl::Seconds(1));     // at once
//   mailbox.RunPosted();
//
// Thread-safety: Ring and Post may be called from any thread; the others from one.
#ifndef LWS_EXAMPLES_OPERATOR_MAILBOX_H_
#define LWS_EXAMPLES_OPERATOR_MAILBOX_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace lws::operator_program {

class Mailbox {
 public:
  void Ring() { Post(nullptr); }

  void Post(std::function<void()> work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (work) posted_.push_back(std::move(work));
    is_rung_ = true;
    rung_.notify_one();
  }

  void WaitUntil(absl::Time time) {
    std::unique_lock<std::mutex> lock(mutex_);
    const absl::Duration left = std::max(absl::ZeroDuration(), time - absl::Now());
    rung_.wait_for(lock, absl::ToChronoNanoseconds(left), [this] { return is_rung_; });
    is_rung_ = false;
  }

  void RunPosted() {
    std::vector<std::function<void()>> posted;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      posted.swap(posted_);
    }
    for (const std::function<void()>& work : posted) work();
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool is_rung_ = false;
  std::vector<std::function<void()>> posted_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_MAILBOX_H_
