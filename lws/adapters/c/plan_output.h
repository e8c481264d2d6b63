// Passes plans to the caller of the C interface, and reads them back.
//
//   return lws::internal::PutPlanForCaller(plan, LWS_JSON, out);
//
// Thread-safety: all functions here may be called concurrently for distinct texts.
#ifndef LWS_ADAPTERS_C_PLAN_OUTPUT_H_
#define LWS_ADAPTERS_C_PLAN_OUTPUT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/c/lws.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

// Errors: InvalidArgument for an unknown format. The format of a plan may also ask for decisions (LWS_WITH_DECISIONS).
absl::Status CheckCallerFormat(lws_format format);
absl::Status CheckCallerPlanFormat(lws_format format);

// REQUIRES: CheckCallerPlanFormat(format).ok().
absl::Status PutPlanForCaller(const Plan& plan, lws_format format, lws_text* out);

// The same, with what has to be kept in JSON too: "kept", in base64.
absl::Status PutPlanWithKeptForCaller(const Plan& plan, lws_format format, lws_text* out);

// Reads the plan of the last look in protocol buffers, of which only the parts to keep count. Empty bytes are an empty
// plan.
absl::StatusOr<Plan> ReadCallerKept(absl::string_view bytes);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_PLAN_OUTPUT_H_
