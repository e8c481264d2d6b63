// How many member functions and data members each class has, by a simple reading of its body.
//
//   const std::vector<lws::TypeSize> sizes = lws::TypeSizes("class Clock { int Now() const; int now_ = 0; };");
//   sizes[0].name;         // "Clock"
//   sizes[0].functions;    // 1
//   sizes[0].members;      // 1
//
// A function counts once, where the body declares or defines it; one that is defaulted or deleted does not count. A
// static data member is no part of an object and does not count. Neither do friends, names for types, and nested
// types, which have sizes of their own.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_TESTS_STYLE_TYPE_SIZES_H_
#define LWS_TESTS_STYLE_TYPE_SIZES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws {

struct TypeSize {
  std::string name;  // as the definition has it: "Clock", "Outer::Inner"; empty for a struct without a name
  int functions = 0;
  int members = 0;
};

// Every class and struct that the text defines, in the order in which they begin. Complexity: O(length).
std::vector<TypeSize> TypeSizes(absl::string_view text);

}  // namespace lws

#endif  // LWS_TESTS_STYLE_TYPE_SIZES_H_
