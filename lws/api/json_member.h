// The member of a JSON object, for code that takes every value of an unexpected type as absent.
//
//   lws::internal::MemberOf(pod, "kind") == "Pod";          // true
//   lws::internal::MemberOf(pod, "absent").is_null();       // true
//   lws::internal::TextMemberOf(pod["metadata"], "uid");    // "" when it is absent or not a text
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_JSON_MEMBER_H_
#define LWS_API_JSON_MEMBER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws::internal {

// The member; null when `object` is not an object or has no such member. Lives as long as `object`, or for ever.
// Complexity: O(log members).
const Json& MemberOf(const Json& object, absl::string_view name);

std::string TextMemberOf(const Json& object, absl::string_view name);

}  // namespace lws::internal

#endif  // LWS_API_JSON_MEMBER_H_
