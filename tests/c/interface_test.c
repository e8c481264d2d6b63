/* The C interface from C: every function once, its answers and its errors. placement_test.c has those of placement. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lws/adapters/c/lws.h"
#include "tests/c/checked_calls.h"

/* The set as it is stored, in `out`, which the caller frees. */
static void Admitted(const char* manifest, lws_text* out) {
  lws_text admission = {0}, error = {0};
  Expect(lws_admit_set(manifest, strlen(manifest), NULL, 0, &admission, &error) == LWS_OK, "admission", &error);
  Expect(Has(&admission, "\"admitted\":true"), "the set is admitted", &admission);
  const char* set = strstr(admission.data, "\"set\":");
  if (set == NULL || strstr(set, ",\"warnings\":") == NULL) exit(1);
  /* The keys are sorted: the warnings follow. */
  const char* end = strstr(set, ",\"warnings\":");
  const size_t size = (size_t)(end - set) - strlen("\"set\":");
  *out = (lws_text){0};
  out->data = malloc(size + 1);
  memcpy(out->data, set + strlen("\"set\":"), size);
  out->data[size] = '\0';
  out->size = size;
  out->capacity = size + 1;
  lws_text_free(&admission);
  lws_text_free(&error);
}

static void TestAdmission(void) {
  lws_text out = {0}, error = {0};
  const char bad[] =
      "{\"kind\": \"LeaderWorkerSet\", \"metadata\": {\"name\": \"x\", \"namespace\": \"n\"},"
      " \"spec\": {\"replicas\": -1}}";
  Expect(lws_admit_set(bad, strlen(bad), NULL, 0, &out, &error) == LWS_OK, "a refusal is an answer", &error);
  Expect(Has(&out, "\"admitted\":false") && Has(&out, "spec"), "the refusal names the field", &out);
  Expect(lws_admit_set("{", 1, NULL, 0, &out, &error) == LWS_INVALID_ARGUMENT, "no JSON", &error);
  Expect(Has(&error, "manifest: parse error at line 1") && out.size == 0, "the error names the argument and the line",
         &error);
  Expect(lws_admit_set(NULL, 1, NULL, 0, &out, &error) == LWS_INVALID_ARGUMENT, "null", &error);
  const char pod[] =
      "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"demo-1\", \"namespace\": \"default\","
      " \"labels\": {\"leaderworkerset.sigs.k8s.io/name\": \"demo\","
      " \"leaderworkerset.sigs.k8s.io/worker-index\": \"0\"},"
      " \"annotations\": {\"leaderworkerset.sigs.k8s.io/size\": \"2\"}},"
      " \"spec\": {\"containers\": [{\"name\": \"main\"}]}}";
  Expect(lws_admit_pod(pod, strlen(pod), "", &out, &error) == LWS_OK, "a pod is admitted", &error);
  Expect(Has(&out, "LWS_LEADER_ADDRESS"), "the pod has its environment", &out);
  Expect(lws_admit_pod(pod, strlen(pod), "x", &out, &error) == LWS_INVALID_ARGUMENT, "no such provider", &error);
  lws_text_free(&out);
  lws_text_free(&error);
}

static lws_code Never(void* user_data, const lws_rollout_input* input, lws_rollout_step* step) {
  ++*(int*)user_data;
  if (strcmp(input->set_name, "demo") != 0 || input->now != 7) return LWS_INTERNAL;
  step->partition = input->exists ? input->current_partition : 0;
  step->replicas = input->replicas;
  step->look_again_in = 5000000000;
  return LWS_OK;
}

static lws_code Refuse(void* user_data, const lws_rollout_input* input, lws_rollout_step* step) {
  (void)user_data, (void)input, (void)step;
  return LWS_FAILED_PRECONDITION;
}

