#include "lws/api/pod_reader.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/pod_name.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"
#include "simdjson.h"

namespace lws {
namespace {

absl::StatusOr<ObservedPod> ReadWithCare(absl::string_view text) {
  const absl::StatusOr<Json> document = ParseJson(text, "pod");
  if (!document.ok()) return document.status();
  return ObservePod(*document);
}

// Brackets differ from braces in one bit.
bool Opens(char structural) { return (structural | 0x20) == '{'; }
bool Closes(char structural) { return (structural | 0x20) == '}'; }

// Keeps the memory of the texts.
void Clear(ObservedPod* pod) {
  ObservedMeta& meta = pod->meta;
  for (std::string* text : {&meta.namespace_name, &meta.name, &meta.uid, &meta.resource_version, &meta.set_name,
                            &meta.revision_key, &pod->group_key, &pod->pod_group_name, &pod->node_name}) {
    text->clear();
  }
  meta.terminating = false;
  meta.controller.reset();
  meta.group_index.reset();
  meta.named_group = -1;
  pod->worker_index.reset();
  pod->leader_name.reset();
  pod->phase = PodPhase::kUnknown;
  pod->has_ready_condition = false;
  pod->restarted = false;
  pod->requests_tpus = false;
}

// Walks a document along its structural characters: brackets, colons, commas, and the first character of every text,
// number or word. What is passed over is not looked at. Every method returns false for what is not as Kubernetes writes
// it: another type, a null, an escape in a text. The careful way then finds the words for it.
class Walk {
 public:
  // Borrows both. `places` are those of the structural characters, in order, and once more the size of the text.
  Walk(absl::string_view text, const uint32_t* places, size_t count)
      : text_(text.data()), next_(places), end_(places + count), has_escapes_(absl::StrContains(text, '\\')) {}

  bool AtEnd() const { return next_ == end_; }

  // What is behind the text at its end.
  char Peek() const { return text_[*next_]; }

  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Skip() {
    if (AtEnd()) return false;
    const char first = text_[*next_++];
    if (!Opens(first)) return !Closes(first);
    for (int depth = 1; depth > 0;) {
      if (AtEnd()) return false;
      const char structural = text_[*next_++];
      depth += static_cast<int>(Opens(structural)) - static_cast<int>(Closes(structural));
    }
    return true;
  }

  // A text without escapes. It ends before what follows it.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool ReadText(absl::string_view* text) {
    if (AtEnd() || Peek() != '"') return false;
    const char* begin = text_ + *next_ + 1;
    const char* end = text_ + *++next_ - 1;
    while (end > begin && *end != '"') --end;
    if (end < begin || *end != '"') return false;
    *text = absl::string_view(begin, static_cast<size_t>(end - begin));
    return !has_escapes_ || !absl::StrContains(*text, '\\');
  }
  bool ReadText(std::string* text) {
    absl::string_view view;
    if (!ReadText(&view)) return false;
    text->assign(view.data(), view.size());
    return true;
  }

  // The characters of a number or word.
  absl::string_view ReadWord() {
    if (AtEnd()) return "";
    const char* begin = text_ + *next_;
    return absl::StripTrailingAsciiWhitespace({begin, static_cast<size_t>(text_ + *++next_ - begin)});
  }

  // Calls visit(key) at the value of every field, or visit() at every item, until it returns false. It reads the value,
  // or skips it.
  template <typename Visit>
  bool ForEachField(const Visit& visit) {
    return ForEach('{', '}', [this, &visit] {
      absl::string_view key;
      if (!ReadText(&key) || Peek() != ':') return false;
      ++next_;
      return visit(key);
    });
  }
  template <typename Visit>
  bool ForEachItem(const Visit& visit) {
    return ForEach('[', ']', visit);
  }

 private:
  template <typename Visit>
  bool ForEach(char open, char close, const Visit& visit) {
    if (Peek() != open) return false;
    ++next_;
    if (Peek() == close) {
      ++next_;
      return true;
    }
    for (;;) {
      if (!visit()) return false;
      const char after = Peek();
      if (after != ',' && after != close) return false;
      ++next_;
      if (after == close) return true;
    }
  }

