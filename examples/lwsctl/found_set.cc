#include "examples/lwsctl/found_set.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_value.h"
#include "lws/api/printable_text.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

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
      : object_(object), outer_(*object.object, ""), found_(found) {}

  void Run() {
    const std::string kind = outer_["kind"].Text();
    if (kind == lws::kKind || kind == lws::kDisaggregatedSetKind) {
      found_->push_back({object_.object, object_.line, object_.number, "", ""});
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
    const std::string inside = absl::StrCat(outer_["kind"].Text(), " ", ShowName(outer_.json()), ", ", value.path());
    found_->push_back({InNamespace(value.json(), outer_["metadata"]["namespace"].Text()), object_.line, object_.number,
                       value.path(), inside});
  }

  const lws::ManifestObject& object_;
  const lws::FieldValue outer_;
  std::vector<FoundSet>* found_;
};

}  // namespace

std::vector<FoundSet> FindSets(const lws::ManifestObject& object) {
  std::vector<FoundSet> found;
  Finder(object, &found).Run();
  return found;
}

std::string ShowName(const lws::Json& manifest) {
  const lws::FieldValue metadata = lws::FieldValue(manifest, "")["metadata"];
  for (const char* field : {"name", "generateName"}) {
    if (metadata[field].exists()) return lws::PrintableText(metadata[field].json().dump());
  }
  return "null";
}

}  // namespace lwsctl