static void TestDecisions(const lws_text* set) {
  lws_text plan = {0}, saved = {0}, error = {0};
  char* state = malloc(set->size + 3);
  sprintf(state, "[%s]", set->data);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "demo", 7, NULL, NULL, 0, LWS_JSON, &plan, &error) ==
             LWS_OK,
         "a decision", &error);
  Expect(Has(&plan, "\"kind\":\"StatefulSet\"") && Has(&plan, "\"kind\":\"ControllerRevision\""), "a plan", &plan);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "absent", 7, NULL, NULL, 0, LWS_JSON, &plan,
                        &error) == LWS_OK &&
             Has(&plan, "\"actions\":[]"),
         "a set that is absent has an empty plan", &plan);
  Expect(lws_decide_set("[1]", 3, LWS_JSON, "a", "b", 7, NULL, NULL, 0, LWS_JSON, &plan, &error) != LWS_OK, "no object",
         &error);
  Expect(lws_decide_set(state, strlen(state), 9, "a", "b", 7, NULL, NULL, 0, LWS_JSON, &plan, &error) ==
             LWS_INVALID_ARGUMENT,
         "no format", &error);

  int calls = 0;
  lws_policy* policy = NULL;
  Expect(lws_policy_new_with_function(NULL, 0, Never, &calls, &policy, &error) == LWS_OK, "a policy", &error);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "demo", 7, policy, NULL, 0, LWS_JSON, &plan,
                        &error) == LWS_OK,
         "a decision by the caller's policy", &error);
  Expect(calls > 0 && Has(&plan, "\"requeueAfterSeconds\":5.0"), "the policy was asked, and looks again", &plan);
  lws_policy_free(policy);
  Expect(lws_policy_new_with_function(NULL, 0, Refuse, NULL, &policy, &error) == LWS_OK, "a policy", &error);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "demo", 7, policy, NULL, 0, LWS_JSON, &plan,
                        &error) == LWS_OK &&
             Has(&plan, "refuses default/demo"),
         "a policy that refuses is an error of the plan", &plan);
  lws_policy_free(policy);
  Expect(lws_policy_new("{\"policy\": \"fastest\"}", 21, &policy, &error) == LWS_INVALID_ARGUMENT && policy == NULL,
         "no such policy", &error);

  const char controls[] = "{\"policy\": \"keep-budget\", \"controls\": {\"progressDeadline\": \"10m\"}}";
  Expect(lws_policy_new(controls, strlen(controls), &policy, &error) == LWS_OK, "controls", &error);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "demo", 7, policy, NULL, 0, LWS_PROTOBUF, &saved,
                        &error) == LWS_OK &&
             saved.size > 0,
         "a plan as protocol buffers", &error);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "demo", 8, policy, saved.data, saved.size, LWS_JSON,
                        &plan, &error) == LWS_OK,
         "what was kept is taken", &error);
  Expect(lws_decide_set(state, strlen(state), LWS_JSON, "default", "demo", 8, policy, "\xff", 1, LWS_JSON, &plan,
                        &error) == LWS_INVALID_ARGUMENT,
         "kept bytes that do not read", &error);
  lws_policy_free(policy);
  free(state);
  lws_text_free(&plan);
  lws_text_free(&saved);
  lws_text_free(&error);
}

