// The keys that are due, and when: a key is in the queue once, is out of it while it is busy, and waits after a
// failure.
//
//   lws::internal::WorkQueue queue(absl::Milliseconds(100), absl::Seconds(10));
//   queue.Add(key);                                    // something changed
//   std::optional<lws::WorkKey> next = queue.Take(now);    // busy from here on
//   queue.Fail(*next, now, false);                     // due again in 100 milliseconds
//
// Laws:
//   1. A key is busy from Take to Succeed or Fail. What makes it due meanwhile counts from then on.
//   2. Keys come out in the order of the times at which they become due, and those of one time in the order in which
//      they were added. Of two times for one key the earlier counts.
//   3. A key that failed is due again after the first backoff, doubled with each failure in a row up to the longest;
//      at once where Fail says so. A success ends the row.
//   4. After own writes alone a key is due once more at once, and then with the delays of law 3; a change that is not
//      its own ends the row.
//   5. Nothing is kept of a key that is not due, not busy, and in no row.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_WORK_QUEUE_H_
#define LWS_ADAPTERS_HOST_WORK_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "lws/adapters/host/work_key.h"

namespace lws::internal {

class WorkQueue {
 public:
  // Both durations are more than 0.
  WorkQueue(absl::Duration first_backoff, absl::Duration max_backoff)
      : first_backoff_(first_backoff), max_backoff_(max_backoff) {}

  // The key is due now: something changed that it did not write itself.
  void Add(const WorkKey& key);
  // The key is due as law 4 has it: it changed something itself.
  void AddOwnWrite(const WorkKey& key);
  // The key is due at this time. REQUIRES: the key is busy.
  void AddAt(const WorkKey& key, absl::Time due) { AddDue(key, {due, next_number_++}); }

  // The next key that is due at `now`; nullopt when there is none.
  std::optional<WorkKey> Take(absl::Time now);
  // Both end what Take began. `at_once` is for the first failure in a row alone.
  void Succeed(const WorkKey& key, absl::Time now);
  void Fail(const WorkKey& key, absl::Time now, bool at_once);

  // When the next key becomes due; nullopt when there is none.
  std::optional<absl::Time> NextDue() const;
  // Whether all that is queued has failed at least `times` times in a row.
  bool OnlyRepeatsFailures(int times) const;

  int32_t busy() const { return busy_; }
  // Keys of which something is kept.
  size_t size() const { return keys_.size(); }

 private:
  using Due = std::pair<absl::Time, uint64_t>;  // the number keeps the order of equal times
  struct KeyState {
    std::optional<Due> due;
    bool is_busy = false;
    std::optional<uint64_t> wrote;  // its own writes made it due, as this number of the queue
    int failures = 0;               // in a row
    int own_rounds = 0;             // in a row: rounds that own writes alone made due
  };

  void AddDue(const WorkKey& key, Due due);
  void End(const WorkKey& key);
  absl::Duration Backoff(int in_a_row) const;

  const absl::Duration first_backoff_;
  const absl::Duration max_backoff_;
  uint64_t next_number_ = 0;
  int32_t busy_ = 0;
  std::map<Due, WorkKey> queue_;  // of keys that are not busy
  std::map<WorkKey, KeyState> keys_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_WORK_QUEUE_H_
