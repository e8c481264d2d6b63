// Which fields of an object a manager owns, in the fieldsV1 form of Kubernetes' server-side apply, and how an apply
// merges.
//
//   Json fields = lws::simulation::OwnedFields(statefulset);    // {"f:spec":{"f:replicas":{}}}
//   lws::simulation::MergeApplied(applied, before, fields, others, &live);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_FIELD_OWNERSHIP_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_FIELD_OWNERSHIP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::simulation {

// The fields that an apply of `object` owns: all it names but apiVersion, kind, and the name and namespace.
Json OwnedFields(const Json& object);

// Sets the fields of `applied` in `live`; removes those that `before` owned, `after` does not, and `others` do not own
// either.
void MergeApplied(const Json& applied, const Json& before, const Json& after, const std::vector<Json>& others,
                  Json* live);

// The paths of fields that `applied` sets by `fields`, that `other` owns as well, and that are different in `live`; at
// most `limit`.
std::vector<std::string> Conflicts(const Json& applied, const Json& fields, const Json& other, const Json& live,
                                   size_t limit);

// Takes from `other` the fields that `fields` owns with it.
void TakeOwnership(const Json& fields, Json* other);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_FIELD_OWNERSHIP_H_
