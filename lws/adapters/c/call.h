// The frame of every function of the C interface: it passes texts out, and no exceptions.
//
//   return internal::RunForCaller(out, error, [&]() -> absl::Status { return internal::PutTextForCaller(text, out); });
//
// Thread-safety: all functions here may be called concurrently for distinct texts.
#ifndef LWS_ADAPTERS_C_CALL_H_
#define LWS_ADAPTERS_C_CALL_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/c/lws.h"
#include "lws/api/json.h"

namespace lws::internal {

// Copies `text` to `out`, which grows if it must. A null `out` is ignored. Errors: ResourceExhausted.
absl::Status PutTextForCaller(absl::string_view text, lws_text* out);

// Empties both texts and runs `work`. Writes its error, or that of an exception, to `error`, and returns the code.
// Both texts may be null.
lws_code RunForCaller(lws_text* out, lws_text* error, absl::FunctionRef<absl::Status()> work);

// The bytes that a caller passed. Errors: InvalidArgument naming the argument, for a null pointer with a size.
absl::StatusOr<absl::string_view> CallerBytes(const char* data, size_t size, absl::string_view argument);

// The text up to its null character. Errors: InvalidArgument naming the argument, for a null pointer or a text that is
// not UTF-8.
absl::StatusOr<absl::string_view> CallerName(const char* text, absl::string_view argument);

// The JSON document in the bytes. Errors: those of CallerBytes and ParseJson.
absl::StatusOr<Json> CallerDocument(const char* data, size_t size, absl::string_view argument);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_C_CALL_H_