  const char* const text_;
  const uint32_t* next_;
  const uint32_t* const end_;
  const bool has_escapes_;
};

// The parts of a pod. Every function returns false as Walk does, and for a key that comes a second time.
class PodWalk {
 public:
  PodWalk(Walk* walk, ObservedPod* pod) : walk_(*walk), pod_(*pod) {}

  bool Read() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "metadata") return Once(1, &seen) && ReadMetadata();
      if (key == "spec") return Once(2, &seen) && ReadSpec();
      if (key == "status") return Once(4, &seen) && ReadStatus();
      return walk_.Skip();
    });
  }

 private:
  static bool Once(uint32_t bit, uint32_t* seen) {
    const bool first = (*seen & bit) == 0;
    *seen |= bit;
    return first;
  }

  bool ReadMetadata() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "name") return Once(1, &seen) && walk_.ReadText(&pod_.meta.name);
      if (key == "namespace") return Once(2, &seen) && walk_.ReadText(&pod_.meta.namespace_name);
      if (key == "uid") return Once(4, &seen) && walk_.ReadText(&pod_.meta.uid);
      if (key == "resourceVersion") return Once(8, &seen) && walk_.ReadText(&pod_.meta.resource_version);
      if (key == "deletionTimestamp") {
        pod_.meta.terminating = true;
        return Once(16, &seen) && walk_.Peek() == '"' && walk_.Skip();
      }
      if (key == "labels") return Once(32, &seen) && ReadLabels();
      if (key == "annotations") return Once(64, &seen) && ReadAnnotations();
      if (key == "ownerReferences") return Once(128, &seen) && ReadOwners();
      return walk_.Skip();
    });
  }

  bool ReadLabels() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == kNameLabel) return Once(1, &seen) && walk_.ReadText(&pod_.meta.set_name);
      if (key == kRevisionLabel) return Once(2, &seen) && walk_.ReadText(&pod_.meta.revision_key);
      if (key == kGroupIndexLabel) return Once(4, &seen) && walk_.ReadText(&pod_.meta.group_index.emplace());
      if (key == kWorkerIndexLabel) return Once(8, &seen) && walk_.ReadText(&pod_.worker_index.emplace());
      if (key == kGroupKeyLabel) return Once(16, &seen) && walk_.ReadText(&pod_.group_key);
      return walk_.Skip();
    });
  }

  bool ReadAnnotations() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == kLeaderNameAnnotation) return Once(1, &seen) && walk_.ReadText(&pod_.leader_name.emplace());
      if (key == kPodGroupNameAnnotation) return Once(2, &seen) && walk_.ReadText(&pod_.pod_group_name);
      return walk_.Skip();
    });
  }

  // The first that is the controller counts.
  bool ReadOwners() {
    return walk_.ForEachItem([&] {
      ObservedMeta::Controller controller;
      bool is_controller = false;
      uint32_t seen = 0;
      const bool read = walk_.ForEachField([&](absl::string_view key) {
        if (key == "kind") return Once(1, &seen) && walk_.ReadText(&controller.kind);
        if (key == "name") return Once(2, &seen) && walk_.ReadText(&controller.name);
        if (key == "uid") return Once(4, &seen) && walk_.ReadText(&controller.uid);
        if (key != "controller") return walk_.Skip();
        const absl::string_view word = walk_.ReadWord();
        is_controller = word == "true";
        return Once(8, &seen) && (is_controller || word == "false");
      });
      if (read && is_controller && !pod_.meta.controller.has_value()) pod_.meta.controller = std::move(controller);
      return read;
    });
  }

  bool ReadSpec() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "nodeName") return Once(1, &seen) && walk_.ReadText(&pod_.node_name);
      if (key != "containers" && key != "initContainers") return walk_.Skip();
      return walk_.ForEachItem([&] {
        return walk_.ForEachField(
            [&](absl::string_view part) { return part == "resources" ? HasNoTpus() : walk_.Skip(); });
      });
    });
  }

  // How many there are takes more reading.
  bool HasNoTpus() {
    return walk_.ForEachField([&](absl::string_view) {
      if (walk_.Peek() != '{') return walk_.Skip();
      return walk_.ForEachField([&](absl::string_view resource) { return resource != kTpuResource && walk_.Skip(); });
    });
  }

  bool ReadStatus() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "phase") {
        absl::string_view phase;
        if (!Once(1, &seen) || !walk_.ReadText(&phase)) return false;
        pod_.phase = ReadPodPhase(phase);
        return true;
      }
      if (key == "conditions") return Once(2, &seen) && ReadConditions();
      if (key == "containerStatuses") return Once(4, &seen) && ReadRestarts();
      if (key == "initContainerStatuses") return Once(8, &seen) && ReadRestarts();
      return walk_.Skip();
    });
  }

  // The first of type Ready counts.
  bool ReadConditions() {
    bool found = false;
    return walk_.ForEachItem([&] {
      absl::string_view type;
      absl::string_view status;
      uint32_t seen = 0;
      const bool read = walk_.ForEachField([&](absl::string_view key) {
        if (key == "type") return Once(1, &seen) && walk_.ReadText(&type);
        if (key == "status") return Once(2, &seen) && walk_.ReadText(&status);
        return walk_.Skip();
      });
      if (read && type == "Ready" && !found) {
        found = true;
        pod_.has_ready_condition = status == "True";
      }
      return read;
    });
  }

  bool ReadRestarts() {
    return walk_.ForEachItem([&] {
      uint32_t seen = 0;
      return walk_.ForEachField([&](absl::string_view key) {
        if (key != "restartCount") return walk_.Skip();
        const absl::string_view digits = walk_.ReadWord();
        if (!Once(1, &seen) || ParseIndex(digits) < 0) return false;
        pod_.restarted = pod_.restarted || digits != "0";
        return true;
      });
    });
  }

  Walk& walk_;
  ObservedPod& pod_;
};

}  // namespace