static void TestDisaggregated(void) {
  static const char kRoles[] =
      "{\"apiVersion\": \"disaggregatedset.x-k8s.io/v1\", \"kind\": \"DisaggregatedSet\","
      " \"metadata\": {\"name\": \"llm\", \"namespace\": \"default\", \"uid\": \"d\"}, \"spec\": {\"roles\": ["
      "{\"name\": \"prefill\", \"spec\": {\"replicas\": 1, \"leaderWorkerTemplate\": {\"size\": 1, \"workerTemplate\":"
      " {\"spec\": {\"containers\": [{\"name\": \"main\", \"image\": \"demo:1\"}]}}}}},"
      "{\"name\": \"decode\", \"spec\": {\"replicas\": 1, \"leaderWorkerTemplate\": {\"size\": 1, \"workerTemplate\":"
      " {\"spec\": {\"containers\": [{\"name\": \"main\", \"image\": \"demo:1\"}]}}}}}]}}";
  lws_text set = {0}, plan = {0}, error = {0};
  Admitted(kRoles, &set);
  char* state = malloc(set.size + 3);
  sprintf(state, "[%s]", set.data);
  lws_policy* policy = NULL;
  const char careful[] = "{\"rolePolicy\": \"keep-role-budgets\"}";
  Expect(lws_policy_new(careful, strlen(careful), &policy, &error) == LWS_OK, "a policy for roles", &error);
  Expect(lws_decide_disaggregated_set(state, strlen(state), "default", "llm", 7, policy, LWS_JSON, &plan, &error) ==
             LWS_OK,
         "a decision on roles", &error);
  Expect(Has(&plan, "-prefill") && Has(&plan, "-decode") && Has(&plan, "\"kind\":\"LeaderWorkerSet\""),
         "a set for each role", &plan);
  lws_policy_free(policy);
  const char unknown[] = "{\"rolePolicy\": \"fastest\"}";
  Expect(lws_policy_new(unknown, strlen(unknown), &policy, &error) == LWS_INVALID_ARGUMENT && Has(&error, "fastest"),
         "no such policy for roles", &error);
  Expect(
      lws_decide_disaggregated_set("3", 1, "default", "llm", 7, NULL, LWS_JSON, &plan, &error) == LWS_INVALID_ARGUMENT,
      "no list of objects", &error);
  free(state);
  lws_text_free(&set);
  lws_text_free(&plan);
  lws_text_free(&error);
}

static void TestFleet(const lws_text* set) {
  lws_text out = {0}, error = {0};
  lws_fleet* fleet = lws_fleet_new();
  Expect(lws_fleet_add(fleet, set->data, set->size, &error) == LWS_OK, "a set is added", &error);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && Has(&out, "\"name\":\"demo\""), "the set is due", &out);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && !Has(&out, "demo"), "and then no more", &out);
  Expect(lws_fleet_decide_set(fleet, "default", "demo", 7, NULL, LWS_JSON, &out, &error) == LWS_OK &&
             Has(&out, "\"kind\":\"StatefulSet\""),
         "a plan", &out);
  const char bad[] = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": 3}";
  Expect(lws_fleet_add(fleet, bad, strlen(bad), &error) == LWS_INVALID_ARGUMENT && Has(&error, "metadata"),
         "a pod that does not read", &error);
  const char bare[] = "{\"kind\": \"Pod\", \"metadata\": {\"namespace\": \"default\", \"name\": \"p\"}}";
  Expect(lws_fleet_add(fleet, bare, strlen(bare), &error) == LWS_INVALID_ARGUMENT && Has(&error, "apiVersion: not set"),
         "an object that does not say what it is", &error);
  uint32_t number = 0;
  uint16_t revision = 0;
  Expect(lws_fleet_set_number(fleet, "default", "demo", &number, &error) == LWS_OK, "a number", &error);
  Expect(lws_fleet_revision_number(fleet, number, "k", &revision, &error) == LWS_OK, "a revision's number", &error);
  lws_pod_facts pod = {0};
  pod.set = number;
  pod.exists = 1;
  pod.phase = 2;
  pod.revision = revision;
  pod.uid[0] = 1;
  Expect(lws_fleet_tell_pods(fleet, &pod, 1, &error) == LWS_OK, "a pod is told", &error);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && Has(&out, "demo-0"), "the pod is due", &out);
  Expect(lws_fleet_decide_pod(fleet, "default", "demo-0", 7, NULL, LWS_JSON, &out, &error) == LWS_OK &&
             Has(&out, "\"requeueAfterSeconds\":1.0"),
         "the leader waits for its revision", &out);
  pod.group = -1;
  Expect(lws_fleet_tell_pods(fleet, &pod, 1, &error) == LWS_INVALID_ARGUMENT, "a group that is none", &error);
  pod.phase = 9;
  Expect(lws_fleet_tell_pods(fleet, &pod, 1, &error) == LWS_INVALID_ARGUMENT && Has(&error, "phase: 9"),
         "a phase that is none", &error);
  Expect(lws_fleet_remove(fleet, "LeaderWorkerSet", "default", "demo", &error) == LWS_OK, "the set is gone", &error);
  Expect(lws_fleet_decide_set(fleet, "default", "demo", 7, NULL, LWS_JSON, &out, &error) == LWS_OK &&
             Has(&out, "\"actions\":[]"),
         "and has an empty plan", &out);
  lws_fleet_free(fleet);
  lws_fleet_free(NULL);
  lws_text_free(&out);
  lws_text_free(&error);
}

