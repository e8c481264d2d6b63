// Timers by the millisecond, for numbers of timers for which a tree would be too slow.
//
//   lws::internal::TimerWheel<Timer> wheel;
//   wheel.Add(1500, timer);
//   wheel.Next();             // 1500
//   wheel.MoveTo(1500);
//   wheel.Take(&timers);      // those of 1500, in the order in which they were added
//
// A timer within the next 32 seconds goes to the list of its millisecond; later ones wait in a map.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_TIMER_WHEEL_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_TIMER_WHEEL_H_

#include <array>
#include <cassert>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace lws::internal {

template <typename Timer>
class TimerWheel {
 public:
  int64_t now() const { return now_; }

  // REQUIRES: when >= now().
  void Add(int64_t when, const Timer& timer) {
    assert(when >= now_);
    if (when - now_ >= kSlots) {
      later_[when].push_back(timer);
      return;
    }
    Put(when, timer);
  }

  // The earliest millisecond with a timer; nullopt when there is none.
  std::optional<int64_t> Next() const {
    const std::optional<int64_t> near = NextInWheel();
    if (near.has_value()) return near;
    if (later_.empty()) return std::nullopt;
    return later_.begin()->first;
  }

  // Moves to `when`. REQUIRES: now() <= when, and no timer is earlier.
  void MoveTo(int64_t when) {
    now_ = when;
    while (!later_.empty() && later_.begin()->first - now_ < kSlots) {
      for (const Timer& timer : later_.begin()->second) Put(later_.begin()->first, timer);
      later_.erase(later_.begin());
    }
  }

  // Replaces `timers` by those of now().
  void Take(std::vector<Timer>* timers) {
    const size_t slot = static_cast<size_t>(now_ % kSlots);
    timers->clear();
    for (uint32_t node = slots_[slot].first; node != kNone;) {
      timers->push_back(nodes_[node].timer);
      const uint32_t next = nodes_[node].next;
      nodes_[node].next = free_;
      free_ = node;
      node = next;
    }
    slots_[slot] = Slot();
    used_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
  }

 private:
  static constexpr int64_t kSlots = 1 << 15;
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Free nodes are reused at once, while they are in the cache.
  struct Node {
    Timer timer;
    uint32_t next;
  };
  // A list of nodes.
  struct Slot {
    uint32_t first = kNone;
    uint32_t last = kNone;
  };

  void Put(int64_t when, const Timer& timer) {
    uint32_t node = free_;
    if (node == kNone) {
      node = static_cast<uint32_t>(nodes_.size());
      nodes_.push_back({timer, kNone});
    } else {
      free_ = nodes_[node].next;
      nodes_[node] = {timer, kNone};
    }
    const size_t place = static_cast<size_t>(when % kSlots);
    Slot& slot = slots_[place];
    (slot.first == kNone ? slot.first : nodes_[slot.last].next) = node;
    slot.last = node;
    used_[place / 64] |= uint64_t{1} << (place % 64);
  }

  // The earliest millisecond with a timer in the wheel. The search starts at the slot of now() and goes around.
  std::optional<int64_t> NextInWheel() const {
    const size_t first = static_cast<size_t>(now_ % kSlots);
    for (size_t i = 0; i <= used_.size(); ++i) {
      const size_t word = (first / 64 + i) % used_.size();
      uint64_t bits = used_[word];
      if (i == 0) bits &= ~uint64_t{0} << (first % 64);
      if (i == used_.size()) bits &= (uint64_t{1} << (first % 64)) - 1;
      if (bits == 0) continue;
      const int64_t slot = static_cast<int64_t>(word * 64) + __builtin_ctzll(bits);
      return now_ + (slot - static_cast<int64_t>(first) + kSlots) % kSlots;
    }
    return std::nullopt;
  }

  int64_t now_ = 0;
  std::vector<Slot> slots_ = std::vector<Slot>(kSlots);
  std::vector<Node> nodes_;
  uint32_t free_ = kNone;
  std::array<uint64_t, kSlots / 64> used_ = {};
  std::map<int64_t, std::vector<Timer>> later_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_TIMER_WHEEL_H_
