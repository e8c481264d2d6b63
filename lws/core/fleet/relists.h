// Records which objects were told since the list of their kind began. It is for objects without a packed form, which
// has a bit for this.
//
//   lws::internal::Relists relists;
//   relists.Begin("Pod");
//   relists.Told("Pod", "default", "vllm-0");
//   relists.WasTold("Pod", "default", "vllm-1");    // false: after the end of the list it counts as gone
//
// Thread-safety: none.
#ifndef LWS_CORE_FLEET_RELISTS_H_
#define LWS_CORE_FLEET_RELISTS_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

class Relists {
 public:
  void Begin(absl::string_view kind) { told_[kind].clear(); }
  void End(absl::string_view kind) { told_.erase(kind); }
  bool IsOn(absl::string_view kind) const { return !told_.empty() && told_.contains(kind); }

  // Does nothing when no list of the kind is under way.
  void Told(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
    if (!IsOn(kind)) return;
    told_[kind].insert({std::string(namespace_name), std::string(name)});
  }
  bool WasTold(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) const {
    const auto found = told_.find(kind);
    return found != told_.end() && found->second.contains(std::pair(std::string(namespace_name), std::string(name)));
  }

 private:
  // By kind, as pairs of namespace and name.
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::pair<std::string, std::string>>> told_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_RELISTS_H_
