// Which fields of an object a manager owns, in the fieldsV1 form of Kubernetes' server-side apply, and how an apply
// merges.
//
//   Json fields = lws::OwnedFields(statefulset);    // {"f:spec":{"f:replicas":{}}}
//   lws::MergeApplied(applied, before, fields, others, &live);
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_SIMULATION_FIELD_OWNERSHIP_H_
#define LWS_ADAPTERS_SIMULATION_FIELD_OWNERSHIP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {

// The fields that an apply of `object` owns: all it names but apiVersion, kind, and the name and namespace.
Json OwnedFields(const Json& object);

// Sets the fields of `applied` in `live`; removes those that `before` owned, `after` does not, and `others` do not own
// either.
void MergeApplied(const Json& applied, const Json& before, const Json& after, const std::vector<Json>& others,
                  Json* live);

// Whether the two own a field in common, the paths of up to three of which are appended to `paths`.
bool Overlap(const Json& a, const Json& b, const std::string& path, std::vector<std::string>* paths);

}  // namespace lws

#endif  // LWS_ADAPTERS_SIMULATION_FIELD_OWNERSHIP_H_
