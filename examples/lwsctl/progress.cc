#include "examples/lwsctl/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace lwsctl {

Progress::Progress(int64_t total, std::string what)
    : total_(std::max<int64_t>(1, total)), what_(std::move(what)), is_shown_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) std::cerr << "\r\033[K";
}

void Progress::Advance(int64_t done) {
  if (!is_shown_) return;
  constexpr int64_t kWidth = 40;
  const int64_t filled = std::min(kWidth, kWidth * done / total_);
  std::cerr << "\r[" << std::string(static_cast<size_t>(filled), '#')
            << std::string(static_cast<size_t>(kWidth - filled), '.') << "] " << done << " of " << total_ << " "
            << what_ << std::flush;
}

}  // namespace lwsctl
