#include "examples/lwsctl/refused_manifest.h"

#include <iostream>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "examples/lwsctl/commands.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kErrors[] = "lwsctl/refused";

// A path inside the object that holds the manifest.
std::string Joined(absl::string_view field, absl::string_view below) {
  return absl::StrCat(field, field.empty() || below.empty() ? "" : ".", below);
}

}  // namespace

std::string ManifestPlace::Where(absl::string_view below) const { return file.Where(object, Joined(field, below)); }

absl::Status RefusedManifest(const ManifestPlace& place, const lws::Json& manifest, const lws::FieldErrors& errors,
                             absl::string_view text) {
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(place.Where(errors.front().field), ": ", text));
  lws::Json document = lws::Json::array();
  for (const lws::FieldError& error : errors) {
    document.push_back({{"file", place.file.name},
                        {"line", place.object.object.LineOf(Joined(place.field, error.field))},
                        {"object", lws::internal::DescribeJsonObject(manifest)},
                        {"field", error.field},
                        {"message", error.detail}});
  }
  status.SetPayload(kErrors, absl::Cord(document.dump(-1, ' ', false, lws::Json::error_handler_t::replace)));
  return status;
}

lws::Json RefusalDocument(const absl::Status& status) {
  const absl::optional<absl::Cord> errors = status.GetPayload(kErrors);
  if (!errors.has_value()) return lws::Json();
  return {{"refused", true}, {"errors", lws::Json::parse(std::string(*errors))}};
}

int Fail(const absl::Status& status, OutputFormat format) {
  const lws::Json document = format == OutputFormat::kTable ? lws::Json() : RefusalDocument(status);
  if (document.is_null()) return Fail(status);
  std::cout << DocumentText(document, format);
  return kFinding;
}

}  // namespace lwsctl
