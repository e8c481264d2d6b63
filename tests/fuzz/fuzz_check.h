// What a fuzz target asserts: a law that does not hold ends the run, with its words.
//
//   FUZZ_CHECK(plan.has_value(), "law 2: a refused manifest has no set");
#ifndef LWS_TESTS_FUZZ_FUZZ_CHECK_H_
#define LWS_TESTS_FUZZ_FUZZ_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define FUZZ_CHECK(holds, words)                                                  \
  do {                                                                            \
    if (!(holds)) {                                                               \
      std::fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #holds, words); \
      std::abort();                                                               \
    }                                                                             \
  } while (false)

#endif  // LWS_TESTS_FUZZ_FUZZ_CHECK_H_
