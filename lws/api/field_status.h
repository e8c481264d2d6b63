// Statuses about one field of one object. They keep both, so that a caller can still say where they stand in a file.
//
//   absl::Status status = lws::FieldStatus("Pod default/a", "status.phase", "3 is not a string");
//   status.message();         // Pod default/a: status.phase: 3 is not a string
//   lws::FieldOfStatus(status);     // status.phase
//   lws::ObjectOfStatus(status);    // Pod default/a
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_FIELD_STATUS_H_
#define LWS_API_FIELD_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lws {

// InvalidArgument, "OBJECT: FIELD: MESSAGE"; without OBJECT or FIELD when they are empty.
absl::Status FieldStatus(absl::string_view object, absl::string_view field, absl::string_view message);

// The field or the object that the status was made with; "" for other statuses.
std::string FieldOfStatus(const absl::Status& status);
std::string ObjectOfStatus(const absl::Status& status);

// The status with "PREFIX: " before its message; it keeps its field and object.
absl::Status StatusWithPrefix(absl::string_view prefix, const absl::Status& status);

// The same status for a field below `field`: "FIELD.REST", or "FIELD[0]" where the rest begins with an index.
absl::Status FieldStatusBelow(absl::string_view field, const absl::Status& status);

}  // namespace lws

#endif  // LWS_API_FIELD_STATUS_H_
