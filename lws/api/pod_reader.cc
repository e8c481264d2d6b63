#include "lws/api/pod_reader.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace lws {
namespace {

using simdjson::dom::element;

absl::StatusOr<ObservedPod> ReadWithCare(absl::string_view text) {
  const absl::StatusOr<Json> document = ParseJson(text, "pod");
  if (!document.ok()) return document.status();
  return ObservePod(*document);
}

// Where a key may hide from a plain look, or what it stands for takes more reading.
bool NeedsCare(absl::string_view text) {
  return absl::StrContains(text, kTpuResource) || absl::StrContains(text, "\\u") || absl::StrContains(text, "\\/");
}

}  // namespace

// Every method returns false for what is not as Kubernetes writes it: another type, a null, a key a second time. The
// careful way then finds the words for it.
class PodReader::Parser {
 public:
  bool Read(absl::string_view text, ObservedPod* pod) {
    const size_t wanted = text.size() + simdjson::SIMDJSON_PADDING;
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    std::memcpy(&buffer_[0], text.data(), text.size());
    std::memset(&buffer_[text.size()], 0, simdjson::SIMDJSON_PADDING);
    element root;
    // The buffer is padded, so that nothing is copied again.
    if (parser_.parse(buffer_.data(), text.size(), false).get(root) != simdjson::SUCCESS) return false;
    *pod = ObservedPod();
    uint32_t seen = 0;
    const bool read = ForEachField(root, [&](std::string_view key, element part) {
      if (key == "metadata") return Once(1, &seen) && ReadMetadata(part, pod);
      if (key == "spec") return Once(2, &seen) && ReadSpec(part, pod);
      if (key == "status") return Once(4, &seen) && ReadStatus(part, pod);
      return true;
    });
    pod->meta.named_group = NamedGroup(pod->meta);
    return read;
  }

 private:
  // Calls visit(key, value) for every field, or visit(value) for every item, until it returns false.
  template <typename Visit>
  static bool ForEachField(element from, const Visit& visit) {
    simdjson::dom::object fields;
    if (from.get_object().get(fields) != simdjson::SUCCESS) return false;
    for (const auto [key, part] : fields) {
      if (!visit(key, part)) return false;
    }
    return true;
  }
  template <typename Visit>
  static bool ForEachItem(element from, const Visit& visit) {
    simdjson::dom::array items;
    if (from.get_array().get(items) != simdjson::SUCCESS) return false;
    for (const element item : items) {
      if (!visit(item)) return false;
    }
    return true;
  }

  static bool Once(uint32_t bit, uint32_t* seen) {
    const bool first = (*seen & bit) == 0;
    *seen |= bit;
    return first;
  }

  static bool ReadText(element from, std::string* text) {
    std::string_view view;
    if (from.get_string().get(view) != simdjson::SUCCESS) return false;
    text->assign(view.data(), view.size());
    return true;
  }

  static bool ReadMetadata(element from, ObservedPod* pod) {
    uint32_t seen = 0;
    return ForEachField(from, [&](std::string_view key, element part) {
      if (key == "name") return Once(1, &seen) && ReadText(part, &pod->meta.name);
      if (key == "namespace") return Once(2, &seen) && ReadText(part, &pod->meta.namespace_name);
      if (key == "uid") return Once(4, &seen) && ReadText(part, &pod->meta.uid);
      if (key == "resourceVersion") return Once(8, &seen) && ReadText(part, &pod->meta.resource_version);
      if (key == "deletionTimestamp") {
        pod->meta.terminating = true;
        return Once(16, &seen) && part.is_string();
      }
      if (key == "labels") return Once(32, &seen) && ReadLabels(part, pod);
      if (key == "annotations") return Once(64, &seen) && ReadAnnotations(part, pod);
      if (key == "ownerReferences") return Once(128, &seen) && ReadOwners(part, pod);
      return true;
    });
  }

  static bool ReadLabels(element from, ObservedPod* pod) {
    uint32_t seen = 0;
    return ForEachField(from, [&](std::string_view key, element part) {
      if (key == kNameLabel) return Once(1, &seen) && ReadText(part, &pod->meta.set_name);
      if (key == kRevisionLabel) return Once(2, &seen) && ReadText(part, &pod->meta.revision_key);
      if (key == kGroupIndexLabel) return Once(4, &seen) && ReadText(part, &pod->meta.group_index.emplace());
      if (key == kWorkerIndexLabel) return Once(8, &seen) && ReadText(part, &pod->worker_index.emplace());
      if (key == kGroupKeyLabel) return Once(16, &seen) && ReadText(part, &pod->group_key);
      return true;
    });
  }

