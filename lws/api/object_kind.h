// What an object is: its apiVersion together with its kind. An object of another group or version is another kind of
// thing, whatever its kind is called.
//
//   lws::ObjectKindOf({{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}});               // kStatefulSet
//   lws::ObjectKindOf({{"apiVersion", "apps.kruise.io/v1"}, {"kind", "StatefulSet"}});     // kOther
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_OBJECT_KIND_H_
#define LWS_API_OBJECT_KIND_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {

// The kinds that decisions read.
enum class ObjectKind {
  kOther,
  kLeaderWorkerSet,     // leaderworkerset.x-k8s.io/v1
  kPod,                 // v1
  kNode,                // v1
  kService,             // v1
  kStatefulSet,         // apps/v1
  kControllerRevision,  // apps/v1
  kPodGroup,            // scheduling.volcano.sh/v1beta1
};

// Returns kOther for a value that is not an object, or has no kind or version.
ObjectKind ObjectKindOf(const Json& object);

// "" when the object has this apiVersion, else the reason why it is not of the kind, in kubectl's words: "apiVersion
// not set", or "no matches for kind "KIND" in version "apps/v1"". REQUIRES: object.is_object().
std::string WhyNotOfVersion(const Json& object, absl::string_view kind, absl::string_view api_version);

// For an object whose kind is LeaderWorkerSet: "" when ObjectKindOf agrees, else WhyNotOfVersion. For other objects "".
std::string WhyNoLeaderWorkerSet(const Json& object);

}  // namespace lws

#endif  // LWS_API_OBJECT_KIND_H_
