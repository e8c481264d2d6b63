// The nodes that a pod may use, apart from room: node name, node selector, required node affinity, taints, readiness;
// and which of them it prefers.
//
//   lws::NodeFilter filter = *lws::NodeFilter::FromPodSpec(pod["spec"]);
//   lws::NodeFacts node;
//   filter.Check(node);    // lws::NodeExclusion::kNone
//
// Laws:
//   1. The answer depends only on the name, labels, taints, readiness and unschedulable flag of the node.
//   2. Terms are alternatives, and the requirements of one term must all hold. A term without requirements never
//      matches.
//   3. An unschedulable node counts as one with the taint node.kubernetes.io/unschedulable:NoSchedule.
//   4. A pod that names its node bypasses the scheduler: no other node takes it, and only NoExecute taints matter.
//   5. Preference is the sum of the weights of the preferred terms that match the node. It excludes no node.
// Source: Kubernetes' node affinity and tolerations. PreferNoSchedule taints exclude nothing.
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_PLACEMENT_NODE_FILTER_H_
#define LWS_PLACEMENT_NODE_FILTER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {

struct Taint {
  std::string key;
  std::string value;
  std::string effect;

  friend bool operator==(const Taint& a, const Taint& b) {
    return a.key == b.key && a.value == b.value && a.effect == b.effect;
  }
};

// The properties of a node that the filter reads.
struct NodeFacts {
  std::string name;
  std::map<std::string, std::string> labels;
  std::vector<Taint> taints;
  bool ready = true;
  bool unschedulable = false;
};

// The reason why a node takes no pod of a kind even if it has room. NodeFilter gives only the first five.
enum class NodeExclusion {
  kNone,
  kNotReady,
  kSelector,
  kAffinity,
  kTaint,
  kNodeName,
  kMissingLabel,     // the node has no label of a level to which a rule of the pods refers
  kHostPort,         // another pod uses the port
  kPodAntiAffinity,  // of this pod, or of a pod on the node
  kPodAffinity,
  kTopologySpread,
};

// "notReady", "selector", "affinity", "taint", "nodeName", "missingLabel", "hostPort", "podAntiAffinity",
// "podAffinity", "topologySpread"; "" for kNone.
absl::string_view NodeExclusionName(NodeExclusion exclusion);

// One {key, operator, values} of a label selector or of node affinity.
struct LabelRequirement {
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist, kGt, kLt };

  std::string key;
  Operator op = Operator::kExists;
  std::vector<std::string> values;

  // `value` is the value of the label `key`; nullopt when the label is missing.
  bool Matches(std::optional<absl::string_view> value) const;
};

// Reads one {key, operator, values}. Errors: InvalidArgument for another operator, or for values that are not a list
// of strings.
absl::StatusOr<LabelRequirement> ReadLabelRequirement(const Json& requirement);

class NodeFilter {
 public:
  // A filter that accepts every ready node without taints.
  NodeFilter() = default;

  // Reads nodeName, nodeSelector, affinity.nodeAffinity and tolerations. Errors: InvalidArgument naming the field; also
  // for a weight that is not in 1..100.
  static absl::StatusOr<NodeFilter> FromPodSpec(const Json& pod_spec);

  // Complexity: O(requirements x log labels + taints x tolerations).
  NodeExclusion Check(const NodeFacts& node) const;

  // How much the pod prefers the node; 0 without preferred terms. Complexity: O(requirements x log labels).
  int64_t Preference(const NodeFacts& node) const;
  bool HasPreferences() const { return !preferences_.empty(); }

  // Whether the answer of Check may depend on the node's name, or on the label `key`.
  bool AsksForName() const { return asks_for_name_; }
  bool AsksForLabel(absl::string_view key) const;

  // Restricts the filter to nodes with this label.
  void Select(absl::string_view key, absl::string_view value) { selector_[std::string(key)] = std::string(value); }

 private:
  struct Toleration {
    std::string key;
    std::string value;
    std::string effect;
    bool exists = false;
  };
  struct Term {
    std::vector<LabelRequirement> labels;
    std::vector<LabelRequirement> fields;  // about metadata.name
  };

  struct Preferred {
    int64_t weight = 0;
    Term term;
  };

  absl::Status ReadTerms(const Json& terms);
  static absl::Status ReadTerm(const Json& document, Term* term);
  absl::Status ReadPreferences(const Json& preferences);
  absl::Status ReadTolerations(const Json& tolerations);
  bool Tolerates(const Taint& taint) const;
  bool TermMatches(const Term& term, const NodeFacts& node) const;

  std::string node_name_;
  std::map<std::string, std::string> selector_;
  std::optional<std::vector<Term>> terms_;
  std::vector<Preferred> preferences_;
  std::vector<Toleration> tolerations_;
  bool asks_for_name_ = false;
};

}  // namespace lws

#endif  // LWS_PLACEMENT_NODE_FILTER_H_
