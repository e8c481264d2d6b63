// One vector of the reference, replayed through the public API.
//
//   lws::conformance::Comparison c = lws::conformance::Compare(Json::parse(line));
//   c.differences;    // {"expect.partition: expected 2, got 3"}, empty when equal
#ifndef LWS_TESTS_CONFORMANCE_VECTOR_H_
#define LWS_TESTS_CONFORMANCE_VECTOR_H_

#include <string>
#include <vector>

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
};

// Never fails: a vector of an unknown kind or shape is a difference.
Comparison Compare(const Json& vector);

// The differences of two documents by path, at most `limit` of them.
std::vector<std::string> Diff(const Json& expected, const Json& actual, const std::string& path, size_t limit);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_VECTOR_H_
