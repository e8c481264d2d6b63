// Compares the library's decisions with what a vector expects.
//
//   lws::conformance::Comparison c;
//   c.differences = lws::conformance::Diff(expect, actual, "expect");    // {"expect.partition: expected 2, got 3"}
#ifndef LWS_TESTS_CONFORMANCE_COMPARISON_H_
#define LWS_TESTS_CONFORMANCE_COMPARISON_H_

#include <string>
#include <vector>

#include "lws/api/admission.h"
#include "lws/api/json.h"

namespace lws {
namespace conformance {

struct Comparison {
  std::string kind;
  std::string name;
  std::vector<std::string> differences;  // one line each, by path
  // For a manifest that the schema refused: whether the texts are equal, too.
  bool has_texts = false;
  bool texts_equal = false;
  std::vector<std::string> text_differences;
};

// The differences of two documents by path, a dozen at most.
std::vector<std::string> Diff(const Json& expected, const Json& actual, const std::string& path);

// `value` in a form for people, cut where it is long.
std::string Short(const Json& value);

// Compares an admission with the expected one. `admitted` is the result for an admitted object.
void CompareAdmission(const Admission& admission, Json admitted, const Json& expect, Comparison* result);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_COMPARISON_H_
