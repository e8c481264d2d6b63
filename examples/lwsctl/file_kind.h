// Which of this project's kinds of files a file is, for messages about files that were given in place of others.
#ifndef LWS_EXAMPLES_LWSCTL_FILE_KIND_H_
#define LWS_EXAMPLES_LWSCTL_FILE_KIND_H_

#include <string>

#include "absl/status/status.h"
#include "examples/lwsctl/input.h"
#include "lws/api/json.h"

namespace lwsctl {

enum class FileKind {
  kObject,     // of Kubernetes: a manifest
  kTest,       // for `lwsctl test`
  kSwarmCase,  // for `lwsctl swarm`
  kScenario,   // for --scenario
  kUnknown,    // none of these keys
};

// The kind that the keys of the document tell, by the first row of a table that matches.
FileKind FileKindOf(const lws::Json& document);

// InvalidArgument "FILE:LINE: it is a manifest of a Deployment, not a scenario; `lwsctl validate` takes it" when the
// file's document is of another kind than `wanted`, which is not kUnknown. A document of an unknown kind is OK: its
// reader tells the key that it does not know.
absl::Status RefuseOtherKind(const InputFile& file, FileKind wanted);

// OK unless an object has a kind that looks like a misspelt one that commands read, or one that a version of the
// project does not have; it would be passed over silently. Errors: InvalidArgument "FILE:LINE: no matches for kind
// "LeaderWorkerset" in version "..."", with a suggestion where there is one, for the first such object.
absl::Status RefuseMisspeltKinds(const InputFile& file);

// What a file is that lacks the objects that a command takes: ": it is a scenario, which `lwsctl simulate --scenario`
// takes". "" for a file of objects, and for an unknown kind.
std::string WhatElseItIs(const InputFile& file);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_FILE_KIND_H_
