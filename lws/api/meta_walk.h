// Reads the metadata of an object into ObservedMeta along a JsonWalk. Visitors read the parts that only one kind has.
//
//   lws::internal::WalkMeta(&walk, &pod.meta, read_label, read_annotation, skip);
//
// Thread-safety: as JsonWalk.
#ifndef LWS_API_META_WALK_H_
#define LWS_API_META_WALK_H_

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/json_walk.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

// Reads `object` along the walk. When that fails, because the text differs from what Kubernetes writes, it is parsed
// and observed as a document. `Walk(&walk, object).Read()` reads into the cleared object; `source` names the text in
// the errors of ParseJson.
template <typename Walk, typename Object>
absl::Status ReadTextAlongWalk(JsonStructure* structure, absl::string_view text, absl::string_view source,
                               absl::StatusOr<Object> (*observe)(const Json& document), void (*clear)(Object* object),
                               Object* object) {
  if (structure->Find(text)) {
    clear(object);
    JsonWalk walk = structure->Walk();
    if (Walk(&walk, object).Read() && walk.AtEnd()) {
      object->meta.group_in_name = GroupInName(object->meta);
      return absl::OkStatus();
    }
  }
  const absl::StatusOr<Json> document = ParseJson(text, source);
  if (!document.ok()) return document.status();
  absl::StatusOr<Object> observed = observe(*document);
  if (!observed.ok()) return observed.status();
  *object = *std::move(observed);
  return absl::OkStatus();
}

// Empties the metadata, and keeps the memory of its texts.
void ClearObservedMeta(ObservedMeta* meta);

// Reads the owner reference with controller true; the first one counts.
bool WalkOwners(JsonWalk* walk, ObservedMeta* meta);

// Reads the labels that every kind has. At all other labels it calls visit(key), which reads or skips the value.
template <typename Visit>
bool WalkLabels(JsonWalk* walk, ObservedMeta* meta, const Visit& visit) {
  uint32_t seen = 0;
  return walk->ForEachField([&](absl::string_view key) {
    if (key == kNameLabel) return IsNewJsonKey(1, &seen) && walk->ReadText(&meta->set_name);
    if (key == kRevisionLabel) return IsNewJsonKey(2, &seen) && walk->ReadText(&meta->revision_key);
    if (key == kGroupIndexLabel) return IsNewJsonKey(4, &seen) && walk->ReadText(&meta->group_index.emplace());
    return visit(key);
  });
}

// Reads the fields of ObservedMeta. At all others it calls visit_label(key), visit_annotation(key) or
// visit_field(key).
template <typename VisitLabel, typename VisitAnnotation, typename VisitField>
bool WalkMeta(JsonWalk* walk, ObservedMeta* meta, const VisitLabel& visit_label,
              const VisitAnnotation& visit_annotation, const VisitField& visit_field) {
  uint32_t seen = 0;
  return walk->ForEachField([&](absl::string_view key) {
    if (key == "name") return IsNewJsonKey(1, &seen) && walk->ReadText(&meta->name);
    if (key == "namespace") return IsNewJsonKey(2, &seen) && walk->ReadText(&meta->namespace_name);
    if (key == "uid") return IsNewJsonKey(4, &seen) && walk->ReadText(&meta->uid);
    if (key == "resourceVersion") return IsNewJsonKey(8, &seen) && walk->ReadText(&meta->resource_version);
    if (key == "deletionTimestamp") {
      meta->terminating = true;
      return IsNewJsonKey(16, &seen) && walk->Peek() == '"' && walk->Skip();
    }
    if (key == "labels") return IsNewJsonKey(32, &seen) && WalkLabels(walk, meta, visit_label);
    if (key == "annotations") return IsNewJsonKey(64, &seen) && walk->ForEachField(visit_annotation);
    if (key == "ownerReferences") return IsNewJsonKey(128, &seen) && WalkOwners(walk, meta);
    return visit_field(key);
  });
}

}  // namespace lws::internal

#endif  // LWS_API_META_WALK_H_
