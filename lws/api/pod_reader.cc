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
using simdjson::dom::object;

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
    object root;
    // The buffer is padded, so that nothing is copied again.
    if (parser_.parse(buffer_.data(), text.size(), false).get_object().get(root) != simdjson::SUCCESS) return false;
    *pod = ObservedPod();
    uint32_t seen = 0;
    for (const auto [key, part] : root) {
      if (key == "metadata") {
        if (!Once(1, &seen) || !ReadMetadata(part, pod)) return false;
      } else if (key == "spec") {
        if (!Once(2, &seen) || !ReadSpec(part, pod)) return false;
      } else if (key == "status") {
        if (!Once(4, &seen) || !ReadStatus(part, pod)) return false;
      }
    }
    pod->meta.named_group = NamedGroup(pod->meta);
    return true;
  }

 private:
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

  bool ReadMetadata(element from, ObservedPod* pod) {
    object metadata;
    if (from.get_object().get(metadata) != simdjson::SUCCESS) return false;
    uint32_t seen = 0;
    for (const auto [key, part] : metadata) {
      bool read = true;
      if (key == "name") {
        read = Once(1, &seen) && ReadText(part, &pod->meta.name);
      } else if (key == "namespace") {
        read = Once(2, &seen) && ReadText(part, &pod->meta.namespace_name);
      } else if (key == "uid") {
        read = Once(4, &seen) && ReadText(part, &pod->meta.uid);
      } else if (key == "resourceVersion") {
        read = Once(8, &seen) && ReadText(part, &pod->meta.resource_version);
      } else if (key == "deletionTimestamp") {
        std::string_view time;
        read = Once(16, &seen) && part.get_string().get(time) == simdjson::SUCCESS;
        pod->meta.terminating = true;
      } else if (key == "labels") {
        read = Once(32, &seen) && ReadLabels(part, pod);
      } else if (key == "annotations") {
        read = Once(64, &seen) && ReadAnnotations(part, pod);
      } else if (key == "ownerReferences") {
        read = Once(128, &seen) && ReadOwners(part, pod);
      }
      if (!read) return false;
    }
    return true;
  }

  bool ReadLabels(element from, ObservedPod* pod) {
    object labels;
    if (from.get_object().get(labels) != simdjson::SUCCESS) return false;
    uint32_t seen = 0;
    for (const auto [key, part] : labels) {
      bool read = true;
      if (key == kNameLabel) {
        read = Once(1, &seen) && ReadText(part, &pod->meta.set_name);
      } else if (key == kRevisionLabel) {
        read = Once(2, &seen) && ReadText(part, &pod->meta.revision_key);
      } else if (key == kGroupIndexLabel) {
        read = Once(4, &seen) && ReadText(part, &pod->meta.group_index.emplace());
      } else if (key == kWorkerIndexLabel) {
        read = Once(8, &seen) && ReadText(part, &pod->worker_index.emplace());
      } else if (key == kGroupKeyLabel) {
        read = Once(16, &seen) && ReadText(part, &pod->group_key);
      }
      if (!read) return false;
    }
    return true;
  }

  bool ReadAnnotations(element from, ObservedPod* pod) {
    object annotations;
    if (from.get_object().get(annotations) != simdjson::SUCCESS) return false;
    uint32_t seen = 0;
    for (const auto [key, part] : annotations) {
      if (key == kLeaderNameAnnotation) {
        if (!Once(1, &seen) || !ReadText(part, &pod->leader_name.emplace())) return false;
      } else if (key == kPodGroupNameAnnotation) {
        if (!Once(2, &seen) || !ReadText(part, &pod->pod_group_name)) return false;
      }
    }
    return true;
  }

  // The first that is the controller counts.
  bool ReadOwners(element from, ObservedPod* pod) {
    simdjson::dom::array owners;
    if (from.get_array().get(owners) != simdjson::SUCCESS) return false;
    for (const element item : owners) {
      object owner;
      if (item.get_object().get(owner) != simdjson::SUCCESS) return false;
      ObservedMeta::Controller controller;
      bool is_controller = false;
      uint32_t seen = 0;
      for (const auto [key, part] : owner) {
        bool read = true;
        if (key == "kind") {
          read = Once(1, &seen) && ReadText(part, &controller.kind);
        } else if (key == "name") {
          read = Once(2, &seen) && ReadText(part, &controller.name);
        } else if (key == "uid") {
          read = Once(4, &seen) && ReadText(part, &controller.uid);
        } else if (key == "controller") {
          read = Once(8, &seen) && part.get_bool().get(is_controller) == simdjson::SUCCESS;
        }
        if (!read) return false;
      }
      if (is_controller && !pod->meta.controller.has_value()) pod->meta.controller = std::move(controller);
    }
    return true;
  }

  bool ReadSpec(element from, ObservedPod* pod) {
    object spec;
    if (from.get_object().get(spec) != simdjson::SUCCESS) return false;
    uint32_t seen = 0;
    for (const auto [key, part] : spec) {
      if (key == "nodeName" && (!Once(1, &seen) || !ReadText(part, &pod->node_name))) return false;
    }
    return true;
  }

  bool ReadStatus(element from, ObservedPod* pod) {
    object status;
    if (from.get_object().get(status) != simdjson::SUCCESS) return false;
    uint32_t seen = 0;
    for (const auto [key, part] : status) {
      bool read = true;
      if (key == "phase") {
        std::string_view phase;
        read = Once(1, &seen) && part.get_string().get(phase) == simdjson::SUCCESS;
        if (read) pod->phase = ReadPodPhase({phase.data(), phase.size()});
      } else if (key == "conditions") {
        read = Once(2, &seen) && ReadConditions(part, pod);
      } else if (key == "containerStatuses") {
        read = Once(4, &seen) && ReadRestarts(part, pod);
      } else if (key == "initContainerStatuses") {
        read = Once(8, &seen) && ReadRestarts(part, pod);
      }
      if (!read) return false;
    }
    return true;
  }

  // The first of type Ready counts.
  bool ReadConditions(element from, ObservedPod* pod) {
    simdjson::dom::array conditions;
    if (from.get_array().get(conditions) != simdjson::SUCCESS) return false;
    bool found = false;
    for (const element item : conditions) {
      object condition;
      if (item.get_object().get(condition) != simdjson::SUCCESS) return false;
      bool is_ready_type = false;
      bool is_true = false;
      uint32_t seen = 0;
      for (const auto [key, part] : condition) {
        if (key != "type" && key != "status") continue;
        std::string_view text;
        if (!Once(key == "type" ? 1 : 2, &seen) || part.get_string().get(text) != simdjson::SUCCESS) return false;
        (key == "type" ? is_ready_type : is_true) = text == (key == "type" ? "Ready" : "True");
      }
      if (is_ready_type && !found) pod->has_ready_condition = is_true;
      found = found || is_ready_type;
    }
    return true;
  }

  bool ReadRestarts(element from, ObservedPod* pod) {
    simdjson::dom::array statuses;
    if (from.get_array().get(statuses) != simdjson::SUCCESS) return false;
    for (const element item : statuses) {
      object status;
      if (item.get_object().get(status) != simdjson::SUCCESS) return false;
      uint32_t seen = 0;
      for (const auto [key, part] : status) {
        if (key != "restartCount") continue;
        int64_t count = 0;
        if (!Once(1, &seen) || part.get_int64().get(count) != simdjson::SUCCESS) return false;
        pod->restarted = pod->restarted || count > 0;
      }
    }
    return true;
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
