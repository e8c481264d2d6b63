#include "examples/lwsctl/found_set.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_value.h"
#include "lws/api/packed_value.h"
#include "lws/api/printable_text.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kNoName[] = "null";

// Whether some value calls itself a set of either kind. Few objects do, and only those are searched with the paths of
// all their values.
bool MentionsSet(const lws::internal::PackedValue& value) {
  if (!value.is_structured()) return false;
  for (lws::internal::PackedItems items(value); items.Next();) {
    const absl::string_view text = items.value().content;
    const bool is_text = items.value().kind == lws::internal::PackedKind::kText;
    const bool is_kind = is_text && items.key() == "kind" && (text == lws::kKind || text == lws::kDisaggregatedSetKind);
    if (is_kind || MentionsSet(items.value())) return true;
  }
  return false;
}

// Requires a spec, because references to a set, such as owner references, have none.
bool IsSet(const lws::FieldValue& value) {
  const std::string kind = value["kind"].Text();
  const std::string version = value["apiVersion"].Text();
  const bool is_set = kind == lws::kKind && version == lws::kApiVersion;
  const bool is_disaggregated = kind == lws::kDisaggregatedSetKind && version == lws::kDisaggregatedSetApiVersion;
  return (is_set || is_disaggregated) && value["spec"].exists();
}

// Gives the manifest the namespace of the object that contains it.
lws::SharedJson InNamespace(lws::Json manifest, const std::string& namespace_name) {
  const lws::FieldValue metadata = lws::FieldValue(manifest, "")["metadata"];
  if (!namespace_name.empty() && metadata.json().is_object() && !metadata["namespace"].exists()) {
    manifest["metadata"]["namespace"] = namespace_name;
  }
  return std::make_shared<const lws::Json>(std::move(manifest));
}

class Finder {
 public:
  Finder(const lws::ManifestObject& object, std::vector<FoundSet>* found)
      : object_(object),
        document_(std::make_shared<const lws::Json>(object.object.Unpack())),
        outer_(*document_, ""),
        found_(found) {}

  void Run() {
    const std::string kind = outer_["kind"].Text();
    if (kind == lws::kKind || kind == lws::kDisaggregatedSetKind) {
      found_->push_back({document_, object_.line, object_.number, "", ""});
    } else {
      LookInto(outer_);
    }
  }

 private:
  void LookInto(const lws::FieldValue& value) {
    for (const lws::FieldValue& item : value.Items()) LookAt(item);
    for (const std::string& key : value.Keys()) LookAt(value[key]);
  }

  void LookAt(const lws::FieldValue& value) {
    if (!IsSet(value)) {
      LookInto(value);
      return;
    }
    found_->push_back({InNamespace(value.json(), outer_["metadata"]["namespace"].Text()), object_.line, object_.number,
                       value.path(), absl::StrCat(ShowOuter(), ", ", value.path())});
  }

  // The kind and the name, as far as the object has them: a file of values for a chart has neither.
  std::string ShowOuter() const {
    const std::string kind = outer_["kind"].Text();
    const std::string name = ShowName(outer_.json());
    return absl::StrCat(kind.empty() ? "an object without a kind" : lws::PrintableText(kind),
                        name == kNoName ? "" : " ", name == kNoName ? "" : name);
  }

  const lws::ManifestObject& object_;
  const lws::SharedJson document_;
  const lws::FieldValue outer_;
  std::vector<FoundSet>* found_;
};

}  // namespace

std::vector<FoundSet> FindSets(const lws::ManifestObject& object) {
  std::vector<FoundSet> found;
  if (!MentionsSet(object.object.value())) return found;
  Finder(object, &found).Run();
  return found;
}

std::string ShowName(const lws::Json& manifest) {
  const lws::FieldValue metadata = lws::FieldValue(manifest, "")["metadata"];
  for (const char* field : {"name", "generateName"}) {
    if (metadata[field].exists()) return lws::PrintableText(metadata[field].json().dump());
  }
  return kNoName;
}

}  // namespace lwsctl