static const char kPod[] =
    "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"%s\", \"namespace\": \"default\","
    " \"uid\": \"00000000-0000-4000-8000-00000000000%d\", \"resourceVersion\": \"7\", \"labels\": {"
    "\"leaderworkerset.sigs.k8s.io/name\": \"demo\", \"leaderworkerset.sigs.k8s.io/group-index\": \"0\","
    " \"leaderworkerset.sigs.k8s.io/worker-index\": \"%d\","
    " \"leaderworkerset.sigs.k8s.io/template-revision-hash\": \"k\"},"
    " \"ownerReferences\": [{\"apiVersion\": \"apps/v1\", \"kind\": \"StatefulSet\", \"controller\": true,"
    " \"name\": \"%s\", \"uid\": \"%s\"}]}, \"status\": {\"phase\": \"Running\", \"containerStatuses\": ["
    "{\"restartCount\": %d, \"lastState\": {\"terminated\": {\"exitCode\": 3, \"reason\": \"Error\"}}}]}}";

static const char kWorkers[] =
    "{\"apiVersion\": \"apps/v1\", \"kind\": \"StatefulSet\", \"metadata\": {\"name\": \"demo-0\","
    " \"namespace\": \"default\", \"uid\": \"workers\", \"labels\": {"
    "\"leaderworkerset.sigs.k8s.io/name\": \"demo\", \"leaderworkerset.sigs.k8s.io/group-index\": \"0\","
    " \"leaderworkerset.sigs.k8s.io/template-revision-hash\": \"k\"},"
    " \"ownerReferences\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"controller\": true, \"name\": \"demo-0\","
    " \"uid\": \"00000000-0000-4000-8000-000000000001\"}]}, \"spec\": {\"replicas\": 1}}";

static void AddPod(lws_fleet* fleet, int worker, int restarts) {
  lws_text error = {0};
  char pod[2048];
  snprintf(pod, sizeof pod, kPod, worker == 0 ? "demo-0" : "demo-0-1", worker + 1, worker,
           worker == 0 ? "demo" : "demo-0", worker == 0 ? "leaders" : "workers", restarts);
  Expect(lws_fleet_add(fleet, pod, strlen(pod), &error) == LWS_OK, "a pod is added", &error);
  lws_text_free(&error);
}

/* The set and its first group, which runs. */
static lws_fleet* FleetWithGroup(const lws_text* set) {
  lws_text out = {0}, error = {0};
  lws_fleet* fleet = lws_fleet_new();
  Expect(lws_fleet_add(fleet, set->data, set->size, &error) == LWS_OK, "a set", &error);
  Expect(lws_fleet_add(fleet, kWorkers, strlen(kWorkers), &error) == LWS_OK, "workers", &error);
  AddPod(fleet, 0, 0);
  AddPod(fleet, 1, 0);
  lws_fleet_take_due(fleet, &out, &error);
  lws_text_free(&out);
  lws_text_free(&error);
  return fleet;
}

/* Whether the decision on the worker deletes the leader. */
static int Restarts(lws_fleet* fleet, const lws_policy* policy) {
  lws_text out = {0}, error = {0};
  Expect(lws_fleet_decide_pod(fleet, "default", "demo-0-1", 7, policy, LWS_JSON, &out, &error) == LWS_OK,
         "a decision on a worker", &error);
  const int restarts = Has(&out, "\"verb\":\"delete\"") && Has(&out, "\"foreground\":true");
  lws_text_free(&out);
  lws_text_free(&error);
  return restarts;
}

