#include "lws/adapters/host/known_past.h"

#include <algorithm>
#include <variant>

#include "lws/adapters/host/restart_counts.h"
#include "lws/api/observed.h"

namespace lws::internal {

void KnownPast::Keep(const ToldObject& told) {
  const auto* pod = std::get_if<ObservedPod>(&told.observed);
  const bool is_one_of_many =
      std::holds_alternative<ObservedStatefulSet>(told.observed) || (pod != nullptr && !IsFailingPod(*pod));
  if (!is_one_of_many) versions_[told.mark.ref] = told.mark.resource_version;
}

bool KnownPast::Has(const ObjectMark& mark) const {
  const auto found = versions_.find(mark.ref);
  return found != versions_.end() && found->second == mark.resource_version;
}

void KnownPast::Forget(absl::string_view kind) {
  const auto first = versions_.lower_bound({std::string(kind), "", ""});
  versions_.erase(first, std::find_if(first, versions_.end(), [kind](const auto& e) { return e.first.kind != kind; }));
}

}  // namespace lws::internal
