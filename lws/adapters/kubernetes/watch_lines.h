// Reads the bytes of a watch as events: one JSON object per line, cut anywhere by the network.
//
//   lws::internal::WatchLines lines;
//   absl::Status status = lines.Feed(bytes, [](absl::string_view) {});    // called with each line
//   absl::StatusOr<lws::internal::WatchEvent> event = lws::internal::ReadWatchEvent(line);
//   event->type;      // lws::internal::WatchEventType::kModified
//   event->object;    // the text of the object
//
// Laws:
//   1. However the bytes are cut, the same lines come out, each once and whole.
//   2. A line without its line break never comes out: the last, unfinished line of a stream is dropped.
//   3. At most most_bytes are kept.
//
// Thread-safety: none; ReadWatchEvent may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_WATCH_LINES_H_
#define LWS_ADAPTERS_KUBERNETES_WATCH_LINES_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

class WatchLines {
 public:
  explicit WatchLines(size_t most_bytes = size_t{8} << 20) : most_bytes_(most_bytes) {}

  // Calls `tell` with each line that ends in these bytes, without its line break. Empty lines are skipped. Errors:
  // ResourceExhausted for a line of more than most_bytes; no further line is told then.
  absl::Status Feed(absl::string_view bytes, absl::FunctionRef<void(absl::string_view)> tell);

  // Begins a new stream.
  void Clear();

 private:
  const size_t most_bytes_;
  std::string begun_;  // the beginning of a line
  bool is_too_long_ = false;
};

enum class WatchEventType { kAdded, kModified, kDeleted, kBookmark, kError };

struct WatchEvent {
  WatchEventType type = WatchEventType::kError;
  absl::string_view object;  // borrowed from the line
};

// Errors: InvalidArgument for a text that is not an event, and for an unknown type. The object is not checked if the
// line begins as servers write it. Complexity: O(line), and O(1) for such a line.
absl::StatusOr<WatchEvent> ReadWatchEvent(absl::string_view line);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_WATCH_LINES_H_
