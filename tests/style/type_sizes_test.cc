#include "tests/style/type_sizes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

// "Clock 2/1": two functions and one data member.
std::string Sizes(absl::string_view text) {
  return absl::StrJoin(TypeSizes(text), ", ", [](std::string* out, const TypeSize& size) {
    absl::StrAppend(out, size.name, " ", size.functions, "/", size.members);
  });
}

TEST(TypeSizesTest, CountsWhatABodyDeclares) {
  const struct {
    const char* text;
    const char* sizes;
  } cases[] = {
      {"class Empty {};", "Empty 0/0"},
      {"class Declared; enum class Kind { kA, kB }; template <class T> void Do(struct T* t);", ""},
      {"class Clock { public: int Now() const; private: int now_ = 0; };", "Clock 1/1"},
      {"struct Point { int x = 0, y; };", "Point 0/2"},
      {"class Outer::Inner final : public Base<int> { int a{3}; };", "Outer::Inner 0/1"},
      {"struct { int x; } points[2];", " 0/1"},
      {"template <> struct hash<Key> { size_t operator()(const Key& key) const { return key.bits; } };", "hash 1/0"},
      // Functions with bodies and initializers, and their contents.
      {"class A { A(int a, int b) : a_{a}, b_(b) {} int a() const { int local = 0; return a_ + local; } int a_; int "
       "b_; };",
       "A 2/2"},
      {"class A { A() = default; A(const A&) = delete; virtual ~A(); virtual void Do() = 0; };", "A 2/0"},
      {"class A { static int Count(); static constexpr int kMost = 3; template <typename T> void Do(T t) {} };",
       "A 2/0"},
      {"class A { bool operator<(const A& a) const; bool operator==(const A& a) const { return true; } int a; };",
       "A 2/1"},
      // Data members that look like functions.
      {"struct A { std::function<void(const Event&)> on_event; int (*compare)(int, int); int32_t B::*number; };",
       "A 0/3"},
      {"struct A { std::map<std::string, std::vector<int>> by_name; bool is_set : 1; std::vector<int> v = Make(3); };",
       "A 0/3"},
      // Declarations that do not count.
      {"struct A { friend bool operator==(const A& a, const A& b) { return true; } friend class B; using T = int; };",
       "A 0/0"},
      {"class A { struct B { int x; int y; }; class C; enum class D { kE }; B b_; struct { int z; } c_; };",
       "A 0/2, B 0/2,  0/1"},
      // Comments, literals and directives.
      {"class A {  // int a;\n#define B class C { int b; };\n /* int c; */ char d = '{'; char e = '\\''; };", "A 0/2"},
      {"class A { const char* a = \"} int b; \\\"\"; int c = 1'000; const char* d = R\"x(\" } )x\"; };", "A 0/3"},
  };
  for (const auto& c : cases) EXPECT_EQ(Sizes(c.text), c.sizes) << c.text;
}

}  // namespace
}  // namespace lws
