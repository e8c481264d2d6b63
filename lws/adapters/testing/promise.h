// What a budget promises while its set lives: the ledger of scenarios and of the swarm, and the texts of the laws that
// all tests of policies share.
//
//   lws::internal::Promise promise;
//   promise.Raise(lws::internal::Promise::Grounded(/*floor=*/3, /*guarantee=*/2));    // two groups are ready
//   promise.groups();                                                                // 2
//   promise.IsKeptBy(1);                                                             // false
//
// Laws:
//   1. The floor is replicas - maxUnavailable of the set as it is at that moment.
//   2. As many groups are promised as there were to count on, at most the floor.
//   3. An edit lowers the promise to what the edited set gives ground for, and never raises it.
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

// Groups that the budget promises of a set of `replicas` groups.
constexpr int32_t PromiseFloor(int32_t replicas, int32_t max_unavailable) {
  return std::max(0, replicas - max_unavailable);
}

class Promise {
 public:
  // The promise that `guarantee` groups that stay ready (guarantee.h) give ground for.
  static constexpr int32_t Grounded(int32_t floor, int32_t guarantee) { return std::min(floor, guarantee); }

  int32_t groups() const { return groups_; }
  bool IsKeptBy(int32_t ready) const { return ready >= groups_; }

  // There are more groups to count on.
  void Raise(int32_t grounded) { groups_ = std::max(groups_, grounded); }
  // The set was edited.
  void Edit(int32_t grounded) { groups_ = std::max(0, std::min(groups_, grounded)); }
  // So many groups were lost, and nobody is to blame.
  void Excuse(int32_t losses) { groups_ = std::max(0, groups_ - losses); }

 private:
  int32_t groups_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_PROMISE_H_
