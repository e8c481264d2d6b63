// How what the library decides compares with what a vector expects.
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
  std::vector<std::string> differences;  // a line each, by path
  // Of a manifest that the schema refused: whether the texts are equal too.
  bool has_texts = false;
  bool texts_equal = false;
  std::vector<std::string> text_differences;
};

// The differences of two documents by path, a dozen at most.
std::vector<std::string> Diff(const Json& expected, const Json& actual, const std::string& path);

// `value` as people read it, cut where it is long.
std::string Short(const Json& value);

// Compares an admission with what is expected of it; `admitted` is what an admitted object gives.
void CompareAdmission(const Admission& admission, Json admitted, const Json& expect, Comparison* result);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_COMPARISON_H_
