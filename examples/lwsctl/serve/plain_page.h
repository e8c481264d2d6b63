// A page of HTML that only tells something.
//
//   lwsctl::PlainPage("lwsctl serve", "<p>nothing yet</p>\n");
#ifndef LWS_EXAMPLES_LWSCTL_SERVE_PLAIN_PAGE_H_
#define LWS_EXAMPLES_LWSCTL_SERVE_PLAIN_PAGE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/testing/page/escape_markup.h"

namespace lwsctl {

// The title is a text, and the body is markup.
inline std::string PlainPage(absl::string_view title, absl::string_view body) {
  return absl::StrCat("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
                      lws::internal::EscapeHtmlMarkup(title),
                      "</title>\n<style>:root { color-scheme: light dark; }</style>\n</head>\n<body>\n", body,
                      "</body>\n</html>\n");
}

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SERVE_PLAIN_PAGE_H_
