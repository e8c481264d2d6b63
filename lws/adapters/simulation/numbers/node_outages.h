// Nodes as numbers: which of them run, and which timers wait for a stopped node.
//
//   lws::internal::NodeOutages<Timer> nodes(3);
//   nodes.Next();             // 0, then 1, 2, 0: the next running node in turn
//   nodes.Begin(1);           // its first outage: 1
//   nodes.Wait(1, timer);     // the timer waits for the node
//   nodes.End(1);             // {timer}
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_NUMBERS_NODE_OUTAGES_H_
#define LWS_ADAPTERS_SIMULATION_NUMBERS_NODE_OUTAGES_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace lws::internal {

template <typename Waiting>
class NodeOutages {
 public:
  // With 0 nodes every pod has a node of its own, which has no number and never fails.
  explicit NodeOutages(int32_t nodes) : nodes_(static_cast<size_t>(nodes)) {}

  static constexpr uint16_t kOwnNode = 65535;

  uint16_t Next() {
    if (nodes_.empty()) return kOwnNode;
    do {
      next_ = (next_ + 1) % nodes_.size();
    } while (!nodes_[next_].runs);
    return static_cast<uint16_t>(next_);
  }

  bool Runs(uint16_t node) const { return node == kOwnNode || nodes_[node].runs; }

  // The number of the outage that begins. Returns 0, and begins none, when no such node runs or it is the only one.
  uint32_t Begin(int32_t node) {
    const bool is_there = node >= 0 && static_cast<size_t>(node) < nodes_.size() && nodes_[node].runs;
    const auto running = std::count_if(nodes_.begin(), nodes_.end(), [](const Node& other) { return other.runs; });
    if (!is_there || running < 2) return 0;
    nodes_[node].runs = false;
    return ++nodes_[node].outages;
  }

  bool IsDuring(uint16_t node, uint32_t outage) const { return !nodes_[node].runs && nodes_[node].outages == outage; }

  void Wait(uint16_t node, Waiting waiting) { nodes_[node].waiting.push_back(std::move(waiting)); }

  // Makes the node, or another one with its number, run again. Returns what waited, in order.
  std::vector<Waiting> End(uint16_t node) {
    nodes_[node].runs = true;
    return std::exchange(nodes_[node].waiting, {});
  }

 private:
  struct Node {
    bool runs = true;
    uint32_t outages = 0;
    std::vector<Waiting> waiting;
  };
  std::vector<Node> nodes_;
  size_t next_ = static_cast<size_t>(-1);
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_NUMBERS_NODE_OUTAGES_H_
