// The vocabulary of the JSON Schemas of lwsctl.
#ifndef LWS_EXAMPLES_LWSCTL_SCHEMA_WORDS_H_
#define LWS_EXAMPLES_LWSCTL_SCHEMA_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lwsctl::schema {

lws::Json Text();
lws::Json Flag();
lws::Json Seconds();
lws::Json Count();
lws::Json Count(int64_t most);
lws::Json Word(const char* word);
lws::Json Words(const std::vector<absl::string_view>& words);
lws::Json List(lws::Json of);
lws::Json MapOf(lws::Json value);
lws::Json OneOf(lws::Json a, lws::Json b);
lws::Json OrNull(lws::Json a);
// Any map.
lws::Json Object();

// "90s", "1h30m", or 0.
lws::Json Duration();

// A map with these keys and no others, of which `required` must be there.
lws::Json Map(lws::Json properties, std::vector<std::string> required = {});

// The same for documents, which always have all keys but the optional ones.
lws::Json Document(lws::Json properties, const lws::Json& optional);
lws::Json Document(lws::Json properties);

}  // namespace lwsctl::schema

#endif  // LWS_EXAMPLES_LWSCTL_SCHEMA_WORDS_H_