static lws_restart_action Judge(void* user_data, const lws_restart_failure* failure) {
  ++*(int*)user_data;
  const int is_right = strcmp(failure->namespace_name, "default") == 0 && strcmp(failure->set_name, "demo") == 0 &&
                       failure->group == 0 && failure->worker == 1 && failure->has_end && failure->exit_code == 3 &&
                       strcmp(failure->reason, "Error") == 0 && failure->now == 7 && failure->group_restarts == 0;
  if (!is_right) return LWS_RESTART_FAIL_SET;
  return failure->pod_restarts > 2 ? LWS_RESTART_GROUP : LWS_RESTART_IGNORE;
}

static void TestRestarts(const lws_text* set) {
  lws_text out = {0}, error = {0};
  lws_policy* policy = NULL;
  const char rules[] = "{\"restarts\": {\"atMost\": 5}}";
  Expect(lws_policy_new(rules, strlen(rules), &policy, &error) == LWS_OK, "rules", &error);
  lws_fleet* fleet = FleetWithGroup(set);
  Expect(!Restarts(fleet, policy), "nothing failed", NULL);
  AddPod(fleet, 1, 1);
  Expect(Restarts(fleet, policy) && Restarts(fleet, policy), "a worker restarted, and its group is owed a restart",
         NULL);
  Expect(lws_fleet_save_kept(fleet, &out, &error) == LWS_OK && out.size > 0, "the memory is kept", &error);
  lws_fleet_free(fleet);
  lws_policy_free(policy);

  int calls = 0;
  lws_policy_functions functions = {NULL, Judge, &calls};
  Expect(lws_policy_new_with_functions(NULL, 0, &functions, &policy, &error) == LWS_OK, "a function", &error);
  fleet = FleetWithGroup(set);
  Expect(!Restarts(fleet, policy), "nothing failed", NULL);
  AddPod(fleet, 1, 1);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && Has(&out, "demo-0-1"), "the pod is due", &out);
  Expect(!Restarts(fleet, policy) && calls == 1, "the function ignores the first failures", NULL);
  AddPod(fleet, 1, 3);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && Has(&out, "demo-0-1"), "it restarted again, and is due",
         &out);
  AddPod(fleet, 1, 3);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && !Has(&out, "demo-0-1"), "nothing changed", &out);

  /* Another process goes on with what was saved: the restarts that it remembers are not counted again. */
  lws_text saved = {0}, again = {0};
  Expect(lws_fleet_save(fleet, &saved, &error) == LWS_OK && saved.size > 0, "the whole fleet", &error);
  lws_fleet* loaded = lws_fleet_new();
  Expect(lws_fleet_load_saved(loaded, saved.data, saved.size, &error) == LWS_OK, "is loaded", &error);
  Expect(lws_fleet_save(loaded, &again, &error) == LWS_OK && again.size == saved.size &&
             memcmp(again.data, saved.data, saved.size) == 0,
         "and has equal bytes", &error);
  Expect(Restarts(loaded, policy) && Restarts(fleet, policy) && calls == 3, "both decide alike", NULL);
  Expect(lws_fleet_load_saved(loaded, "\xff", 1, &error) == LWS_INVALID_ARGUMENT && Has(&error, "FleetStateProto"),
         "bytes that are none", &error);
  Expect(Restarts(loaded, policy), "change nothing", NULL);
  Expect(lws_fleet_load_saved(loaded, NULL, 0, &error) == LWS_INVALID_ARGUMENT, "no bytes", &error);
  Expect(lws_fleet_load_saved(loaded, saved.data, saved.size / 2, &error) == LWS_INVALID_ARGUMENT, "half", &error);
  lws_fleet_free(loaded);
  lws_fleet_free(fleet);

  /* A pod that restarted, told as a number. */
  fleet = FleetWithGroup(set);
  lws_pod_facts pod = {0};
  uint16_t revision = 0;
  lws_fleet_set_number(fleet, "default", "demo", &pod.set, &error);
  lws_fleet_revision_number(fleet, pod.set, "k", &revision, &error);
  pod.revision = revision;
  pod.worker = 1;
  pod.exists = pod.restarted = 1;
  pod.phase = 2;
  Expect(lws_fleet_tell_pods(fleet, &pod, 1, &error) == LWS_OK, "a fact", &error);
  Expect(lws_fleet_decide_pod(fleet, "default", "demo-0-1", 7, policy, LWS_JSON, &out, &error) ==
                 LWS_FAILED_PRECONDITION &&
             Has(&error, "demo-0-1"),
         "a restart policy needs to know how often", &error);
  lws_fleet_free(fleet);
  lws_policy_free(policy);
  Expect(lws_policy_new_with_functions(NULL, 0, NULL, &policy, &error) == LWS_INVALID_ARGUMENT && policy == NULL,
         "no functions", &error);
  lws_text_free(&saved);
  lws_text_free(&again);
  lws_text_free(&out);
  lws_text_free(&error);
}

