// The keys that are due, and when. A key is in the queue at most once, leaves it while it is busy, and waits after a
// failure.
//
//   lws::internal::WorkQueue queue(absl::Milliseconds(100), absl::Seconds(10));
//   queue.Add(key);                                    // something changed
//   std::optional<lws::WorkKey> next = queue.Take(now);    // the key is now busy
//   queue.Fail(*next, now, false);                     // due again in 100 milliseconds
//
// Laws:
//   1. A key is busy from Take to Succeed or Fail. What makes it due in that time counts after it.
//   2. Keys come out in the order of their due times, and those of one time in the order in which they were added.
//      When a key has two times, the earlier one counts.
//   3. A key that failed is due again after the first backoff, which doubles with each failure in a row up to the
//      longest; it is due at once if Fail says so. A success ends the row.
//   4. If only its own writes make a key due, it is due at once the first time, and then with the delays of law 3. A
//      change by others ends the row.
//   5. Nothing is kept for a key that is not due, not busy, and in no row.
//   6. Another queue that resumes what Pending returns gives out the same keys at the same times, the busy ones at
//      once, and their backoffs go on.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_WORK_QUEUE_H_
#define LWS_ADAPTERS_HOST_WORK_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/host/work_key.h"

namespace lws::internal {

class WorkQueue {
 public:
  // REQUIRES: both durations are more than 0.
  WorkQueue(absl::Duration first_backoff, absl::Duration max_backoff)
      : first_backoff_(first_backoff), max_backoff_(max_backoff) {}

  // Makes the key due now, because something changed that it did not write itself.
  void Add(const WorkKey& key);
  // Makes the key due by law 4, because it changed something itself.
  void AddOwnWrite(const WorkKey& key);
  // Makes the key due at this time.
  void AddAt(const WorkKey& key, absl::Time due) { AddDue(key, {due, next_number_++}); }

  // The next key that is due at `now`; nullopt when there is none.
  std::optional<WorkKey> Take(absl::Time now);
  // Both end what Take began. `at_once` only has an effect on the first failure in a row.
  void Succeed(const WorkKey& key, absl::Time now);
  void Fail(const WorkKey& key, absl::Time now, bool at_once);

  // When the next key becomes due; nullopt when there is none.
  std::optional<absl::Time> NextDue() const;
  // Whether every queued key has failed at least `times` times in a row.
  bool OnlyRepeatsFailures(int times) const;

  // Every key that is due or busy, in the order of the keys. A busy key counts as due.
  std::vector<PendingKey> Pending() const;
  // Makes the key due as it was in another queue.
  void Resume(const PendingKey& pending);

  int32_t busy() const { return busy_; }
  // The number of keys for which something is kept.
  size_t size() const { return keys_.size(); }

 private:
  using Due = std::pair<absl::Time, uint64_t>;  // the number orders keys with equal times
  struct KeyState {
    std::optional<Due> due;
    bool is_busy = false;
    std::optional<uint64_t> wrote;  // set when only its own writes made it due: the number of that entry
    int failures = 0;               // in a row
    int own_rounds = 0;             // rounds in a row that only own writes made due
  };

  void AddDue(const WorkKey& key, Due due);
  void End(const WorkKey& key);
  absl::Duration Backoff(int in_a_row) const;

  const absl::Duration first_backoff_;
  const absl::Duration max_backoff_;
  uint64_t next_number_ = 0;
  int32_t busy_ = 0;
  std::map<Due, WorkKey> queue_;  // without busy keys
  std::map<WorkKey, KeyState> keys_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_WORK_QUEUE_H_
