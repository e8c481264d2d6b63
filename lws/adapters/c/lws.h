/* The C interface: LeaderWorkerSet's decisions for any language that can call C.
 *
 *   lws_text plan = {0}, error = {0};
 *   lws_fleet* fleet = lws_fleet_new();
 *   if (lws_fleet_add(fleet, json, strlen(json), &error) != LWS_OK) puts(error.data);
 *   lws_fleet_decide_set(fleet, "default", "vllm", now, NULL, LWS_JSON, &plan, &error);
 *   puts(plan.data);    // {"actions":[{"verb":"create","kind":"ControllerRevision",...
 *   lws_text_free(&plan);
 *   lws_text_free(&error);
 *   lws_fleet_free(fleet);
 *
 * Status: a function that can fail returns LWS_OK, or another code and a text in `error` that names the object and the
 * field. After an error nothing is changed, and the other outputs are empty. `error` may be null.
 * Memory: an lws_text whose fields are all zero is empty. The library grows it, so that it can be used for many calls,
 * and ends it with a null character that `size` does not count. lws_text_free frees its memory. Each kind of handle has
 * its own function that frees it. Inputs are borrowed for the call. A pointer with the size 0 may be null.
 * Threads: the library has no global state and starts no thread. A function may be called from any thread, at the same
 * time for different handles and texts; where one handle may be shared, the function says so.
 * Exceptions: none leaves a function. A callback must not throw, and must not free the policy of its call. Nor may it
 * use the fleet that decides: functions of that fleet are then LWS_FAILED_PRECONDITION, and lws_fleet_free waits until
 * the decision ends.
 * ABI: within a major version functions and constants are only added, and structs keep their layout.
 * Libraries: liblws.so has all but the last section, which needs a simulated cluster. liblws-testing.so has everything;
 * a program links one of the two.
 */
#ifndef LWS_ADAPTERS_C_LWS_H_
#define LWS_ADAPTERS_C_LWS_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The major version of this interface, and the SONAME of liblws.so. */
#define LWS_ABI_VERSION 0

/* The major version of the loaded library. It must equal LWS_ABI_VERSION. */
uint32_t lws_abi_version(void);
/* "0.1.0". Never freed. */
const char* lws_version(void);

/* The codes of absl::Status that occur. */
typedef int32_t lws_code;
#define LWS_OK 0
#define LWS_INVALID_ARGUMENT 3
#define LWS_NOT_FOUND 5
#define LWS_RESOURCE_EXHAUSTED 8
#define LWS_FAILED_PRECONDITION 9
#define LWS_INTERNAL 13

/* "INVALID_ARGUMENT". Never freed. */
const char* lws_code_name(lws_code code);

typedef struct lws_text {
  char* data;
  size_t size;
  size_t capacity;
} lws_text;

void lws_text_free(lws_text* text);

/* The format of bytes. In protocol buffers a state is an lws.v1.ClusterStateProto, and a plan an lws.v1.PlanProto. */
typedef int32_t lws_format;
#define LWS_JSON 0
#define LWS_PROTOBUF 1
/* Added to the format of a plan: the plan then explains each decision, for people to read. */
#define LWS_WITH_DECISIONS 256

/* ---- Admission -------------------------------------------------------------------------------------------------- */

/* Takes a LeaderWorkerSet or a DisaggregatedSet. Returns {"admitted": true, "set": {...}, "pruned": [...],
 * "warnings": [...]} or {"admitted": false, "stage": "schema", "errors": [{"field": ..., "detail": ...}]}. A refusal is
 * an answer, not an error. `old_set` is the stored set of an update; with the size 0 the set is created. */
lws_code lws_admit_set(const char* manifest, size_t manifest_size, const char* old_set, size_t old_set_size,
                       lws_text* out, lws_text* error);

/* Returns the pod as it has to be created. `scheduler_provider` is "" or "volcano". */
lws_code lws_admit_pod(const char* pod, size_t pod_size, const char* scheduler_provider, lws_text* out,
                       lws_text* error);

