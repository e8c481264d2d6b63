// Reads single fields of a document whose shape is not trusted. The first field of a wrong type is remembered with its
// path and object, and all further reading continues with empty values.
//
//   lws::internal::JsonReader pod(document);
//   std::string phase = pod.Text({"status", "phase"});
//   if (!pod.status().ok()) return pod.status();    // Pod default/a: status.phase: 3 is not a string
//
// Thread-safety: distinct readers are independent.
#ifndef LWS_API_JSON_READER_H_
#define LWS_API_JSON_READER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "lws/api/json.h"

namespace lws::internal {

class JsonReader {
 public:
  using Path = std::initializer_list<const char*>;

  // Borrows `object`.
  explicit JsonReader(const Json& object) : object_(object) {}

  // The value at `path`, null when it or anything above it is absent or null.
  const Json* Find(Path path) { return FindIn(object_, path); }
  const Json* FindIn(const Json& from, Path path);

  // An absent value gives nullopt or, for Text, "".
  std::string Text(Path path) { return OptionalText(path).value_or(""); }
  std::optional<std::string> OptionalText(Path path);
  std::optional<int64_t> Integer(Path path);
  // A count, from 0 to the largest int32; `otherwise` when absent.
  int32_t Count(Path path, int32_t otherwise);
  std::string TextIn(const Json& from, Path path);
  std::optional<int64_t> IntegerIn(const Json& from, Path path);
  bool BoolIn(const Json& from, Path path);
  // An empty list or object when absent.
  const Json& List(Path path);
  const Json& Object(Path path);

  // OK, or the first error, in FieldStatus' form: "KIND NAMESPACE/NAME: FIELD: ...".
  const absl::Status& status() const { return status_; }

 private:
  // Remembers that `value` is not a `wanted`. REQUIRES: `value` is inside the object.
  void Fail(const Json& value, const char* wanted);

  const Json& object_;
  absl::Status status_;
};

// "KIND NAMESPACE/NAME", with the parts that the object has.
std::string DescribeJsonObject(const Json& object);

}  // namespace lws::internal

#endif  // LWS_API_JSON_READER_H_
