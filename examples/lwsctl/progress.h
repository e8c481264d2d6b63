// Shows the progress of a long run.
#ifndef LWS_EXAMPLES_LWSCTL_PROGRESS_H_
#define LWS_EXAMPLES_LWSCTL_PROGRESS_H_

#include <cstdint>
#include <string>

namespace lwsctl {

// A bar on standard error, when that is a terminal; nothing otherwise. Thread-safety: one thread at a time.
class Progress {
 public:
  // `what` is what the `total` steps are about: "configurations".
  Progress(int64_t total, std::string what);
  // Removes the bar.
  ~Progress();

  void Advance(int64_t done);

 private:
  const int64_t total_;
  const std::string what_;
  const bool is_shown_;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PROGRESS_H_
