// Which objects were told since the list of their kind began, of those that have no bit for it in their packed form.
//
//   lws::internal::Relists relists;
//   relists.Begin("Pod");
//   relists.Told("Pod", "default", "vllm-0");
//   relists.WasTold("Pod", "default", "vllm-1");    // false: it is gone, if the list is at its end
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

  // Nothing without a list of the kind.
  void Told(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
    if (!IsOn(kind)) return;
    told_[kind].insert({std::string(namespace_name), std::string(name)});
  }
  bool WasTold(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) const {
    const auto found = told_.find(kind);
    return found != told_.end() && found->second.contains(std::pair(std::string(namespace_name), std::string(name)));
  }

 private:
  // By kind: namespaces and names.
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::pair<std::string, std::string>>> told_;
};

}  // namespace lws::internal

#endif  // LWS_CORE_FLEET_RELISTS_H_
