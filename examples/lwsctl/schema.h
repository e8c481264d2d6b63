// JSON Schemas of the files that lwsctl reads, and of the documents that it writes with -o json. Editors complete and
// check files by them; `lwsctl schema NAME` prints one, and deploy/schemas has them all.
#ifndef LWS_EXAMPLES_LWSCTL_SCHEMA_H_
#define LWS_EXAMPLES_LWSCTL_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lwsctl {

// scenario, test, swarm: files. check-output, compare-output and so on: documents.
std::vector<absl::string_view> SchemaNames();

// The schema of this name, of draft 7, which editors know best. A map has the keys that the reader knows, and no
// others. Errors: InvalidArgument for another name.
absl::StatusOr<lws::Json> SchemaNamed(absl::string_view name);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SCHEMA_H_
