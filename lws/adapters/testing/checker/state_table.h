// States of a few words each, numbered in the order in which they were found, with the step that first led to each.
//
//   lws::internal::StateTable table;
//   table.Insert({7, 0}, lws::internal::StateTable::kNoParent, 0, 0);    // 0
//   table.Insert({9, 0}, /*parent=*/0, /*kind=*/1, 0);                            // 1
//   table.Insert({7, 0}, /*parent=*/1, /*kind=*/2, 0);                            // 0: it was there
//
// About 30 bytes a state of two words: a look-up reads one line of the index and one of the states. A state is a value
// with an operator == and a function HashOfState.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_STATE_TABLE_H_
#define LWS_ADAPTERS_TESTING_CHECKER_STATE_TABLE_H_

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace lws::internal {

struct PackedState {
  uint64_t now = 0;
  uint64_t seen = 0;  // the state that a late view shows, in worlds with such a view

  friend bool operator==(const PackedState& a, const PackedState& b) { return a.now == b.now && a.seen == b.seen; }
};

inline uint64_t HashOfState(const PackedState& state) {
  uint64_t hash = state.now * 0x9e3779b97f4a7c15ULL ^ (state.seen + 0x7f4a7c15ULL) * 0xc2b2ae3d27d4eb4fULL;
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 29;
}

template <typename State>
class StateTableOf {
 public:
  static constexpr uint32_t kNoParent = std::numeric_limits<uint32_t>::max();

  StateTableOf() : index_(1024, kEmpty) {}

  size_t size() const { return states_.size(); }
  const State& StateAt(uint32_t number) const { return states_[number].state; }
  uint32_t ParentOf(uint32_t number) const { return states_[number].parent; }
  uint8_t KindOf(uint32_t number) const { return states_[number].kind; }
  uint8_t SubjectOf(uint32_t number) const { return states_[number].subject; }

  // Returns the number of the state; a new state gets the next one. REQUIRES: fewer than 2^32 - 1 states.
  uint32_t Insert(const State& state, uint32_t parent, uint8_t kind, uint8_t subject) {
    if (states_.size() * 2 >= index_.size()) Grow();
    uint32_t& slot = SlotOf(state);
    if (slot == kEmpty) {
      slot = static_cast<uint32_t>(states_.size());
      states_.push_back({state, parent, kind, subject});
    }
    return slot;
  }

  // REQUIRES: the state was inserted.
  uint32_t Find(const State& state) const { return const_cast<StateTableOf*>(this)->SlotOf(state); }

 private:
  struct Entry {
    State state;
    uint32_t parent;
    uint8_t kind;
    uint8_t subject;
  };
  static constexpr uint32_t kEmpty = std::numeric_limits<uint32_t>::max();

  // The slot of the state, or the free slot where it belongs.
  uint32_t& SlotOf(const State& state) {
    const size_t mask = index_.size() - 1;
    size_t place = HashOfState(state) & mask;
    while (index_[place] != kEmpty && !(states_[index_[place]].state == state)) place = (place + 1) & mask;
    return index_[place];
  }

  void Grow() {
    index_.assign(index_.size() * 2, kEmpty);
    for (uint32_t i = 0; i < states_.size(); ++i) SlotOf(states_[i].state) = i;
  }

  std::vector<Entry> states_;
  std::vector<uint32_t> index_;  // by hash, with linear probing; a power of two
};

using StateTable = StateTableOf<PackedState>;

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_STATE_TABLE_H_
