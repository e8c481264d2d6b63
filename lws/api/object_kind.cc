#include "lws/api/object_kind.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/field_error.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

struct KindRow {
  // Plain texts: with UBSan, gcc takes a string_view of an inline constant for no constant expression.
  const char* kind;
  const char* api_version;
  ObjectKind object_kind;
};

constexpr KindRow kKinds[] = {
    {kKind, kApiVersion, ObjectKind::kLeaderWorkerSet},
    {"Pod", "v1", ObjectKind::kPod},
    {"Node", "v1", ObjectKind::kNode},
    {"Service", "v1", ObjectKind::kService},
    {"StatefulSet", "apps/v1", ObjectKind::kStatefulSet},
    {"ControllerRevision", "apps/v1", ObjectKind::kControllerRevision},
    {kPodGroupKind, kPodGroupApiVersion, ObjectKind::kPodGroup},
};

absl::string_view TextIn(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? absl::string_view(found->get_ref<const std::string&>()) : "";
}

}  // namespace

ObjectKind ObjectKindOf(const Json& object) {
  const absl::string_view kind = TextIn(object, "kind");
  const absl::string_view api_version = TextIn(object, "apiVersion");
  for (const KindRow& row : kKinds) {
    if (row.kind == kind && row.api_version == api_version) return row.object_kind;
  }
  return ObjectKind::kOther;
}

std::string WhyNotOfVersion(const Json& object, absl::string_view kind, absl::string_view api_version) {
  const auto version = object.find("apiVersion");
  if (version == object.end() || version->is_null() || *version == "") return "apiVersion not set";
  if (!version->is_string()) return absl::StrCat("apiVersion: ", version->dump(), " is not a string");
  const std::string& text = version->get_ref<const std::string&>();
  return text == api_version ? "" : absl::StrCat("no matches for kind \"", kind, "\" in version ", GoQuoted(text));
}

std::string WhyNoLeaderWorkerSet(const Json& object) {
  return TextIn(object, "kind") == kKind ? WhyNotOfVersion(object, kKind, kApiVersion) : "";
}

}  // namespace lws