/* ---- Rollouts on integers --------------------------------------------------------------------------------------- */

/* The input of a rollout policy. The pointers are valid during the call. */
typedef struct lws_rollout_input {
  int32_t replicas;
  int32_t surge; /* maxSurge and maxUnavailable as numbers of groups */
  int32_t unavailable;
  int32_t spec_partition;
  int32_t updated; /* the template has just changed */
  int32_t exists;  /* the leader StatefulSet exists; the five fields below count only then */
  int32_t current_replicas;
  int32_t current_partition;
  int32_t on_delete;
  int32_t has_replicas_annotation;
  int64_t replicas_annotation; /* spec.replicas when the StatefulSet was last applied */
  /* One character for each group of [0, current_replicas). Bit 0: the group is ready. Bit 1: it has the new revision.
   * Null: no group has either bit. */
  const uint8_t* groups;
  const char* namespace_name; /* "" for lws_plan_rollout without a set */
  const char* set_name;
  int64_t now; /* nanoseconds since 1970 */
} lws_rollout_input;

typedef struct lws_rollout_step {
  int32_t partition;
  int32_t replicas;
  int32_t on_delete;     /* the StatefulSet has to use OnDelete */
  int64_t look_again_in; /* nanoseconds; negative: decide again only when something changes */
} lws_rollout_step;

/* A rollout policy of the caller. Returns LWS_OK and fills `step`, or returns another code, which ends the decision. It
 * must return the same step for the same input. Before the call partition, replicas and look_again_in are -1. The plan
 * has an error, and changes nothing, for a step without partition and replicas, for one that removes all groups of a
 * set that wants some, and for more groups than replicas + surge and current_replicas. */
typedef lws_code (*lws_rollout_function)(void* user_data, const lws_rollout_input* input, lws_rollout_step* step);

/* One step of the policy "reference", "keep-budget" or "replace-unready-first". The groups that
 * "replace-unready-first" replaces are not returned here: the plan of a decision has them. */
lws_code lws_plan_rollout(const char* policy, const lws_rollout_input* input, lws_rollout_step* step, lws_text* error);

/* ---- Policies --------------------------------------------------------------------------------------------------- */

/* The options of decisions. A policy does not change after it was made; threads may share it. */
typedef struct lws_policy lws_policy;

/* Reads {"policy": "keep-budget", "controls": {...}, "restarts": {...}, "schedulerProvider": "volcano", "rolePolicy":
 * "keep-role-budgets"}, in which every key may be absent. lws/adapters/host/policy_documents.h describes controls and
 * restarts. rolePolicy names the rollout policy of DisaggregatedSets. */
lws_code lws_policy_new(const char* document, size_t size, lws_policy** out, lws_text* error);
/* The same with a function in place of the named policy. The function is called from the threads that decide. */
lws_code lws_policy_new_with_function(const char* document, size_t size, lws_rollout_function function, void* user_data,
                                      lws_policy** out, lws_text* error);

/* A container that failed, as a restart function sees it. The pointers are good for the call. */
typedef struct lws_restart_failure {
  const char* namespace_name;
  const char* set_name;
  int32_t group;
  int32_t worker;  /* 0 is the leader */
  int32_t has_end; /* it is known how the container ended, and the two fields below are meant */
  int32_t exit_code;
  const char* reason;     /* such as "OOMKilled" */
  int64_t pod_restarts;   /* of all containers of the pod */
  int32_t group_restarts; /* so far, in this revision */
  int32_t reserved;
  int64_t now; /* nanoseconds since 1970 */
} lws_restart_failure;

typedef int32_t lws_restart_action;
#define LWS_RESTART_IGNORE 0
#define LWS_RESTART_GROUP 1
#define LWS_RESTART_FAIL_SET 2
#define LWS_RESTART_ERROR (-1) /* the function cannot tell now */

/* What a failed container leads to, in place of the rules of "restarts". With LWS_RESTART_ERROR, or another number, the
 * call that decides returns LWS_FAILED_PRECONDITION and changes nothing; the next decision asks again. It must answer
 * the same to the same. Pods that are gone, evicted or replaced always restart their
 * group, and are not asked about. */
