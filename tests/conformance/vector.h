// One vector of the reference, replayed through the public API.
//
//   lws::conformance::Comparison c = lws::conformance::Compare(Json::parse(line));
//   c.differences;    // {"expect.partition: expected 2, got 3"}, empty when equal
#ifndef LWS_TESTS_CONFORMANCE_VECTOR_H_
#define LWS_TESTS_CONFORMANCE_VECTOR_H_

#include "lws/api/json.h"
#include "tests/conformance/comparison.h"

namespace lws {
namespace conformance {

// Never fails: a vector of an unknown kind or shape is a difference.
Comparison Compare(const Json& vector);

}  // namespace conformance
}  // namespace lws

#endif  // LWS_TESTS_CONFORMANCE_VECTOR_H_
