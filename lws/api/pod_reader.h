// Reads pods as watches deliver them. It extracts what decisions need without building a document.
//
//   lws::PodReader reader;
//   lws::ObservedPod observed;
//   absl::Status status = reader.Read(pod_text, &observed);
//   observed.meta.name;    // "vllm-0"
//
// Laws:
//   1. For a document that ParseJson accepts, the result, or the error, is that of ObservePod.
//   2. Parts of the document that no decision reads are not checked.
//
// Thread-safety: none; use a reader for each thread. A reader reuses its memory from one pod to the next.
#ifndef LWS_API_POD_READER_H_
#define LWS_API_POD_READER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/api/json_walk.h"
#include "lws/api/observed.h"

namespace lws {

class PodReader {
 public:
  // Replaces `pod`. Errors: as ParseJson and ObservePod. Complexity: O(text).
  absl::Status Read(absl::string_view text, ObservedPod* pod);

 private:
  internal::JsonStructure structure_;
};

}  // namespace lws

#endif  // LWS_API_POD_READER_H_