static void TestRollout(void) {
  lws_text error = {0};
  const uint8_t groups[] = {1, 1, 1, 1};
  lws_rollout_input input = {0};
  input.replicas = 4;
  input.unavailable = 1;
  input.exists = 1;
  input.current_replicas = 4;
  input.current_partition = 4;
  input.has_replicas_annotation = 1;
  input.replicas_annotation = 4;
  input.groups = groups;
  lws_rollout_step step = {0};
  Expect(lws_plan_rollout("keep-budget", &input, &step, &error) == LWS_OK, "a step", &error);
  Expect(step.partition == 3 && step.replicas == 4, "one group is released", &error);
  Expect(lws_plan_rollout("fastest", &input, &step, &error) == LWS_INVALID_ARGUMENT, "no such policy", &error);
  lws_text_free(&error);
}

/* Fails until it is told the third restart, and then fails the set. */
static lws_restart_action FailsAtFirst(void* user_data, const lws_restart_failure* failure) {
  ++*(int*)user_data;
  return failure->pod_restarts < 3 ? LWS_RESTART_ERROR : LWS_RESTART_FAIL_SET;
}

static void TestRestartFunctionThatFails(const lws_text* set) {
  lws_text out = {0}, before = {0}, error = {0};
  int calls = 0;
  lws_policy* policy = NULL;
  lws_policy_functions functions = {NULL, FailsAtFirst, &calls};
  Expect(lws_policy_new_with_functions(NULL, 0, &functions, &policy, &error) == LWS_OK, "a function", &error);
  lws_fleet* fleet = FleetWithGroup(set);
  Expect(!Restarts(fleet, policy), "nothing failed", NULL);
  AddPod(fleet, 1, 1);
  lws_fleet_save(fleet, &before, &error);
  for (int i = 1; i <= 2; ++i) {
    Expect(lws_fleet_decide_pod(fleet, "default", "demo-0-1", 7, policy, LWS_JSON, &out, &error) ==
                   LWS_FAILED_PRECONDITION &&
               Has(&error, "default/demo") && out.size == 0 && calls == i,
           "the decision fails, and the next one asks again", &error);
  }
  lws_fleet_save(fleet, &out, &error);
  Expect(out.size == before.size && memcmp(out.data, before.data, out.size) == 0, "nothing was kept", NULL);
  Expect(lws_run_scenario(kManifest, strlen(kManifest), NULL, 0, 1, policy, &out, &error) == LWS_FAILED_PRECONDITION,
         "a run ends with the error", &error);

  /* The set has to tell that it failed. Another fleet in its place has nothing to tell. */
  AddPod(fleet, 1, 3);
  lws_fleet_take_due(fleet, &out, &error);
  Expect(!Restarts(fleet, policy), "the set fails", NULL);
  lws_fleet* empty = lws_fleet_new();
  lws_fleet_save(empty, &out, &error);
  Expect(lws_fleet_load_saved(fleet, out.data, out.size, &error) == LWS_OK, "an empty fleet", &error);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && !Has(&out, "demo"), "in which nothing is due", &out);
  lws_fleet_free(empty);
  lws_fleet_free(fleet);
  lws_policy_free(policy);
  lws_text_free(&out);
  lws_text_free(&before);
  lws_text_free(&error);
}

