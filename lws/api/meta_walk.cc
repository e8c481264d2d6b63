#include "lws/api/meta_walk.h"

#include <string>

namespace lws::internal {

void ClearObservedMeta(ObservedMeta* meta) {
  for (std::string* text : {&meta->namespace_name, &meta->name, &meta->uid, &meta->resource_version, &meta->set_name,
                            &meta->revision_key}) {
    text->clear();
  }
  meta->terminating = false;
  meta->controller.reset();
  meta->group_index.reset();
  meta->group_in_name = -1;
}

bool WalkOwners(JsonWalk* walk, ObservedMeta* meta) {
  return walk->ForEachItem([&] {
    ObservedMeta::Controller controller;
    bool is_controller = false;
    uint32_t seen = 0;
    const bool read = walk->ForEachField([&](absl::string_view key) {
      if (key == "kind") return IsNewJsonKey(1, &seen) && walk->ReadText(&controller.kind);
      if (key == "name") return IsNewJsonKey(2, &seen) && walk->ReadText(&controller.name);
      if (key == "uid") return IsNewJsonKey(4, &seen) && walk->ReadText(&controller.uid);
      if (key != "controller") return walk->Skip();
      const absl::string_view word = walk->ReadWord();
      is_controller = word == "true";
      return IsNewJsonKey(8, &seen) && (is_controller || word == "false");
    });
    if (read && is_controller && !meta->controller.has_value()) meta->controller = std::move(controller);
    return read;
  });
}

}  // namespace lws::internal
