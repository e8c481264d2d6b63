// Decimal integers as Kubernetes reads them in labels, annotations and percentages: an optional sign and digits,
// nothing else around them. absl::SimpleAtoi takes white space too.
//
//   lws::internal::ParseStrictInteger("+04");    // 4
//   lws::internal::ParseStrictInteger(" 4");     // nullopt
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_STRICT_INTEGER_H_
#define LWS_API_STRICT_INTEGER_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace lws::internal {

// nullopt for anything but [+-]?[0-9]+ that fits an int64. Complexity: O(text).
std::optional<int64_t> ParseStrictInteger(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_STRICT_INTEGER_H_