typedef lws_restart_action (*lws_restart_function)(void* user_data, const lws_restart_failure* failure);

/* Functions of a policy; null where the document decides. */
typedef struct lws_policy_functions {
  lws_rollout_function rollout;
  lws_restart_function restart;
  void* user_data; /* of both */
} lws_policy_functions;

/* lws_policy_new with functions. With `restart` restarts have a policy even where the document has none. */
lws_code lws_policy_new_with_functions(const char* document, size_t size, const lws_policy_functions* functions,
                                       lws_policy** out, lws_text* error);
void lws_policy_free(lws_policy* policy);

/* ---- Decisions on a whole observation --------------------------------------------------------------------------- */

/* `state` is the whole state: a list of Kubernetes objects, or {"items": [...]}, or an lws.v1.ClusterStateProto. The
 * plan of the set, or of the pod, is written to `out`; it is empty if the object does not exist. `now` is nanoseconds
 * since 1970. With a null `policy` decisions are made as in the reference. Complexity: O(state).
 *
 * `kept` is what the last plan of this set, or of a pod of this group, said has to be kept. Without it restart limits,
 * backoffs, canaries and deadlines start again at each look; at the first look it is empty. It is a plan in
 * LWS_PROTOBUF, from which only the parts to keep are read. A plan in LWS_JSON has the same bytes as "kept", in base64.
 * When a plan has nothing to keep, what was kept before stays. */
lws_code lws_decide_set(const char* state, size_t state_size, lws_format state_format, const char* namespace_name,
                        const char* name, int64_t now, const lws_policy* policy, const char* kept, size_t kept_size,
                        lws_format plan_format, lws_text* out, lws_text* error);
lws_code lws_decide_pod(const char* state, size_t state_size, lws_format state_format, const char* namespace_name,
                        const char* name, int64_t now, const lws_policy* policy, const char* kept, size_t kept_size,
                        lws_format plan_format, lws_text* out, lws_text* error);

/* The same for a DisaggregatedSet. `state` is JSON with all DisaggregatedSets, LeaderWorkerSets, Services and
 * DisaggregatedSetRoleScalers. */
lws_code lws_decide_disaggregated_set(const char* state, size_t state_size, const char* namespace_name,
                                      const char* name, int64_t now, const lws_policy* policy, lws_format plan_format,
                                      lws_text* out, lws_text* error);

/* ---- The fleet: many sets, kept ready to decide ----------------------------------------------------------------- */

/* One thread at a time may use a fleet. Threads may use different fleets at the same time. */
typedef struct lws_fleet lws_fleet;

lws_fleet* lws_fleet_new(void);
void lws_fleet_free(lws_fleet* fleet);

/* The object was added or changed: it now equals its JSON. A LeaderWorkerSet is taken as it is
 * stored: from the API server, or as "set" of lws_admit_set returned it. Kinds that decisions do not use are ignored,
 * but a list is an error, as are a LeaderWorkerSet of another apiVersion and an object without a name. */
lws_code lws_fleet_add(lws_fleet* fleet, const char* object, size_t size, lws_text* error);
/* The object was deleted. Kinds that decisions do not use, and objects that the fleet does not have, are ignored. */
lws_code lws_fleet_remove(lws_fleet* fleet, const char* kind, const char* namespace_name, const char* name,
                          lws_text* error);
/* Adds all objects of a state to those that the fleet has. */
lws_code lws_fleet_load(lws_fleet* fleet, const char* state, size_t size, lws_format format, lws_text* error);

/* Saves what the plans of the fleet say has to be kept of rollouts and restarts, as an lws.v1.KeptStateProto. The next
 * process loads it before it decides. */
lws_code lws_fleet_save_kept(lws_fleet* fleet, lws_text* out, lws_text* error);
lws_code lws_fleet_load_kept(lws_fleet* fleet, const char* kept, size_t size, lws_text* error);

