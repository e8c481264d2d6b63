// Escapes any text for HTML and XML, for use between tags and in quoted attributes.
//
//   lws::internal::EscapeHtmlMarkup("a < \"b\"");    // "a &lt; &quot;b&quot;"
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_PAGE_ESCAPE_MARKUP_H_
#define LWS_ADAPTERS_TESTING_PAGE_ESCAPE_MARKUP_H_

#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

inline std::string EscapeHtmlMarkup(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_PAGE_ESCAPE_MARKUP_H_