/* Releases all groups at once. */
static lws_code Rush(void* user_data, const lws_rollout_input* input, lws_rollout_step* step) {
  (void)user_data;
  step->partition = 0;
  step->replicas = input->replicas;
  return LWS_OK;
}

static void TestCheck(void) {
  lws_text out = {0}, error = {0};
  const char world[] = "{\"replicas\": 3, \"maxUnavailable\": 1, \"faults\": 1}";
  lws_policy* policy = NULL;
  Expect(lws_policy_new("{\"policy\": \"keep-budget\"}", 25, &policy, &error) == LWS_OK, "a policy", &error);
  Expect(lws_check_rollout(world, strlen(world), policy, &out, &error) == LWS_OK && Has(&out, "\"brokenLaw\":\"\"") &&
             Has(&out, "\"complete\":true"),
         "keep-budget keeps its promise", &out);
  lws_policy_free(policy);
  Expect(lws_policy_new_with_function(NULL, 0, Rush, NULL, &policy, &error) == LWS_OK, "a policy", &error);
  Expect(lws_check_rollout(world, strlen(world), policy, &out, &error) == LWS_OK && Has(&out, "\"trace\":\"") &&
             !Has(&out, "\"brokenLaw\":\"\""),
         "all groups at once do not", &out);
  lws_policy_free(policy);
  Expect(lws_check_rollout("{\"replicas\": 9}", 15, NULL, &out, &error) == LWS_INVALID_ARGUMENT, "too many", &error);
  Expect(
      lws_check_rollout("{\"replica\": 1}", 14, NULL, &out, &error) == LWS_INVALID_ARGUMENT && Has(&error, "replica"),
      "an unknown key", &error);
  lws_text_free(&out);
  lws_text_free(&error);
}

static void TestScenario(void) {
  lws_text out = {0}, error = {0};
  const char scenario[] = "{\"expect\": {\"restartsAtMost\": 0}}";
  Expect(lws_run_scenario(kManifest, strlen(kManifest), scenario, strlen(scenario), 1, NULL, &out, &error) == LWS_OK,
         "a scenario", &error);
  Expect(Has(&out, "\"finished\":true") && Has(&out, "\"html\":\"<"), "a report", &out);
  Expect(!Has(&out, "\"unmet\":[]"), "the usual scenario restarts a group, which is not expected", &out);
  Expect(lws_run_scenario("{}", 2, NULL, 0, 1, NULL, &out, &error) == LWS_INVALID_ARGUMENT, "no set", &error);
  lws_text_free(&out);
  lws_text_free(&error);
}

int main(void) {
  Expect(lws_abi_version() == LWS_ABI_VERSION, "the header is the library's", NULL);
  Expect(strcmp(lws_code_name(LWS_NOT_FOUND), "NOT_FOUND") == 0, "names of codes", NULL);
  Expect(strlen(lws_version()) > 0, "a version", NULL);
  lws_text set = {0};
  Admitted(kManifest, &set);
  TestAdmission();
  TestDecisions(&set);
  TestDisaggregated();
  TestFleet(&set);
  TestRestarts(&set);
  TestRestartFunctionThatFails(&set);
  TestRollout();
  TestCheck();
  TestScenario();
  lws_text_free(&set);
  if (failures > 0) fprintf(stderr, "%d failed\n", failures);
  return failures > 0;
}
