// Names that LeaderWorkerSet, and the Kubernetes objects it writes, agree on.
//
//   pod["metadata"]["labels"][lws::kGroupIndexLabel] = "3";
//
// Constants only. Source of all of them: the LeaderWorkerSet API, group leaderworkerset.x-k8s.io/v1.
#ifndef LWS_API_WELL_KNOWN_H_
#define LWS_API_WELL_KNOWN_H_

namespace lws {

inline constexpr char kApiVersion[] = "leaderworkerset.x-k8s.io/v1";
inline constexpr char kKind[] = "LeaderWorkerSet";
inline constexpr char kFieldManager[] = "lws";

// On every owned object and pod: the set's name.
inline constexpr char kNameLabel[] = "leaderworkerset.sigs.k8s.io/name";
// On StatefulSets, pods, ControllerRevisions and PodGroups: the revision key.
inline constexpr char kRevisionLabel[] = "leaderworkerset.sigs.k8s.io/template-revision-hash";
inline constexpr char kGroupIndexLabel[] = "leaderworkerset.sigs.k8s.io/group-index";
// Kubernetes' own label, on nodes.
inline constexpr char kHostnameLabel[] = "kubernetes.io/hostname";
// 40 hex digits that name one group of one namespace.
inline constexpr char kGroupKeyLabel[] = "leaderworkerset.sigs.k8s.io/group-key";
// "0" on a leader.
inline constexpr char kWorkerIndexLabel[] = "leaderworkerset.sigs.k8s.io/worker-index";
inline constexpr char kSubGroupIndexLabel[] = "leaderworkerset.sigs.k8s.io/subgroup-index";
inline constexpr char kSubGroupKeyLabel[] = "leaderworkerset.sigs.k8s.io/subgroup-key";

inline constexpr char kSizeAnnotation[] = "leaderworkerset.sigs.k8s.io/size";
// On the leader StatefulSet: spec.replicas when it was last applied.
inline constexpr char kReplicasAnnotation[] = "leaderworkerset.sigs.k8s.io/replicas";
// On worker pods only: the leader pod's name.
inline constexpr char kLeaderNameAnnotation[] = "leaderworkerset.sigs.k8s.io/leader-name";
inline constexpr char kExclusiveTopologyAnnotation[] = "leaderworkerset.sigs.k8s.io/exclusive-topology";
inline constexpr char kSubGroupExclusiveTopologyAnnotation[] =
    "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology";
inline constexpr char kSubGroupSizeAnnotation[] = "leaderworkerset.sigs.k8s.io/subgroup-size";
inline constexpr char kSubGroupPolicyTypeAnnotation[] = "leaderworkerset.sigs.k8s.io/subgroup-policy-type";
inline constexpr char kSubdomainPolicyAnnotation[] = "leaderworkerset.sigs.k8s.io/subdomainPolicy";
inline constexpr char kLeaderRequestsTpusAnnotation[] = "leaderworkerset.sigs.k8s.io/leader-requests-tpus";
// On a set, with any value: groups are only restarted after all of their pods have started.
inline constexpr char kRecreateGroupAfterStartAnnotation[] =
    "leaderworkerset.sigs.k8s.io/experimental-recreate-group-after-start";

inline constexpr char kLeaderAddressEnv[] = "LWS_LEADER_ADDRESS";
inline constexpr char kGroupSizeEnv[] = "LWS_GROUP_SIZE";
inline constexpr char kWorkerIndexEnv[] = "LWS_WORKER_INDEX";

inline constexpr char kTpuResource[] = "google.com/tpu";
inline constexpr char kTpuWorkerHostnamesEnv[] = "TPU_WORKER_HOSTNAMES";
inline constexpr char kTpuWorkerIdEnv[] = "TPU_WORKER_ID";
inline constexpr char kTpuNameEnv[] = "TPU_NAME";
inline constexpr char kTpuProcessAddressesEnv[] = "TPU_PROCESS_ADDRESSES";
inline constexpr char kTpuProcessPortEnv[] = "TPU_PROCESS_PORT";

// The kind that Volcano reads for gang scheduling.
inline constexpr char kPodGroupApiVersion[] = "scheduling.volcano.sh/v1beta1";
inline constexpr char kPodGroupKind[] = "PodGroup";
inline constexpr char kPodGroupNameAnnotation[] = "scheduling.k8s.io/group-name";
inline constexpr char kVolcanoQueueAnnotation[] = "scheduling.volcano.sh/queue-name";
inline constexpr char kVolcanoAnnotationPrefix[] = "volcano.sh/";

// Values of the API's enumerations.
inline constexpr char kRecreateGroupOnPodRestart[] = "RecreateGroupOnPodRestart";
inline constexpr char kRecreateGroupAfterStart[] = "RecreateGroupAfterStart";
inline constexpr char kRestartPolicyNone[] = "None";
inline constexpr char kRestartPolicyDefault[] = "Default";  // an old name of None
inline constexpr char kLeaderCreated[] = "LeaderCreated";
inline constexpr char kLeaderReady[] = "LeaderReady";
inline constexpr char kRollingUpdate[] = "RollingUpdate";
inline constexpr char kSubdomainShared[] = "Shared";
inline constexpr char kSubdomainUniquePerReplica[] = "UniquePerReplica";
inline constexpr char kSubGroupLeaderWorker[] = "LeaderWorker";
inline constexpr char kSubGroupLeaderExcluded[] = "LeaderExcluded";

}  // namespace lws

#endif  // LWS_API_WELL_KNOWN_H_
