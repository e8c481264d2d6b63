#include "lws/core/fleet/due_list.h"

#include <utility>

namespace lws::internal {

void DueList::AddName(absl::string_view namespace_name, absl::string_view name) {
  pods_.push_back({nullptr, static_cast<int32_t>(names_.size()), 0});
  names_.push_back({std::string(namespace_name), std::string(name)});
}

void DueList::TakeSets(std::vector<uint32_t>* sets) {
  for (FleetSet* set : sets_) {
    set->is_due = false;
    sets->push_back(set->use.number);
  }
  sets_.clear();
}

std::vector<FleetName> DueList::TakeSets() {
  std::vector<FleetName> due;
  due.reserve(sets_.size());
  for (const FleetSet* set : sets_) due.push_back({set->namespace_name, set->name});
  std::vector<uint32_t> numbers;
  TakeSets(&numbers);
  return due;
}

void DueList::TakePods(std::vector<Member>* members, std::vector<FleetName>* others) {
  for (const Slot& due : pods_) {
    if (due.set == nullptr) {
      others->push_back(std::move(names_[due.group]));
      continue;
    }
    if (due.worker == 0) {
      due.set->groups.At(due.group).leader.is_due = 0;
    } else {
      due.set->groups.FindWorker(due.group, due.worker)->is_due = 0;
    }
    members->push_back({due.set->use.number, due.group, due.worker});
  }
  pods_.clear();
  names_.clear();
}

std::vector<FleetName> DueList::TakePods() {
  std::vector<FleetName> due;
  due.reserve(pods_.size());
  for (const Slot& pod : pods_) {
    if (pod.set == nullptr) {
      due.push_back(names_[pod.group]);
    } else {
      due.push_back({pod.set->namespace_name, FleetMemberName(*pod.set, pod.group, pod.worker)});
    }
  }
  std::vector<Member> members;
  std::vector<FleetName> others;
  TakePods(&members, &others);
  return due;
}

}  // namespace lws::internal
