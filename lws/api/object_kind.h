// What an object is: its apiVersion together with its kind. An object of another group or version is another kind of
// thing, whatever its kind is called.
//
//   lws::KindOf({{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}});               // kStatefulSet
//   lws::KindOf({{"apiVersion", "apps.kruise.io/v1"}, {"kind", "StatefulSet"}});     // kOther
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_OBJECT_KIND_H_
#define LWS_API_OBJECT_KIND_H_

#include <string>

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
ObjectKind KindOf(const Json& object);

// For an object whose kind is LeaderWorkerSet: "" when KindOf agrees, else the reason why not, in kubectl's words:
// "apiVersion not set", or "no matches for kind "LeaderWorkerSet" in version "apps/v1"". For other objects "".
std::string WhyNoLeaderWorkerSet(const Json& object);

}  // namespace lws

#endif  // LWS_API_OBJECT_KIND_H_
