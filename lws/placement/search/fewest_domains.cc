#include "lws/placement/search/fewest_domains.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace lws::internal {
namespace {

struct Smaller {
  const std::vector<CountedDomain>& domains;
  bool leader;

  bool operator()(int32_t a, int32_t b) const {
    const DomainCount& x = domains[a].count;
    const DomainCount& y = domains[b].count;
    const int64_t units_x = x.UnitsFor(leader);
    const int64_t units_y = y.UnitsFor(leader);
    if (units_x != units_y) return units_x < units_y;
    if (x.workers != y.workers) return x.workers > y.workers;
    if (domains[a].tie != domains[b].tie) return domains[a].tie > domains[b].tie;
    return a > b;
  }
};

// Numbers of domains in the order of their units, largest first. Among equals, less room wins, then a
// smaller tie rank, and then a lower number.
class LargestFirst {
 public:
  // Orders by the units without, or beside, the leader.
  LargestFirst(const std::vector<CountedDomain>& domains, bool leader) : order_{domains, leader} {
    heap_.reserve(domains.size());
    for (size_t i = 0; i < domains.size(); ++i) {
      if (domains[i].count.UnitsFor(leader) >= 0) heap_.push_back(static_cast<int32_t>(i));
    }
    std::make_heap(heap_.begin(), heap_.end(), order_);
  }

  bool empty() const { return heap_.empty(); }
  int32_t Peek() const { return heap_.front(); }
  int32_t Take() {
    std::pop_heap(heap_.begin(), heap_.end(), order_);
    const int32_t index = heap_.back();
    heap_.pop_back();
    return index;
  }

 private:
  Smaller order_;
  std::vector<int32_t> heap_;
};

// The set of the largest domains so far, and the best place for the leader inside or outside of the set.
class GrowingSet {
 public:
  GrowingSet(const std::vector<CountedDomain>& domains, bool leader)
      : domains_(domains),
        wants_leader_(leader),
        largest_(domains, false),
        leaders_(domains, leader),
        in_set_(leader ? domains.size() : 0) {}

  const std::vector<int32_t>& set() const { return set_; }

  // Adds the next largest domain; returns false when there is none.
  bool Grow() {
    if (largest_.empty()) return false;
    const int32_t index = largest_.Take();
    const DomainCount& count = domains_[index].count;
    sum_before_last_ = sum_;
    sum_ += count.units;
    set_.push_back(index);
    if (!wants_leader_) return true;
    in_set_[index] = true;
    if (count.with_leader >= 0 && (inside_ < 0 || Gain(index) > Gain(inside_))) inside_ = index;
    while (!leaders_.empty() && in_set_[leaders_.Peek()]) leaders_.Take();
    return true;
  }

  // The most units that this many domains hold; -1 without a place for the leader.
  int64_t Most() const {
    if (!wants_leader_) return sum_;
    return std::max(WithLeaderInside(), WithLeaderOutside());
  }

  // The most units of the whole set and one more domain with the leader; -1 when there is no such domain.
  int64_t LeaderBesideAll() const { return leaders_.empty() ? -1 : sum_ + domains_[leaders_.Peek()].count.with_leader; }

  // The leader's place in the set that Most counts: inside the largest domains, or in a domain that replaces the last
  // one.
  int32_t LeaderOfMost() const { return WithLeaderInside() >= WithLeaderOutside() ? inside_ : leaders_.Peek(); }

 private:
  int64_t Gain(int32_t index) const { return domains_[index].count.with_leader - domains_[index].count.units; }
  int64_t WithLeaderInside() const { return inside_ < 0 ? -1 : sum_ + Gain(inside_); }
  int64_t WithLeaderOutside() const {
    return leaders_.empty() ? -1 : sum_before_last_ + domains_[leaders_.Peek()].count.with_leader;
  }

