// What placement knows of a cluster: its nodes, and the pods that are on one of them or wait for one.
//
//   lws::internal::PlacementView view;
//   view.TellPod(pod_text).ok();    // true
//   view.waiting();                 // 0: it has no gate
//
// Laws:
//   1. A pod is kept while it is not finished, and has a node, or the gate, or the annotation kNodeAnnotation.
//   2. News of a pod that are older than what is known of it change nothing. An answer to a write never brings back a
//      pod that was told gone.
//   3. After EndRelist of a kind, the view has of it what was told since BeginRelist.
//   4. TakeChange returns true if and only if something changed that placement reads.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_PLACEMENT_VIEW_H_
#define LWS_ADAPTERS_KUBERNETES_PLACEMENT_VIEW_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/placement/topology.h"

namespace lws::internal {

class PlacementView {
 public:
  // The object exists as the text says, or is gone. They return its resource version. Errors: InvalidArgument for a
  // text that does not parse; nothing is then changed. Complexity: O(text).
  absl::StatusOr<std::string> TellNode(absl::string_view text);
  absl::StatusOr<std::string> TellNodeGone(absl::string_view text);
  absl::StatusOr<std::string> TellPod(absl::string_view text);
  absl::StatusOr<std::string> TellPodGone(absl::string_view text);
  // The pod is in the answer to a write. The watch may have told since that it is gone: only a pod that is known
  // changes. Errors: as for TellPod.
  absl::Status TellPodAnswer(absl::string_view text);
  void BeginRelist(bool of_nodes);
  void EndRelist(bool of_nodes);

  size_t waiting() const { return waiting_; }
  size_t pods() const { return pods_.size(); }
  bool TakeChange() { return std::exchange(is_changed_, false); }

  // The topology of the nodes; the very same one as long as the nodes and the levels do not change. Errors: those of
  // Topology::Create.
  absl::StatusOr<std::shared_ptr<const Topology>> TopologyOf(const std::vector<std::string>& levels);
  // The facts of all pods. Complexity: O(pods).
  std::vector<SharedJson> Pods() const;

 private:
  using Name = std::pair<std::string, std::string>;  // namespace and name
  struct Node {
    TopologyNode facts;
    bool was_told = true;  // since BeginRelist
  };
  struct Pod {
    std::string facts;  // a document; much smaller than as Json
    std::string resource_version;
    bool waits = false;
    bool was_told = true;
  };

  struct Told;

  static absl::StatusOr<Told> ReadTold(absl::string_view text, absl::string_view kind);
  absl::StatusOr<std::string> Put(const Told& pod);
  void Remove(const Name& name);

  std::map<std::string, Node> nodes_;
  std::map<Name, Pod> pods_;
  std::shared_ptr<const Topology> topology_;  // null: the nodes changed
  size_t waiting_ = 0;
  bool is_changed_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_PLACEMENT_VIEW_H_
