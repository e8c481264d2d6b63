#include "lws/api/field_status.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace lws {
namespace {

constexpr char kField[] = "lws/field";
constexpr char kObject[] = "lws/object";

std::string Payload(const absl::Status& status, absl::string_view name) {
  const absl::optional<absl::Cord> payload = status.GetPayload(name);
  return payload.has_value() ? std::string(*payload) : "";
}

std::string Joined(absl::string_view first, absl::string_view separator, absl::string_view rest) {
  return absl::StrCat(first, first.empty() || rest.empty() ? "" : separator, rest);
}

absl::Status Copied(const absl::Status& from, absl::string_view message) {
  absl::Status status(from.code(), message);
  from.ForEachPayload(
      [&status](absl::string_view name, const absl::Cord& payload) { status.SetPayload(name, payload); });
  return status;
}

}  // namespace

absl::Status FieldStatus(absl::string_view object, absl::string_view field, absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(Joined(object, ": ", Joined(field, ": ", message)));
  status.SetPayload(kField, absl::Cord(field));
  status.SetPayload(kObject, absl::Cord(object));
  return status;
}

std::string FieldOfStatus(const absl::Status& status) { return Payload(status, kField); }
std::string ObjectOfStatus(const absl::Status& status) { return Payload(status, kObject); }

absl::Status StatusWithPrefix(absl::string_view prefix, const absl::Status& status) {
  return status.ok() ? status : Copied(status, absl::StrCat(prefix, ": ", status.message()));
}

absl::Status FieldStatusBelow(absl::string_view field, const absl::Status& status) {
  if (status.ok() || field.empty()) return status;
  const std::string rest = FieldOfStatus(status);
  const char* separator = absl::StartsWith(rest, "[") ? "" : ".";
  absl::Status below = Copied(status, absl::StrCat(field, rest.empty() ? ": " : separator, status.message()));
  below.SetPayload(kField, absl::Cord(Joined(field, separator, rest)));
  return below;
}

}  // namespace lws