  static bool ReadAnnotations(element from, ObservedPod* pod) {
    uint32_t seen = 0;
    return ForEachField(from, [&](std::string_view key, element part) {
      if (key == kLeaderNameAnnotation) return Once(1, &seen) && ReadText(part, &pod->leader_name.emplace());
      if (key == kPodGroupNameAnnotation) return Once(2, &seen) && ReadText(part, &pod->pod_group_name);
      return true;
    });
  }

  // The first that is the controller counts.
  static bool ReadOwners(element from, ObservedPod* pod) {
    return ForEachItem(from, [&](element owner) {
      ObservedMeta::Controller controller;
      bool is_controller = false;
      uint32_t seen = 0;
      const bool read = ForEachField(owner, [&](std::string_view key, element part) {
        if (key == "kind") return Once(1, &seen) && ReadText(part, &controller.kind);
        if (key == "name") return Once(2, &seen) && ReadText(part, &controller.name);
        if (key == "uid") return Once(4, &seen) && ReadText(part, &controller.uid);
        if (key == "controller") return Once(8, &seen) && part.get_bool().get(is_controller) == simdjson::SUCCESS;
        return true;
      });
      if (read && is_controller && !pod->meta.controller.has_value()) pod->meta.controller = std::move(controller);
      return read;
    });
  }

  static bool ReadSpec(element from, ObservedPod* pod) {
    uint32_t seen = 0;
    return ForEachField(from, [&](std::string_view key, element part) {
      return key != "nodeName" || (Once(1, &seen) && ReadText(part, &pod->node_name));
    });
  }

  static bool ReadStatus(element from, ObservedPod* pod) {
    uint32_t seen = 0;
    return ForEachField(from, [&](std::string_view key, element part) {
      if (key == "phase") {
        std::string_view phase;
        if (!Once(1, &seen) || part.get_string().get(phase) != simdjson::SUCCESS) return false;
        pod->phase = ReadPodPhase({phase.data(), phase.size()});
        return true;
      }
      if (key == "conditions") return Once(2, &seen) && ReadConditions(part, pod);
      if (key == "containerStatuses") return Once(4, &seen) && ReadRestarts(part, pod);
      if (key == "initContainerStatuses") return Once(8, &seen) && ReadRestarts(part, pod);
      return true;
    });
  }

  // The first of type Ready counts.
  static bool ReadConditions(element from, ObservedPod* pod) {
    bool found = false;
    return ForEachItem(from, [&](element condition) {
      std::string_view type;
      std::string_view status;
      uint32_t seen = 0;
      const bool read = ForEachField(condition, [&](std::string_view key, element part) {
        if (key == "type") return Once(1, &seen) && part.get_string().get(type) == simdjson::SUCCESS;
        if (key == "status") return Once(2, &seen) && part.get_string().get(status) == simdjson::SUCCESS;
        return true;
      });
      if (read && type == "Ready" && !found) {
        found = true;
        pod->has_ready_condition = status == "True";
      }
      return read;
    });
  }

  static bool ReadRestarts(element from, ObservedPod* pod) {
    return ForEachItem(from, [&](element status) {
      uint32_t seen = 0;
      return ForEachField(status, [&](std::string_view key, element part) {
        if (key != "restartCount") return true;
        int64_t count = 0;
        if (!Once(1, &seen) || part.get_int64().get(count) != simdjson::SUCCESS) return false;
        pod->restarted = pod->restarted || count > 0;
        return true;
      });
    });
  }

  simdjson::dom::parser parser_;
  std::string buffer_;
};

PodReader::PodReader() : parser_(std::make_unique<Parser>()) {}
PodReader::~PodReader() = default;
PodReader::PodReader(PodReader&&) noexcept = default;
PodReader& PodReader::operator=(PodReader&&) noexcept = default;

absl::Status PodReader::Read(absl::string_view text, ObservedPod* pod) {
  if (!NeedsCare(text) && parser_->Read(text, pod)) return absl::OkStatus();
  absl::StatusOr<ObservedPod> read = ReadWithCare(text);
  if (!read.ok()) return read.status();
  *pod = *std::move(read);
  return absl::OkStatus();
}

}  // namespace lws
