// Reads the project's own files: scenarios, tests, swarm cases. Every value has one type, every key is known, and a
// null counts as absent. The first error is kept, with its path, and all further reading continues with empty values.
//
//   lws::ReadProblem problem;
//   lws::StrictReader pool(document, "nodes[0]", &problem);
//   int32_t count = pool.Number("count", {0, 100}, 1);
//   pool.Finish();
//   problem.status.message();    // nodes[0].cuont: unknown key, did you mean "count"?
//
// Thread-safety: none.
#ifndef LWS_API_STRICT_READER_H_
#define LWS_API_STRICT_READER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/json.h"

namespace lws {

// The first error, in FieldStatus' form.
struct ReadProblem {
  absl::Status status;
};

class StrictReader {
 public:
  template <typename T>
  struct Range {
    T least;
    T most;
  };

  // Borrows both. `path` names the value in messages. A value that is not a map is an error.
  StrictReader(const Json& value, absl::string_view path, ReadProblem* problem);

  // Null when there is no such key, or its value is null.
  const Json* Find(absl::string_view key);
  bool Has(absl::string_view key) { return Find(key) != nullptr; }

  // The value of a key, `otherwise` when it is absent or wrong.
  std::string Text(absl::string_view key, absl::string_view otherwise);
  bool Flag(absl::string_view key, bool otherwise);
  int32_t Number(absl::string_view key, Range<int32_t> range, int32_t otherwise);
  uint64_t Unsigned(absl::string_view key, uint64_t most, uint64_t otherwise);
  // "90s", "1h30m", or 0.
  absl::Duration Duration(absl::string_view key, Range<absl::Duration> range, absl::Duration otherwise);

  // A map of texts.
  std::map<std::string, std::string> Texts(absl::string_view key);
  // The values of a list, readers of the maps of a list, and of one map; empty when the key is absent.
  std::vector<Json> List(absl::string_view key);
  std::vector<StrictReader> Maps(absl::string_view key);
  StrictReader Map(absl::string_view key);

  // Reports the first key that was never read.
  void Finish();

  // The path of a key: "nodes[0].count".
  std::string PathOf(absl::string_view key) const;
  // Remembers an error about the value of a key ("" for the map itself), unless there was an error before.
  void Fail(absl::string_view key, absl::string_view message);
  // Fails with "MESSAGE: VALUE", where a long value is cut.
  void FailValue(absl::string_view key, absl::string_view message, const Json& value);

  bool ok() const { return problem_->status.ok(); }
  const Json& value() const { return *value_; }

 private:
  const Json* value_;
  std::string path_;
  ReadProblem* problem_;
  std::vector<std::string> asked_;
};

// The value as messages show it: JSON, cut at 60 bytes. Complexity: O(value).
std::string ShownJsonValue(const Json& value);

}  // namespace lws

#endif  // LWS_API_STRICT_READER_H_
