// What a list or a watch tells: which object, how old, and what decisions read of it; from a document, or from a text
// without building one.
//
//   absl::StatusOr<lws::internal::ToldObject> told = lws::internal::ReadToldObject(pod);
//   told->mark.ref.name;            // "vllm-0"
//   lws::internal::ToldReader reader;
//   told = reader.Read(lws::ObjectKind::kPod, pod_text);
//
// Laws:
//   1. For the text of a document, with its kind or without it, Read gives what ReadToldObject gives of the document.
//
// Thread-safety: functions may be called concurrently; a reader belongs to one thread.
#ifndef LWS_ADAPTERS_HOST_TOLD_OBJECT_H_
#define LWS_ADAPTERS_HOST_TOLD_OBJECT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed_object.h"
#include "lws/api/pod_reader.h"
#include "lws/api/statefulset_reader.h"
#include "lws/core/plan/plan.h"
#include "lws/core/pod/restart_policy.h"

namespace lws::internal {

// What tells an object and its age.
struct ObjectMark {
  ObjectRef ref;
  std::string uid;
  std::string resource_version;
};

struct ToldObject {
  ObjectMark mark;
  ObservedObject observed;
  // Set for a pod of a set with a worker index that terminates, or has restarted.
  std::optional<GroupMember> member;
};

// Errors: InvalidArgument for an object without kind or name.
absl::StatusOr<ObjectMark> ReadToldMark(const Json& object);
// Errors: the same, and naming the object and the field that does not parse. Complexity: O(object).
absl::StatusOr<ToldObject> ReadToldObject(const Json& object);

// An item of a list does not say its kind: a document with the kind that it is known to have. Errors: InvalidArgument
// for a text that is no JSON object.
absl::StatusOr<Json> ReadToldDocument(ObjectKind kind, absl::string_view text);

class ToldReader {
 public:
  // Errors: as ReadToldObject and ReadToldDocument. Complexity: O(text); pods and StatefulSets without a document.
  absl::StatusOr<ToldObject> Read(ObjectKind kind, absl::string_view text);

 private:
  PodReader pods_;
  StatefulSetReader statefulsets_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_TOLD_OBJECT_H_
