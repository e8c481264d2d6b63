// The vocabulary of the JSON Schemas of lwsctl.
#ifndef LWS_EXAMPLES_LWSCTL_SCHEMA_WORDS_H_
#define LWS_EXAMPLES_LWSCTL_SCHEMA_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lwsctl::schema {

lws::Json TextSchema();
lws::Json FlagSchema();
lws::Json SecondsSchema();
lws::Json CountSchema();
lws::Json CountSchema(int64_t most);
lws::Json WordSchema(const char* word);
lws::Json WordsSchema(const std::vector<absl::string_view>& words);
lws::Json ListSchema(lws::Json of);
lws::Json MapOfSchema(lws::Json value);
lws::Json OneOfSchema(lws::Json a, lws::Json b);
lws::Json OrNullSchema(lws::Json a);
// Any map.
lws::Json ObjectSchema();

// "90s", "1h30m", or 0.
lws::Json DurationSchema();

// A map with these keys and no others, of which `required` must be there.
lws::Json MapSchema(lws::Json properties, std::vector<std::string> required = {});

// The same for documents, which always have all keys but the optional ones.
lws::Json DocumentSchema(lws::Json properties, const lws::Json& optional);
lws::Json DocumentSchema(lws::Json properties);

}  // namespace lwsctl::schema

#endif  // LWS_EXAMPLES_LWSCTL_SCHEMA_WORDS_H_
