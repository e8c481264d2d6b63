#include "lws/placement/node_list.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_walk.h"
#include "lws/api/quantity.h"
#include "lws/placement/pod_resources.h"
#include "lws/placement/resource_amounts.h"

namespace lws {

using internal::IsNewJsonKey;
using internal::JsonStructure;
using internal::JsonWalk;

namespace {

// Cuts the values of a list from its text. Every method returns false, or an empty text, at what is no JSON.
class ListCutter {
 public:
  explicit ListCutter(absl::string_view text) : next_(text.data()), end_(text.data() + text.size()) {}

  bool Take(char expected) {
    if (Peek() != expected) return false;
    ++next_;
    return true;
  }

  // The next character that is not white space; 0 at the end.
  char Peek() {
    while (next_ != end_ && absl::ascii_isspace(static_cast<unsigned char>(*next_))) ++next_;
    return next_ == end_ ? '\0' : *next_;
  }

  absl::string_view TakeValue() {
    Peek();
    const char* begin = next_;
    int64_t depth = 0;
    while (next_ != end_) {
      const char c = *next_;
      if (depth == 0 && (c == ',' || c == '}' || c == ']' || c == ':')) break;
      if (c == '"') {
        if (!SkipText()) return "";
        if (depth == 0) break;
        continue;
      }
      ++next_;
      depth += static_cast<int>(c == '{' || c == '[') - static_cast<int>(c == '}' || c == ']');
      if (depth == 0 && (c == '}' || c == ']')) break;
    }
    return depth == 0 ? absl::string_view(begin, static_cast<size_t>(next_ - begin)) : "";
  }

 private:
  // Moves behind the text that begins here.
  bool SkipText() {
    for (++next_;; ++next_) {
      const void* quote = std::memchr(next_, '"', static_cast<size_t>(end_ - next_));
      if (quote == nullptr) return false;
      const char* begin = next_;
      next_ = static_cast<const char*>(quote);
      const char* slash = next_;
      while (slash != begin && slash[-1] == '\\') --slash;
      if ((next_ - slash) % 2 == 0) break;
    }
    ++next_;
    return true;
  }

  const char* next_;
  const char* end_;
};

// Reads one node. Every function returns false as JsonWalk does.
class NodeWalk {
 public:
  // Amounts by the name of the resource and its text: most nodes of a cluster offer the same.
  using KnownAmounts = std::unordered_map<std::string, int64_t>;

  NodeWalk(JsonWalk* walk, KnownAmounts* known, TopologyNode* node) : walk_(*walk), known_(*known), node_(*node) {}

  bool Read() {
    uint32_t seen = 0;
    absl::string_view kind;
    absl::string_view version;
    const bool read = walk_.ForEachField([&](absl::string_view key) {
      if (key == "apiVersion") return IsNewJsonKey(1, &seen) && walk_.ReadText(&version);
      if (key == "kind") return IsNewJsonKey(2, &seen) && walk_.ReadText(&kind);
      if (key == "metadata") return IsNewJsonKey(4, &seen) && ReadMetadata();
      if (key == "spec") return IsNewJsonKey(8, &seen) && ReadSpec();
      if (key == "status") return IsNewJsonKey(16, &seen) && ReadStatus();
      return walk_.Skip();
    });
    return read && walk_.AtEnd() && kind == "Node" && version == "v1" && !node_.facts.name.empty();
  }

