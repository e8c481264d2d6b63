// Errors of the pass over a slice, with the reference's texts.
//
//   SliceRefuses("llm-0-daf1923f-decode", "llm", "adopt");
//   // LeaderWorkerSet llm-0-daf1923f-decode exists but is not controlled by DisaggregatedSet llm; refusing to adopt it
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_DISAGGREGATED_SLICE_ERRORS_H_
#define LWS_CORE_DISAGGREGATED_SLICE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

// The name belongs to somebody else's LeaderWorkerSet.
inline absl::Status SliceRefuses(absl::string_view child, absl::string_view set, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat("LeaderWorkerSet ", child,
                                                    " exists but is not controlled by DisaggregatedSet ", set,
                                                    "; refusing to ", what, " it"));
}

// The same error, with the attempted operation in front of it.
inline absl::Status AnnotateSliceError(const absl::Status& status, absl::string_view what) {
  return absl::Status(status.code(), absl::StrCat(what, ": ", status.message()));
}

}  // namespace lws::internal

#endif  // LWS_CORE_DISAGGREGATED_SLICE_ERRORS_H_
