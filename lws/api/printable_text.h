// Makes texts of unknown origin safe for a terminal or a log: nothing in them can move a cursor, change a color, begin
// a new line or reverse the direction of writing.
//
//   lws::PrintableText("serve\x1b[31m");    // serve\x1b[31m, in letters
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_PRINTABLE_TEXT_H_
#define LWS_API_PRINTABLE_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws {

// `text` with control characters, direction marks, line and paragraph separators, byte order marks and bytes that are
// not UTF-8 written as \n, \t, \x1b or \u202e. Everything else stays, a backslash too, so a printable text stays the
// same. The result is always printable. Complexity: O(text).
std::string PrintableText(absl::string_view text);

// Whether the text is UTF-8. Complexity: O(text).
bool IsUtf8(absl::string_view text);

// The text, or its beginning with "..." behind it, in at most 60 bytes. A character is not cut.
std::string ShortText(std::string text);

}  // namespace lws

#endif  // LWS_API_PRINTABLE_TEXT_H_