 private:
  bool ReadMetadata() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "name") return IsNewJsonKey(1, &seen) && walk_.ReadText(&node_.facts.name);
      if (key == "labels") return IsNewJsonKey(2, &seen) && ReadLabels();
      return walk_.Skip();
    });
  }

  bool ReadLabels() {
    auto& labels = node_.facts.labels;
    return walk_.ForEachField([&](absl::string_view key) {
      // Kubernetes writes labels in order.
      const size_t before = labels.size();
      const auto label = labels.emplace_hint(labels.end(), std::string(key), std::string());
      return labels.size() > before && walk_.ReadText(&label->second);
    });
  }

  bool ReadSpec() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "taints") return IsNewJsonKey(1, &seen) && walk_.ForEachItem([&] { return ReadTaint(); });
      if (key != "unschedulable") return walk_.Skip();
      const absl::string_view word = walk_.ReadWord();
      node_.facts.unschedulable = word == "true";
      return IsNewJsonKey(2, &seen) && (word == "true" || word == "false");
    });
  }

  bool ReadTaint() {
    uint32_t seen = 0;
    Taint& taint = node_.facts.taints.emplace_back();
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "key") return IsNewJsonKey(1, &seen) && walk_.ReadText(&taint.key);
      if (key == "value") return IsNewJsonKey(2, &seen) && walk_.ReadText(&taint.value);
      if (key == "effect") return IsNewJsonKey(4, &seen) && walk_.ReadText(&taint.effect);
      return walk_.Skip();
    });
  }

  bool ReadStatus() {
    uint32_t seen = 0;
    return walk_.ForEachField([&](absl::string_view key) {
      if (key == "allocatable") return IsNewJsonKey(1, &seen) && ReadAllocatable();
      if (key == "conditions") return IsNewJsonKey(2, &seen) && walk_.ForEachItem([&] { return ReadCondition(); });
      return walk_.Skip();
    });
  }

  bool ReadCondition() {
    uint32_t seen = 0;
    absl::string_view type;
    absl::string_view status;
    const bool read = walk_.ForEachField([&](absl::string_view key) {
      if (key == "type") return IsNewJsonKey(1, &seen) && walk_.ReadText(&type);
      if (key == "status") return IsNewJsonKey(2, &seen) && walk_.ReadText(&status);
      return walk_.Skip();
    });
    if (read && type == "Ready") node_.facts.ready = status == "True";
    return read;
  }

  bool ReadAllocatable() {
    return walk_.ForEachField([&](absl::string_view name) {
      absl::string_view text;
      if (!walk_.ReadText(&text)) return false;
      const std::optional<int64_t> amount = AmountOf(name, text);
      return amount.has_value() && node_.allocatable.emplace(name, *amount).second;
    });
  }

  // Nullopt for what is no amount, or is below zero.
  std::optional<int64_t> AmountOf(absl::string_view name, absl::string_view text) {
    wanted_.assign(name.data(), name.size());
    absl::StrAppend(&wanted_, "\n", text);
    const auto found = known_.find(wanted_);
    if (found != known_.end()) return found->second;
    const absl::StatusOr<Quantity> quantity = Quantity::Parse(text);
    if (!quantity.ok()) return std::nullopt;
    const int64_t amount = OfferedAmounts({{std::string(name), *quantity}}).begin()->second;
    if (amount < 0) return std::nullopt;
    return known_[wanted_] = amount;
  }

  JsonWalk& walk_;
  KnownAmounts& known_;
  TopologyNode& node_;
  std::string wanted_;
};

// Appends the nodes of the items, up to the bracket that ends them.
bool ReadItems(ListCutter* list, std::vector<TopologyNode>* nodes) {
  JsonStructure structure;
  NodeWalk::KnownAmounts known;
  if (!list->Take('[')) return false;
  if (list->Take(']')) return true;
  do {
    const absl::string_view item = list->TakeValue();
    if (item.empty() || !structure.Find(item)) return false;
    JsonWalk walk = structure.Walk();
    if (!NodeWalk(&walk, &known, &nodes->emplace_back()).Read()) return false;
  } while (list->Take(','));
  return list->Take(']');
}

}  // namespace

std::optional<std::vector<TopologyNode>> ReadNodeList(absl::string_view text) {
  ListCutter list(text);
  std::vector<TopologyNode> nodes;
  bool is_list = false;
  bool has_items = false;
  if (!list.Take('{')) return std::nullopt;
  do {
    const absl::string_view key = list.TakeValue();
    if (!list.Take(':')) return std::nullopt;
    if (key == "\"items\"") {
      if (has_items || !ReadItems(&list, &nodes)) return std::nullopt;
      has_items = true;
      continue;
    }
    const absl::string_view value = list.TakeValue();
    if (value.empty() || absl::StrContains(key, '\\')) return std::nullopt;
    if (key == "\"kind\"") is_list = value == "\"List\"" || value == "\"NodeList\"";
  } while (list.Take(','));
  if (!list.Take('}') || list.Peek() != '\0' || !is_list || !has_items) return std::nullopt;
  return nodes;
}

}  // namespace lws