/* Saves the whole fleet as an lws.v1.FleetStateProto: the objects, what has to be kept, and how often pods restarted.
 * Equal fleets give equal bytes. lws_fleet_load_saved replaces everything that the fleet has. Numbers of sets,
 * revisions and nodes that were given before are invalid afterwards. Bytes that end before what is kept are
 * LWS_INVALID_ARGUMENT, as are no bytes. Complexity: O(objects log objects). */
lws_code lws_fleet_save(lws_fleet* fleet, lws_text* out, lws_text* error);
lws_code lws_fleet_load_saved(lws_fleet* fleet, const char* saved, size_t size, lws_text* error);

/* Returns the sets and pods for which something changed since the last call, in the order of the changes:
 * {"sets": [{"name": ..., "namespace": ...}], "pods": [...]}. `out` must not be null. */
lws_code lws_fleet_take_due(lws_fleet* fleet, lws_text* out, lws_text* error);

/* The same as lws_decide_set and lws_decide_pod, at the cost of what changed. The fleet itself keeps the progress of
 * rollouts and what a restart policy remembers. A restart policy reads how often containers restarted and how they
 * ended, which only JSON tells: if a pod of the group restarted and was not told as JSON, the code is
 * LWS_FAILED_PRECONDITION. */
lws_code lws_fleet_decide_set(lws_fleet* fleet, const char* namespace_name, const char* name, int64_t now,
                              const lws_policy* policy, lws_format format, lws_text* out, lws_text* error);
lws_code lws_fleet_decide_pod(lws_fleet* fleet, const char* namespace_name, const char* name, int64_t now,
                              const lws_policy* policy, lws_format format, lws_text* out, lws_text* error);

/* Pods and worker StatefulSets as numbers, for callers that look up each name once (lws/core/fleet/fleet_events.h). */
typedef struct lws_pod_facts {
  uint32_t set; /* lws_fleet_set_number */
  int32_t group;
  int32_t worker;            /* 0 is the leader */
  uint32_t node;             /* lws_fleet_node_number; read for leaders only */
  uint64_t resource_version; /* read for leaders only */
  uint32_t uid[4];
  uint32_t owner_uid[4]; /* read for workers only */
  uint16_t revision;     /* lws_fleet_revision_number */
  uint8_t phase;         /* 0 unknown, 1 pending, 2 running, 3 succeeded, 4 failed */
  uint8_t exists;
  uint8_t has_ready_condition;
  uint8_t restarted;
  uint8_t terminating;
  uint8_t reserved;
} lws_pod_facts;

typedef struct lws_workers_facts {
  uint32_t set;
  int32_t group;
  int32_t replicas;
  int32_t available_replicas;
  int32_t status_replicas;
  uint32_t uid[4];
  uint32_t leader_uid[4];
  uint16_t revision;
  uint8_t exists;
  uint8_t terminating;
  uint8_t one_revision; /* its currentRevision is its updateRevision */
  uint8_t reserved[3];
} lws_workers_facts;

lws_code lws_fleet_set_number(lws_fleet* fleet, const char* namespace_name, const char* name, uint32_t* out,
                              lws_text* error);
lws_code lws_fleet_revision_number(lws_fleet* fleet, uint32_t set, const char* key, uint16_t* out, lws_text* error);
lws_code lws_fleet_node_number(lws_fleet* fleet, const char* node, uint32_t* out, lws_text* error);
lws_code lws_fleet_tell_pods(lws_fleet* fleet, const lws_pod_facts* pods, size_t count, lws_text* error);
lws_code lws_fleet_tell_workers(lws_fleet* fleet, const lws_workers_facts* workers, size_t count, lws_text* error);

/* ---- Placement -------------------------------------------------------------------------------------------------- */

