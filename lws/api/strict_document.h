// Reads a whole document with a function that reads by a StrictReader.
//
//   absl::StatusOr<int32_t> count = lws::internal::ReadDocumentStrictly(
//       lws::Json::parse(R"({"count": 3})"), "pool",
//       [](lws::StrictReader* reader) { return reader->Number("count", {0, 100}, 1); });
//   *count;    // 3
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_STRICT_DOCUMENT_H_
#define LWS_API_STRICT_DOCUMENT_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"

namespace lws::internal {

// What `read` returns. `path` names the document in messages. Errors: the first one that the reader met.
template <typename Read>
auto ReadDocumentStrictly(const Json& document, absl::string_view path, const Read& read)
    -> absl::StatusOr<decltype(read(std::declval<StrictReader*>()))> {
  ReadProblem problem;
  StrictReader reader(document, path, &problem);
  auto result = read(&reader);
  if (!problem.status.ok()) return problem.status;
  return result;
}

}  // namespace lws::internal

#endif  // LWS_API_STRICT_DOCUMENT_H_
