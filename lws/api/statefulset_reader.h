// Reads StatefulSets as watches deliver them. It extracts what decisions need without building a document.
//
//   lws::StatefulSetReader reader;
//   lws::ObservedStatefulSet statefulset;
//   absl::Status status = reader.Read(
//       R"({"kind": "StatefulSet", "metadata": {"name": "vllm", "namespace": "default"}, "spec": {"replicas": 4}})",
//       &statefulset);
//   statefulset.replicas;    // 4
//
// Worker StatefulSets are read quickly. Where the manager kFieldManager has applied fields, as on leader StatefulSets,
// reading takes the whole document.
//
// Laws:
//   1. For a document that ParseJson accepts, the result, or the error, is that of ObserveStatefulSet.
//   2. Parts of the document that no decision reads are not checked.
//
// Thread-safety: none; use a reader for each thread. A reader reuses its memory from one StatefulSet to the next.
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
