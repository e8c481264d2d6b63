// What a budget promises while its set lives. Scenarios, the swarm and the checker keep it as a ledger, and all tests
// of policies share the texts of the laws.
//
//   lws::internal::Promise promise;
//   promise.Raise(lws::internal::Promise::Grounded(/*floor=*/3, /*guarantee=*/2));    // two groups are ready
//   promise.groups();       // 2
//   promise.IsKeptBy(1);    // false
//
// Laws:
//   1. The floor is replicas - maxUnavailable of the present set.
//   2. The promise is the number of groups that could be counted on, at most the floor.
//   3. An edit lowers the promise to what the edited set can guarantee, and never raises it.
//   4. A group whose loss is excused is not promised until it can be counted on again.
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_TESTING_PROMISE_H_
#define LWS_ADAPTERS_TESTING_PROMISE_H_

#include <algorithm>
#include <cstdint>

namespace lws::internal {

inline constexpr char kTooFewReady[] = "fewer groups are ready than promised";
inline constexpr char kTooManySurgeGroups[] = "more surge groups than maxSurge";
inline constexpr char kHalfOfARevision[] = "only some roles of an old revision are left";

// How many groups the budget of a set with `replicas` groups promises.
constexpr int32_t PromiseFloor(int32_t replicas, int32_t max_unavailable) {
  return static_cast<int32_t>(std::max<int64_t>(0, int64_t{replicas} - max_unavailable));
}

// Whether one moment misses its promise by more groups than another one, or keeps it with fewer to spare.
constexpr bool MissesPromiseByMore(int32_t ready, int32_t promised, int32_t other_ready, int32_t other_promised) {
  return int64_t{promised} - ready > int64_t{other_promised} - other_ready;
}

class Promise {
 public:
  Promise() = default;
  // A promise that was kept as its number.
  explicit constexpr Promise(int32_t groups) : groups_(groups) {}

  // The promise that `guarantee` steady groups (guarantee.h) justify.
  static constexpr int32_t Grounded(int32_t floor, int32_t guarantee) { return std::min(floor, guarantee); }

  int32_t groups() const { return groups_; }
  bool IsKeptBy(int32_t ready) const { return ready >= groups_; }

  // Raises the promise, because more groups can be counted on.
  void Raise(int32_t grounded) { groups_ = std::max(groups_, grounded); }
  // Records that the set was edited.
  void Edit(int32_t grounded) { groups_ = std::max(0, std::min(groups_, grounded)); }
  // Lowers the promise by losses that are nobody's fault.
  void Excuse(int32_t losses) { groups_ = std::max(0, groups_ - losses); }

 private:
  int32_t groups_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_PROMISE_H_