  const std::vector<CountedDomain>& domains_;
  bool wants_leader_;
  LargestFirst largest_;
  LargestFirst leaders_;
  std::vector<bool> in_set_;
  std::vector<int32_t> set_;
  int64_t sum_ = 0;
  int64_t sum_before_last_ = 0;
  int32_t inside_ = -1;
};

// The domain outside of `taken` that holds `units` with the least room to spare; -1 when there is none.
int32_t TightestBeside(const std::vector<CountedDomain>& domains, const std::vector<int32_t>& taken, int64_t units) {
  std::vector<bool> is_taken(domains.size());
  for (const int32_t index : taken) is_taken[index] = true;
  int32_t best = -1;
  for (size_t i = 0; i < domains.size(); ++i) {
    const DomainCount& count = domains[i].count;
    if (is_taken[i] || count.units < units) continue;
    const CountedDomain* known = best < 0 ? nullptr : &domains[best];
    if (known == nullptr || std::tie(count.units, count.workers, domains[i].tie) <
                                std::tie(known->count.units, known->count.workers, known->tie)) {
      best = static_cast<int32_t>(i);
    }
  }
  return best;
}

int64_t SumOfUnits(const std::vector<CountedDomain>& domains, const std::vector<int32_t>& set) {
  return std::accumulate(set.begin(), set.end(), int64_t{0},
                         [&](int64_t sum, int32_t index) { return sum + domains[index].count.units; });
}

// The place for the leader within `set` that displaces the fewest workers; -1 when the units then do not fit.
int32_t LeaderWithin(const std::vector<CountedDomain>& domains, const std::vector<int32_t>& set, int64_t units) {
  int32_t best = -1;
  for (const int32_t index : set) {
    const DomainCount& count = domains[index].count;
    if (count.with_leader < 0) continue;
    const int64_t loss = count.units - count.with_leader;
    const int64_t least = best < 0 ? 0 : domains[best].count.units - domains[best].count.with_leader;
    if (best < 0 || std::tie(loss, domains[index].tie, index) < std::tie(least, domains[best].tie, best)) best = index;
  }
  if (best < 0) return -1;
  const int64_t held = SumOfUnits(domains, set) - domains[best].count.units + domains[best].count.with_leader;
  return held >= units ? best : -1;
}

// The level to which rooms are filled when `units` are spread as evenly as the rooms allow.
int64_t EvenLevel(std::vector<int64_t> rooms, int64_t units) {
  std::sort(rooms.begin(), rooms.end());
  int64_t level = 0;
  for (size_t i = 0; i < rooms.size(); ++i) {
    level = units / static_cast<int64_t>(rooms.size() - i);
    if (rooms[i] > level) break;
    units -= rooms[i];
  }
  return level;
}

// A set of domains in the order in which they are filled, and the one that has the leader.
struct ChosenSet {
  std::vector<int32_t> order;
  int32_t leader = -1;
};

// All but the last of the largest domains, and the tightest one for the rest of `units`.
std::vector<int32_t> WithTightestLast(const std::vector<CountedDomain>& domains, std::vector<int32_t> largest,
                                      int64_t units) {
  largest.pop_back();
  const int64_t rest = units - SumOfUnits(domains, largest);
  const int32_t last = rest <= 0 ? -1 : TightestBeside(domains, largest, rest);
  if (last < 0) return {};
  largest.push_back(last);
  return largest;
}

// The set for a given place of the leader: its domain, the largest others, and the tightest one last.
ChosenSet AroundLeader(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted, int32_t leader,
                       size_t size) {
  ChosenSet chosen{{leader}, leader};
  LargestFirst others(domains, false);
  int64_t held = domains[leader].count.with_leader;
  while (chosen.order.size() < size && !others.empty()) {
    const int32_t index = others.Take();
    if (index == leader) continue;
    const bool is_last = chosen.order.size() + 1 == size;
    const int32_t tightest = is_last && wanted.profile == PlacementProfile::kBestFit
                                 ? TightestBeside(domains, chosen.order, std::max<int64_t>(wanted.units - held, 0))
                                 : -1;
    chosen.order.push_back(tightest < 0 ? index : tightest);
    held += domains[chosen.order.back()].count.units;
  }
  return chosen;
}

// The smallest number of pods on a domain when the leader is in one domain beside `others` further ones, the smallest
// of which holds `room` units.
int64_t SmallestPods(const UnitsWanted& wanted, int64_t with_leader, int64_t others, int64_t room) {
  int64_t reached = 0;
  for (int64_t beyond = (wanted.units * wanted.unit_pods + 1) / (others + 1) + 1; beyond - reached > 1;) {
    const int64_t pods = reached + (beyond - reached) / 2;
    const int64_t least = LeastPlacedUnitsFor(pods, wanted, false);
    const int64_t beside_leader = LeastPlacedUnitsFor(pods, wanted, true);
    const bool holds = (others == 0 || least <= room) && beside_leader <= with_leader &&
                       least * others + beside_leader <= wanted.units;
    (holds ? reached : beyond) = pods;
  }
  return reached;
}

// The `size` domains over which the pods can be spread most evenly. Every place for the leader is tried, with the
// largest other domains.
ChosenSet EvenestSet(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted, size_t size) {
  LargestFirst queue(domains, false);
  ChosenSet largest;
  while (largest.order.size() < size && !queue.empty()) largest.order.push_back(queue.Take());
  if (!wanted.leader) return largest;
  std::vector<bool> is_large(domains.size());
  for (const int32_t index : largest.order) is_large[index] = true;
  const int64_t held = SumOfUnits(domains, largest.order);
  std::set<std::pair<int64_t, int64_t>> tried;  // domains with equal counts need only one try
  int64_t best = -1;
  for (int32_t i = 0; i < static_cast<int32_t>(domains.size()); ++i) {
    const DomainCount& count = domains[i].count;
    const int32_t replaced = is_large[i] ? i : largest.order.back();
    if (count.with_leader < 0 || held - domains[replaced].count.units + count.with_leader < wanted.units) continue;
    if (!tried.insert({count.units, count.with_leader}).second) continue;
    const int32_t smallest =
        size > 1 && replaced == largest.order.back() ? largest.order[size - 2] : largest.order.back();
    const int64_t pods =
        SmallestPods(wanted, count.with_leader, static_cast<int64_t>(size) - 1, domains[smallest].count.units);
    if (pods <= best) continue;
    best = pods;
    largest.leader = i;
  }
  if (largest.leader >= 0 && !is_large[largest.leader]) largest.order.back() = largest.leader;
  return largest;
}

ChosenSet ChooseSet(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted) {
  GrowingSet largest(domains, wanted.leader);
  while (largest.Grow()) {
    if (largest.Most() >= wanted.units) break;
  }
  if (largest.set().empty() || largest.Most() < wanted.units) return {};
  if (wanted.profile == PlacementProfile::kBalanced) return EvenestSet(domains, wanted, largest.set().size());
  const bool tightest_last = wanted.profile == PlacementProfile::kBestFit;
  if (!wanted.leader) {
    return {tightest_last ? WithTightestLast(domains, largest.set(), wanted.units) : largest.set(), -1};
  }
  // Usually the set that would be chosen without the leader has a place for it, and room for what it displaces.
  const int32_t inside = LeaderWithin(domains, largest.set(), wanted.units);
  if (inside >= 0) {
    if (!tightest_last) return {largest.set(), inside};
    const int64_t loss = domains[inside].count.units - domains[inside].count.with_leader;
    const std::vector<int32_t> set =
        WithTightestLast(domains, largest.set(), wanted.units + std::max<int64_t>(loss, 0));
    const int32_t leader = set.empty() ? -1 : LeaderWithin(domains, set, wanted.units);
    if (leader >= 0) return {set, leader};
  }
  return AroundLeader(domains, wanted, largest.LeaderOfMost(), largest.set().size());
}

// Fills each domain completely, and the last one with the rest.
std::vector<int64_t> FillInOrder(const std::vector<int64_t>& rooms, int64_t units) {
  std::vector<int64_t> filled;
  for (const int64_t room : rooms) {
    filled.push_back(std::min(room, units));
    units -= filled.back();
  }
  return filled;
}

// Spreads the units as evenly as the rooms allow. The remainder goes to the rooms in order; room `leader` gets its
// share first or last.
std::vector<int64_t> FillEvenly(const std::vector<int64_t>& rooms, int64_t units, int32_t leader, bool leader_first) {
  const int64_t level = EvenLevel(rooms, units);
  std::vector<int64_t> filled;
  std::vector<int32_t> order;
  for (size_t i = 0; i < rooms.size(); ++i) {
    filled.push_back(std::min(rooms[i], level));
    units -= filled.back();
    if (static_cast<int32_t>(i) != leader) order.push_back(static_cast<int32_t>(i));
  }
  if (leader >= 0) order.insert(leader_first ? order.begin() : order.end(), leader);
  for (const int32_t index : order) {
    if (units == 0) break;
    if (filled[index] == rooms[index]) continue;
    ++filled[index];
    --units;
  }
  return filled;
}

// The units by room. The room number `leader`, unless negative, also has space for the leader's pod.
std::vector<int64_t> FillRoomsEvenly(std::vector<int64_t> rooms, const UnitsWanted& wanted, int32_t leader) {
  if (leader >= 0 && wanted.leader_is_extra && wanted.unit_pods == 1) {
    ++rooms[leader];
    std::vector<int64_t> pods = FillEvenly(rooms, wanted.units + 1, leader, true);
    --pods[leader];
    return pods;
  }
  std::vector<int64_t> units = FillEvenly(rooms, wanted.units, leader, !wanted.leader_is_extra);
  if (leader < 0 || units[leader] >= wanted.least_with_leader) return units;
  rooms[leader] = 0;
  units = FillEvenly(rooms, wanted.units - wanted.least_with_leader, leader, false);
  units[leader] = wanted.least_with_leader;
  return units;
}

std::vector<int64_t> FillRooms(std::vector<int64_t> rooms, const UnitsWanted& wanted, int32_t leader) {
  if (wanted.profile == PlacementProfile::kBalanced) return FillRoomsEvenly(std::move(rooms), wanted, leader);
  if (leader < 0) return FillInOrder(rooms, wanted.units);
  rooms[leader] -= wanted.least_with_leader;
  std::vector<int64_t> units = FillInOrder(rooms, wanted.units - wanted.least_with_leader);
  units[leader] += wanted.least_with_leader;
  return units;
}

std::vector<PickedDomain> Fill(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted, ChosenSet chosen) {
  if (chosen.order.empty()) return {};
  if (wanted.profile == PlacementProfile::kBalanced) std::sort(chosen.order.begin(), chosen.order.end());
  std::vector<int64_t> rooms;
  int32_t leader = -1;
  for (const int32_t index : chosen.order) {
    if (index == chosen.leader) leader = static_cast<int32_t>(rooms.size());
    rooms.push_back(domains[index].count.UnitsFor(index == chosen.leader));
  }
  const std::vector<int64_t> units = FillRooms(std::move(rooms), wanted, leader);
  std::vector<PickedDomain> picks;
  for (size_t i = 0; i < chosen.order.size(); ++i) {
    const int32_t index = chosen.order[i];
    if (units[i] > 0 || index == chosen.leader) {
      picks.push_back({domains[index].domain, units[i], index == chosen.leader});
    }
  }
  std::sort(picks.begin(), picks.end(),
            [](const PickedDomain& a, const PickedDomain& b) { return a.domain < b.domain; });
  return picks;
}

// The domain that suffices alone with the least room left over; -1 when there is none.
int32_t FindTightest(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted) {
  int32_t best = -1;
  int64_t least = 0;
  for (size_t i = 0; i < domains.size(); ++i) {
    const DomainCount& count = domains[i].count;
    const int64_t units = count.UnitsFor(wanted.leader);
    if (units < 0 || units < wanted.units) continue;
    const int64_t room = count.RoomFor(wanted.leader);
    if (best >= 0 && std::tie(room, domains[i].tie) >= std::tie(least, domains[best].tie)) continue;
    best = static_cast<int32_t>(i);
    least = room;
  }
  return best;
}

}  // namespace

