#include "examples/lwsctl/progress.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace lwsctl {
namespace {

// To the terminal itself: std::cerr makes what it gets printable. What cannot be drawn is not missed.
void Draw(absl::string_view text) {
  const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);
}

}  // namespace

Progress::Progress(int64_t total, std::string what)
    : total_(std::max<int64_t>(1, total)), what_(std::move(what)), is_shown_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) Draw("\r\033[K");
}

void Progress::Advance(int64_t done) {
  if (!is_shown_) return;
  constexpr int64_t kWidth = 40;
  const int64_t filled = std::min(kWidth, kWidth * done / total_);
  Draw(absl::StrCat("\r[", std::string(static_cast<size_t>(filled), '#'),
                    std::string(static_cast<size_t>(kWidth - filled), '.'), "] ", done, " of ", total_, " ", what_));
}

}  // namespace lwsctl
