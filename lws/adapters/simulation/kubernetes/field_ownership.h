// Computes which fields of an object a manager owns, in the fieldsV1 form of Kubernetes' server-side apply, and merges
// an apply.
//
//   Json fields = lws::simulation::OwnedFields(statefulset);    // {"f:spec":{"f:replicas":{}}}
//   lws::simulation::MergeAppliedFields(applied, before, fields, others, &live);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_FIELD_OWNERSHIP_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_FIELD_OWNERSHIP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::simulation {

// The fields that an apply of `object` owns: everything in it except apiVersion, kind, name and namespace.
Json OwnedFields(const Json& object);

// Sets the fields of `applied` in `live`. Removes fields that `before` owned and that neither `after` nor `others`
// own.
void MergeAppliedFields(const Json& applied, const Json& before, const Json& after, const std::vector<Json>& others,
                        Json* live);

// The paths of conflicting fields, at most `limit`: `applied` sets them by `fields`, `other` owns them too, and `live`
// has another value.
std::vector<std::string> FieldConflicts(const Json& applied, const Json& fields, const Json& other, const Json& live,
                                        size_t limit);

// Removes from `other` the fields that `fields` owns too.
void TakeFieldOwnership(const Json& fields, Json* other);

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_FIELD_OWNERSHIP_H_
