// What decisions read of the objects in a cluster, and nothing else.
//
//   absl::StatusOr<lws::ObservedPod> observed = lws::ObservePod(pod);
//   observed->ready();    // true: phase Running, condition Ready True
//
// The functions project a Kubernetes object once, at the edge. A host with typed objects fills the structs itself. An
// absent text is empty where empty and absent mean the same, else nullopt.
//
// Thread-safety: values; all functions here may be called concurrently.
#ifndef LWS_API_OBSERVED_H_
#define LWS_API_OBSERVED_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/json.h"

namespace lws {

// What every object has.
struct ObservedMeta {
  std::string namespace_name;
  std::string name;
  std::string uid;
  std::string resource_version;
  bool terminating = false;  // a deletion timestamp is set

  // The owner reference with controller true.
  struct Controller {
    std::string kind;
    std::string name;
    std::string uid;
  };
  std::optional<Controller> controller;

  // Labels of well_known.h.
  std::string set_name;
  std::string revision_key;
  std::optional<std::string> group_index;
  // GroupInName(*this), or -1 when nobody computed it. Decisions are the same with -1, only slower.
  int32_t group_in_name = -1;
};

// The group index of an object that is named SET-INDEX after its labels, as leader pods and worker StatefulSets are; -1
// for any other. Complexity: O(name).
int32_t GroupInName(const ObservedMeta& meta);

enum class PodPhase { kUnknown, kPending, kRunning, kSucceeded, kFailed };

// kUnknown for any other text.
PodPhase ReadPodPhase(absl::string_view phase);

// Succeeded or Failed. Such a pod does not use its node any more.
inline bool IsFinishedPhase(PodPhase phase) { return phase == PodPhase::kSucceeded || phase == PodPhase::kFailed; }

struct ObservedPod {
  ObservedMeta meta;
  std::optional<std::string> worker_index;  // label
  std::string group_key;                    // label
  std::optional<std::string> leader_name;   // annotation
  std::string pod_group_name;               // annotation
  PodPhase phase = PodPhase::kUnknown;
  bool has_ready_condition = false;  // the first condition of type Ready is True
  bool restarted = false;            // some container or init container has restarted
  bool requests_tpus = false;        // some container or init container asks for TPUs
  std::string node_name;

  bool ready() const { return phase == PodPhase::kRunning && has_ready_condition; }
  bool is_leader() const { return worker_index == "0"; }
};

struct ObservedStatefulSet {
  ObservedMeta meta;
  int32_t replicas = 1;
  int32_t partition = 0;
  bool on_delete = false;  // the update strategy
  std::optional<std::string> replicas_annotation;
  int32_t status_replicas = 0;
  int32_t available_replicas = 0;
  std::string current_revision;
  std::string update_revision;
  // The fields that the manager `lws` applied, with their present values; null when the object does not say.
  SharedJson applied;
  // DigestOfAppliedStatefulSet(*applied), for a StatefulSet without a group index. Decisions are the same with "", only
  // slower.
  std::string applied_core;
};

struct ObservedRevision {
  ObservedMeta meta;
  int64_t number = 0;
  std::string data;  // canonical JSON
  // Whether IsReadableRevision(data) is known to be true. If false, each look at a leader reads `data` again.
  bool is_known_to_read = false;
};

struct ObservedService {
  ObservedMeta meta;
};

struct ObservedPodGroup {
  ObservedMeta meta;
};

struct ObservedNode {
  std::string name;
  std::map<std::string, std::string> labels;
};

// Errors of all functions: InvalidArgument naming the object and the field, for a value of another type than the
// field's. Complexity: O(object).
absl::StatusOr<ObservedMeta> ObserveMeta(const Json& object);  // of any kind
absl::StatusOr<ObservedPod> ObservePod(const Json& object);
absl::StatusOr<ObservedStatefulSet> ObserveStatefulSet(const Json& object);
absl::StatusOr<ObservedRevision> ObserveRevision(const Json& object);
absl::StatusOr<ObservedService> ObserveService(const Json& object);
absl::StatusOr<ObservedPodGroup> ObservePodGroup(const Json& object);
absl::StatusOr<ObservedNode> ObserveNode(const Json& object);

}  // namespace lws

#endif  // LWS_API_OBSERVED_H_