std::vector<PickedDomain> PickFewestDomains(const std::vector<CountedDomain>& domains, const UnitsWanted& wanted) {
  const int32_t single = FindTightest(domains, wanted);
  if (single >= 0) return {{domains[single].domain, wanted.units, wanted.leader}};
  return Fill(domains, wanted, ChooseSet(domains, wanted));
}

std::vector<PickedDomain> PickSmallestDomainsFirst(const std::vector<CountedDomain>& domains,
                                                   const UnitsWanted& wanted) {
  ChosenSet chosen;
  chosen.order.resize(domains.size());
  std::iota(chosen.order.begin(), chosen.order.end(), 0);
  std::stable_sort(chosen.order.begin(), chosen.order.end(), [&](int32_t a, int32_t b) {
    const DomainCount& x = domains[a].count;
    const DomainCount& y = domains[b].count;
    return std::tie(x.units, x.workers, domains[a].tie) < std::tie(y.units, y.workers, domains[b].tie);
  });
  const int64_t all = SumOfUnits(domains, chosen.order);
  if (!wanted.leader) return all < wanted.units ? std::vector<PickedDomain>() : Fill(domains, wanted, chosen);
  for (const int32_t index : chosen.order) {
    const DomainCount& count = domains[index].count;
    if (count.with_leader < 0 || all - count.units + count.with_leader < wanted.units) continue;
    chosen.leader = index;
    return Fill(domains, wanted, chosen);
  }
  return {};
}