// Finds the structural characters with the widest instructions that the processor has.
class PodReader::Parser {
 public:
  bool Read(absl::string_view text, ObservedPod* pod) {
    if (!Reserve(text.size())) return false;
    std::memcpy(&buffer_[0], text.data(), text.size());
    std::memset(&buffer_[text.size()], ' ', simdjson::SIMDJSON_PADDING);
    const auto* bytes = reinterpret_cast<const uint8_t*>(buffer_.data());
    if (parser_->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) return false;
    Clear(pod);
    Walk walk({buffer_.data(), text.size()}, parser_->structural_indexes.get(), parser_->n_structural_indexes);
    const bool read = PodWalk(&walk, pod).Read() && walk.AtEnd();
    pod->meta.named_group = NamedGroup(pod->meta);
    return read;
  }

 private:
  // Makes place for a text of this size.
  bool Reserve(size_t size) {
    const size_t wanted = size + simdjson::SIMDJSON_PADDING;
    if (buffer_.size() >= wanted) return true;
    buffer_.resize(2 * wanted);
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               buffer_.size(), static_cast<size_t>(kMaxJsonDepth), parser_) == simdjson::SUCCESS;
  }

  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
  std::string buffer_;  // padded, as simdjson reads beyond the end
};

PodReader::PodReader() : parser_(std::make_unique<Parser>()) {}
PodReader::~PodReader() = default;
PodReader::PodReader(PodReader&&) noexcept = default;
PodReader& PodReader::operator=(PodReader&&) noexcept = default;

absl::Status PodReader::Read(absl::string_view text, ObservedPod* pod) {
  if (parser_->Read(text, pod)) return absl::OkStatus();
  absl::StatusOr<ObservedPod> read = ReadWithCare(text);
  if (!read.ok()) return read.status();
  *pod = *std::move(read);
  return absl::OkStatus();
}

}  // namespace lws
