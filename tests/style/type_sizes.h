// Counts the member functions and data members of each class by reading its body in a simple way.
//
//   const std::vector<lws::TypeSize> sizes = lws::TypeSizes("class Clock { int Now() const; int now_ = 0; };");
//   sizes[0].name;         // "Clock"
//   sizes[0].functions;    // 1
//   sizes[0].members;      // 1
//
// A function counts once, where the body declares or defines it; defaulted and deleted functions do not count. A
// static data member is not part of an object and does not count. Friends, names for types, and nested types, which
// have sizes of their own, do not count either.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_TESTS_STYLE_TYPE_SIZES_H_
#define LWS_TESTS_STYLE_TYPE_SIZES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws {

struct TypeSize {
  std::string name;  // as in the definition: "Clock", "Outer::Inner"; empty for a struct without a name
  int functions = 0;
  int members = 0;
};

// Every class and struct that the text defines, in the order in which they begin. Complexity: O(length).
std::vector<TypeSize> TypeSizes(absl::string_view text);

}  // namespace lws

#endif  // LWS_TESTS_STYLE_TYPE_SIZES_H_
