// What decisions about a DisaggregatedSet read of the objects around it, and nothing else.
//
//   absl::StatusOr<lws::ObservedChild> child = lws::ObserveChild(manifest);    // a LeaderWorkerSet
//   child->meta.name;            // "vllm"
//   child->replicas();           // 4
//   child->ready_replicas;       // 0
//
// The functions project a Kubernetes object once, at the edge; a host with typed objects fills the structs itself.
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_API_OBSERVED_ROLES_H_
#define LWS_API_OBSERVED_ROLES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/json.h"
#include "lws/api/observed.h"

namespace lws {

// The labels that say where in a DisaggregatedSet an object belongs. A missing label is an empty text.
struct RoleLabels {
  std::string set_name;
  std::string role;
  std::string slice;
  std::string revision;
};

// Whether the first controller reference of the object names this owner.
bool IsControlledBy(const ObservedMeta& meta, absl::string_view uid);

// A LeaderWorkerSet as a DisaggregatedSet sees it.
struct ObservedChild {
  ObservedMeta meta;
  RoleLabels labels;
  absl::Time created = absl::InfinitePast();
  std::optional<std::string> initial_replicas;  // annotation
  std::optional<int32_t> spec_replicas;
  int32_t status_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t updated_replicas = 0;

  int32_t replicas() const { return spec_replicas.value_or(1); }
};

struct ObservedRoleService {
  ObservedMeta meta;
  RoleLabels labels;
};

// Errors of all functions: InvalidArgument naming the object and the field, for a value of another type than the
// field's. Complexity: O(object).
absl::StatusOr<ObservedChild> ObserveChild(const Json& object);
absl::StatusOr<ObservedRoleService> ObserveRoleService(const Json& object);

}  // namespace lws

#endif  // LWS_API_OBSERVED_ROLES_H_
