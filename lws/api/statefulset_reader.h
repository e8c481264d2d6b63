// StatefulSets as a watch tells them, read into what decisions need without building a document.
//
//   lws::StatefulSetReader reader;
//   lws::ObservedStatefulSet statefulset;
//   absl::Status status = reader.Read(
//       R"({"kind": "StatefulSet", "metadata": {"name": "vllm", "namespace": "default"}, "spec": {"replicas": 4}})",
//       &statefulset);
//   statefulset.replicas;    // 4
//
// Those of workers are read quickly. What the manager kFieldManager has applied, as to a leader StatefulSet, takes the
// whole document.
//
// Laws:
//   1. Of a document that ParseJson accepts the result, or the error, is that of ObserveStatefulSet.
//   2. Parts of the document that no decision reads are not checked.
//
// Thread-safety: none; a reader for each thread. It keeps its memory from one StatefulSet to the next.
#ifndef LWS_API_STATEFULSET_READER_H_
#define LWS_API_STATEFULSET_READER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_walk.h"
#include "lws/api/observed.h"

namespace lws {

class StatefulSetReader {
 public:
  // Replaces `statefulset`. Errors: as ParseJson and ObserveStatefulSet. Complexity: O(text).
  absl::Status Read(absl::string_view text, ObservedStatefulSet* statefulset);

 private:
  internal::JsonStructure structure_;
};

}  // namespace lws

#endif  // LWS_API_STATEFULSET_READER_H_
