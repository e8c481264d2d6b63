#include "lws/adapters/testing/checker/explore.h"

#include <algorithm>

namespace lws::internal {
namespace explore_internal {

std::vector<WorldStep> PathToState(const StateTable& table, uint32_t index) {
  std::vector<WorldStep> path;
  for (uint32_t at = index; at != StateTable::kNoParent; at = table.ParentOf(at)) {
    WorldStep step;
    step.next = table.StateAt(at);
    step.kind = table.KindOf(at);
    step.subject = table.SubjectOf(at);
    path.push_back(step);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace explore_internal
}  // namespace lws::internal