std::vector<int64_t> MostUnitsOfDomains(const std::vector<CountedDomain>& domains, bool leader) {
  std::vector<int64_t> most = {leader ? -1 : 0};
  GrowingSet largest(domains, leader);
  while (largest.Grow()) most.push_back(largest.Most());
  if (leader && largest.LeaderBesideAll() >= 0) most.push_back(largest.LeaderBesideAll());
  return most;
}

int64_t LeastPlacedUnitsFor(int64_t pods, const UnitsWanted& wanted, bool with_leader) {
  const int64_t others = pods - (with_leader && wanted.leader_is_extra);
  const int64_t least = (std::max<int64_t>(others, 0) + wanted.unit_pods - 1) / wanted.unit_pods;
  return with_leader ? std::max(least, wanted.least_with_leader) : least;
}

UnitsWanted UnitsWantedAt(const PlacementProblem& problem, int level) {
  const LayerOnTopology* layer = problem.LayerAtOrBelow(level);
  UnitsWanted wanted;
  wanted.units = problem.UnitsAt(level);
  wanted.leader = problem.has_leader;
  wanted.unit_pods = layer == nullptr ? 1 : layer->size;
  wanted.leader_is_extra = layer == nullptr || problem.request->subgroup_leader != SubgroupLeader::kMember;
  wanted.least_with_leader = problem.LeastWithLeader(level);
  wanted.profile = problem.request->profile;
  return wanted;
}

}  // namespace lws::internal
