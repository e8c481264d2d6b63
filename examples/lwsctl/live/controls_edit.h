// Edits of a set's annotation with the controls of its rollouts: pause, resume, promote.
//
//   *EditedControls("", ControlsEdit::kPause);    // "{\"paused\":true}"
//   EditedControls(R"({"steps": [{"groups": 1, "approval": true}]})", ControlsEdit::kPromote);
//   // R"({"approvedSteps":1,"steps":[{"approval":true,"groups":1}]})"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_LIVE_CONTROLS_EDIT_H_
#define LWS_EXAMPLES_LWSCTL_LIVE_CONTROLS_EDIT_H_

#include <string>

#include "absl/status/statusor.h"

namespace lwsctl {

enum class ControlsEdit {
  kPause,
  kResume,
  kPromote,     // approves the next canary step
  kPromoteAll,  // approves all of them
};

// The annotation's text after the edit; an empty text has no controls. Everything else in it stays. Errors:
// InvalidArgument for a text that is no controls; FailedPrecondition when there is nothing to promote, or the edit
// would change nothing.
absl::StatusOr<std::string> EditedControls(const std::string& text, ControlsEdit edit);

// For people: "paused", "1 of 2 canary steps approved"; empty for nothing.
std::string DescribeControls(const std::string& text);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_LIVE_CONTROLS_EDIT_H_
