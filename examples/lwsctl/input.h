// Files and arguments of lwsctl.
#ifndef LWS_EXAMPLES_LWSCTL_INPUT_H_
#define LWS_EXAMPLES_LWSCTL_INPUT_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/field_error.h"
#include "lws/api/json.h"
#include "lws/api/manifest.h"
#include "lws/placement/providers/pod_group.h"
#include "lws/rollout/policies.h"

namespace lwsctl {

struct Arguments {
  std::vector<std::string> files;
  std::map<std::string, std::string> flags;  // "--seed" -> "7"; "" for a flag without a value
  // All values of the flags that may be repeated, in order; in `flags` they are joined by commas.
  std::map<std::string, std::vector<std::string>> repeated;

  std::string Flag(const std::string& name, const std::string& otherwise) const;
  // The values of a flag that may be repeated.
  std::vector<std::string> All(const std::string& name) const;
};

// The flags are those of a text of --help (help_text.h), and --help itself. Those whose text says "may be repeated"
// keep all their values. Errors: InvalidArgument for any other flag, for one without its value, for one that is given
// twice and may not be repeated, for an -o with a format that the text does not name, and for --report, --junit and
// --save with a file that cannot be written.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words, absl::string_view help);

// The files of `paths`: a folder stands for the files in it, and in folders below it, whose names end in .yaml, .yml or
// .json, in the order of their names. Errors: NotFound for a folder that cannot be read.
absl::StatusOr<std::vector<std::string>> ExpandFolders(const std::vector<std::string>& paths);

// The path from the user's folder, as a path that this program can open.
std::string ResolvePath(const std::string& path);

// The text of a file; "-" is the standard input. A relative path starts in the user's folder.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Writes a file. The path is as for ReadFile. Errors: DataLoss, which ends a command with kFault.
absl::Status WriteFile(const std::string& path, const std::string& text);

// A file of objects.
struct InputFile {
  std::string name;
  std::vector<lws::ManifestObject> objects;

  // "FILE:LINE", of the object or of one of its fields.
  std::string Where(const lws::ManifestObject& object, absl::string_view field = "") const;

  // The object that the status is about; null when it is about none of this file.
  const lws::ManifestObject* ObjectOf(const absl::Status& status) const;

  // "FILE:LINE: MESSAGE" for an error about the object. The line is that of the field, if the status has one.
  absl::Status Locate(const lws::ManifestObject& object, const absl::Status& status) const;

  // The same for an error about one of the objects, which the status identifies.
  absl::Status Locate(const absl::Status& status) const;
};

absl::StatusOr<InputFile> ReadObjects(const std::string& path);
// The same for a text that was read already.
absl::StatusOr<InputFile> ParseObjects(const std::string& path, absl::string_view text);

// Whether unknown fields of manifests are warned about on standard error, or are errors as for `kubectl apply`.
enum class UnknownFields { kWarn, kRefuse };

// kRefuse with the flag --strict.
UnknownFields UnknownFieldsOf(const Arguments& arguments);

// Where a manifest is: the field `path` of the object, or the object itself for "".
struct PlaceInFile {
  std::shared_ptr<const InputFile> file;
  const lws::ManifestObject* object = nullptr;  // of the file
  std::string path;

  // "FILE:LINE: MESSAGE" for an error about the manifest. The line is that of the field, if the status has one.
  absl::Status Locate(const absl::Status& status) const;
};

// A LeaderWorkerSet that the API server would admit.
struct SetManifest {
  lws::SharedJson object;  // as WithNamespace, without nulls and unknown fields
  std::string where;       // "FILE:LINE"
  PlaceInFile place;
};

// "strict decoding error: unknown field "A", unknown field "B"", in the API server's form.
std::string StrictDecodingError(const std::vector<std::string>& unknown_fields);

// An error for each of them.
lws::FieldErrors UnknownFieldErrors(const std::vector<std::string>& unknown_fields);

// Errors: InvalidArgument "WHERE: ..." for a manifest of kind DisaggregatedSet, which most commands do not take.
// `where` is a file and a line.
absl::Status RefuseDisaggregatedSet(const std::string& where, const lws::Json& manifest);

// The LeaderWorkerSets among the objects of a file, and inside other objects, which standard error names. Errors:
// NotFound when there is none; FailedPrecondition "FILE:LINE: ..." for the first one that would not be admitted, or has
// no or another apiVersion; InvalidArgument for a DisaggregatedSet, and for a set that comes twice.
absl::StatusOr<std::vector<SetManifest>> ReadSets(const std::string& path, UnknownFields unknown);

// The first set of a file. If there are more, standard error tells that they are not looked at.
absl::StatusOr<lws::Json> ReadSet(const std::string& path, UnknownFields unknown);

// Tells on standard error that a command, which takes one set, leaves `count` others out. `where` is the place of the
// first of them, `noun` what they are called in the singular, and `name` the set that is taken.
void TellLeftOut(const std::string& where, size_t count, const std::string& noun, const std::string& name);

// The manifest of a set in the form of ReadSets. It is the field `field` of the object, or the object itself for "".
absl::StatusOr<lws::Json> CheckSet(const InputFile& file, const lws::ManifestObject& object, const std::string& field,
                                   const lws::Json& manifest, UnknownFields unknown);

// The manifest as kubectl sends it: in the namespace `default` unless it names another.
lws::Json WithNamespace(lws::Json manifest);

// The value of --scheduler-provider; none without the flag. Errors: InvalidArgument for any value except volcano.
absl::StatusOr<lws::SchedulerProvider> ReadSchedulerProvider(const Arguments& arguments);

// "reference", ...: the rollout policies, in the order of lws/rollout/policies.h.
std::vector<absl::string_view> PolicyNames();

// Errors: InvalidArgument "--policy: NAME is not one of reference, ...".
absl::StatusOr<lws::NamedRolloutPolicy> ReadPolicy(const std::string& name);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_INPUT_H_