/* Takes {"nodes": [...], "levels": ["rack"], "pods": [...], "sets": [...], "required": "rack", "preferred": ...,
 * "subgroup": ..., "exclusive": ..., "profile": "best-fit" | "least-free" | "balanced", "keepEmpty": true, "cuboid":
 * {"size": [2, 2, 4], "grid": [4, 4, 8], "coordinates": ["x", "y", "z"], "wrap": [true, true, true], "turn": true}}.
 * Nodes, pods and sets are Kubernetes objects. "pods" and all keys after "sets" may be absent. With "keepEmpty", a
 * domain that is in use comes before an empty one that is equally tight. With "cuboid", the nodes of each group form a
 * contiguous cuboid of this size: "grid" says how many nodes stand along each axis, "coordinates" which node labels
 * hold their coordinates, "wrap" on which axes the last node is a neighbour of the first one, and "turn" whether the
 * cuboid may lie along other axes; the last two may be absent. With "required", each domain of that level is a grid.
 * Returns {"groups": [{"namespace", "set", "index", "assignment": [{"rank", "node"}]}]}. A group without a place has
 * the assignment null, a "reason" and the best that was found. "notLookedAt" lists the constraints that were not
 * checked and may still keep a pod from its node. */
lws_code lws_place(const char* request, size_t size, lws_text* out, lws_text* error);

/* Nodes and what is free on them, kept between requests. One thread at a time may use a handle; different handles may
 * be used at the same time. */
typedef struct lws_capacity lws_capacity;

/* Takes {"nodes": [...], "levels": [...], "pods": [...]}, with the meaning that they have for lws_place. */
lws_code lws_capacity_new(const char* cluster, size_t size, lws_capacity** out, lws_text* error);
void lws_capacity_free(lws_capacity* capacity);
/* The same as lws_place for a request without "nodes", "levels" and "pods". Groups that fit hold their nodes until they
 * are released or the handle is freed. If a group already holds nodes, or is in the request twice, the code is
 * LWS_FAILED_PRECONDITION. An error changes nothing. */
lws_code lws_capacity_place(lws_capacity* capacity, const char* request, size_t size, lws_text* out, lws_text* error);
/* Frees the nodes of the group. The code is LWS_NOT_FOUND if the group holds none. */
lws_code lws_capacity_release(lws_capacity* capacity, const char* namespace_name, const char* set_name, int32_t group,
                              lws_text* error);
/* Takes the room of pods that were not placed by this handle. `pods` is a list of pods. */
lws_code lws_capacity_use_pods(lws_capacity* capacity, const char* pods, size_t size, lws_text* error);

/* ---- Scenarios and checks, of liblws-testing.so ------------------------------------------------------------------ */

/* Runs a manifest in a simulated cluster. `scenario` is a scenario file as JSON, which may have "expect" like the files
 * of `lwsctl test`; with the size 0 it is the default scenario. The report has "finished", "seconds", "lowestReady",
 * "promisedReady", "countedOn", "podsCreated", "groupsRestarted", "surgeUsed", "timeline", "unmet" and "html". The
 * policy's restarts and controls override those of the scenario. A function of the policy that fails ends the run with
 * its code, which is a way to stop a run. LWS_INVALID_ARGUMENT ends it when the rollout function does not come to rest:
 * it is asked more than 20,000 times, and 1,000 times for each group, or a tenth of that within a second of the
 * cluster. */
lws_code lws_run_scenario(const char* manifest, size_t manifest_size, const char* scenario, size_t scenario_size,
                          uint64_t seed, const lws_policy* policy, lws_text* out, lws_text* error);

/* Whether the policy's rollouts keep the promise of a budget whatever happens. `world` is {"replicas": 3, "maxSurge":
 * 1, "maxUnavailable": 1, "partition": 0, "faults": 1, "edits": 0, "lag": false, "fromEveryState": false, "states":
 * 1000000, "order": "any" | "highest-first" | "max-unavailable"}, each of which may be absent; replicas and maxSurge
 * and edits are at most seven together. The answer is {"states", "transitions", "complete", "brokenLaw", "trace"}:
 * brokenLaw is "" when all laws are kept, and the trace is a shortest way to break it. The policy's function is asked
 * about every state. */
lws_code lws_check_rollout(const char* world, size_t size, const lws_policy* policy, lws_text* out, lws_text* error);

#ifdef __cplusplus
}
#endif

#endif /* LWS_ADAPTERS_C_LWS_H_ */
