/* What the C interface answers to callers that break its contract, and to functions of a policy that fail: an error,
 * and nothing is changed. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lws/adapters/c/lws.h"
#include "tests/c/checked_calls.h"

static lws_fleet* FleetWithSet(void) {
  lws_text error = {0};
  lws_fleet* fleet = lws_fleet_new();
  Expect(lws_fleet_add(fleet, kManifest, strlen(kManifest), &error) == LWS_OK, "a set", &error);
  lws_text_free(&error);
  return fleet;
}

/* ---- Steps ------------------------------------------------------------------------------------------------------ */

/* What the function below answers; -2 leaves a field as it was. */
typedef struct Answer {
  int32_t partition;
  int32_t replicas;
  int64_t look_again_in;
  int asked;
} Answer;

static lws_code Answers(void* user_data, const lws_rollout_input* input, lws_rollout_step* step) {
  Answer* answer = user_data;
  (void)input;
  ++answer->asked;
  if (answer->partition != -2) step->partition = answer->partition;
  if (answer->replicas != -2) step->replicas = answer->replicas;
  if (answer->look_again_in != -2) step->look_again_in = answer->look_again_in;
  return LWS_OK;
}

static void TestSteps(void) {
  static const struct {
    Answer answer;
    int is_right;
    const char* what;
  } kCases[] = {
      {{0, 2, -2, 0}, 1, "all groups"},
      {{0, 1, -2, 0}, 1, "a part of the groups at first"},
      {{-2, -2, -2, 0}, 0, "a step that is not filled in"},
      {{0, -2, -2, 0}, 0, "a step without replicas"},
      {{-2, 2, -2, 0}, 0, "a step without a partition"},
      {{0, 0, -2, 0}, 0, "a step of zeros"},
      {{0, 3, -2, 0}, 0, "more groups than the set wants"},
      {{0, INT32_MAX, -2, 0}, 0, "as many groups as a number holds"},
  };
  lws_text out = {0}, error = {0};
  lws_fleet* fleet = FleetWithSet();
  for (size_t i = 0; i < sizeof kCases / sizeof *kCases; ++i) {
    Answer answer = kCases[i].answer;
    lws_policy* policy = NULL;
    lws_policy_new_with_function(NULL, 0, Answers, &answer, &policy, &error);
    Expect(lws_fleet_decide_set(fleet, "default", "demo", 7, policy, LWS_JSON, &out, &error) == LWS_OK, kCases[i].what,
           &error);
    Expect(answer.asked > 0 && Has(&out, "\"error\":") != kCases[i].is_right &&
               Has(&out, "\"kind\":\"StatefulSet\"") == kCases[i].is_right,
           kCases[i].what, &out);
    lws_policy_free(policy);
  }
  lws_fleet_free(fleet);
  lws_text_free(&out);
  lws_text_free(&error);
}

/* ---- A function that uses the fleet which decides ---------------------------------------------------------------- */

typedef struct Uses {
  lws_fleet* fleet;
  const lws_text* saved;
  int refused;
} Uses;

static lws_code UsesFleet(void* user_data, const lws_rollout_input* input, lws_rollout_step* step) {
  Uses* uses = user_data;
  lws_text out = {0};
  uint32_t number = 0;
  const lws_code codes[] = {
      lws_fleet_load_saved(uses->fleet, uses->saved->data, uses->saved->size, NULL),
      lws_fleet_add(uses->fleet, kManifest, strlen(kManifest), NULL),
      lws_fleet_remove(uses->fleet, "LeaderWorkerSet", "default", "demo", NULL),
      lws_fleet_load(uses->fleet, "[]", 2, LWS_JSON, NULL),
      lws_fleet_load_kept(uses->fleet, NULL, 0, NULL),
      lws_fleet_take_due(uses->fleet, &out, NULL),
      lws_fleet_set_number(uses->fleet, "default", "other", &number, NULL),
      lws_fleet_decide_set(uses->fleet, "default", "demo", 7, NULL, LWS_JSON, &out, NULL),
      lws_fleet_tell_pods(uses->fleet, NULL, 0, NULL),
  };
  uses->refused = 1;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; ++i) {
    if (codes[i] != LWS_FAILED_PRECONDITION) uses->refused = 0;
  }
  lws_fleet_free(uses->fleet);
  lws_text_free(&out);
  step->partition = 0;
  step->replicas = input->replicas;
  return LWS_OK;
}

static void TestUseWhileDeciding(void) {
  lws_text out = {0}, saved = {0}, error = {0};
  lws_fleet* fleet = FleetWithSet();
  Expect(lws_fleet_save(fleet, &saved, &error) == LWS_OK, "saved", &error);
  Uses uses = {fleet, &saved, 0};
  lws_policy* policy = NULL;
  lws_policy_new_with_function(NULL, 0, UsesFleet, &uses, &policy, &error);
  /* The function frees the fleet, which therefore ends with the decision. */
  Expect(lws_fleet_decide_set(fleet, "default", "demo", 7, policy, LWS_JSON, &out, &error) == LWS_OK &&
             Has(&out, "\"kind\":\"StatefulSet\""),
         "the decision is made", &out);
  Expect(uses.refused, "the fleet that decides is not used meanwhile", NULL);
  lws_policy_free(policy);
  lws_text_free(&saved);
  lws_text_free(&out);
  lws_text_free(&error);
}

/* ---- Runs that would not end ------------------------------------------------------------------------------------- */

static lws_code Flips(void* user_data, const lws_rollout_input* input, lws_rollout_step* step) {
  step->partition = 0;
  step->replicas = input->replicas + (++*(int*)user_data) % 2;
  return LWS_OK;
}

static void ExpectStopped(lws_rollout_function function, void* user_data, int surge, const char* why) {
  lws_text out = {0}, error = {0};
  char manifest[1024];
  snprintf(manifest, sizeof manifest,
           "{\"apiVersion\": \"leaderworkerset.x-k8s.io/v1\", \"kind\": \"LeaderWorkerSet\","
           " \"metadata\": {\"name\": \"demo\", \"namespace\": \"default\"}, \"spec\": {\"replicas\": 2,"
           " \"rolloutStrategy\": {\"rollingUpdateConfiguration\": {\"maxSurge\": %d}},"
           " \"leaderWorkerTemplate\": {\"size\": 2,"
           " \"workerTemplate\": {\"spec\": {\"containers\": [{\"name\": \"main\", \"image\": \"demo:1\"}]}}}}}",
           surge);
  lws_policy* policy = NULL;
  lws_policy_new_with_function(NULL, 0, function, user_data, &policy, &error);
  Expect(lws_run_scenario(manifest, strlen(manifest), NULL, 0, 1, policy, &out, &error) == LWS_INVALID_ARGUMENT &&
             Has(&error, why) && out.size == 0,
         why, &error);
  lws_policy_free(policy);
  lws_text_free(&out);
  lws_text_free(&error);
}

static void TestRunsThatWouldNotEnd(void) {
  Answer at_once = {0, 2, 0, 0};
  ExpectStopped(Answers, &at_once, 0, "never come to rest");
  int flips = 0;
  ExpectStopped(Flips, &flips, 1, "never come to rest");
}

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

static void TestObjects(void) {
  static const struct {
    const char* object;
    const char* why;
  } kWrong[] = {
      {"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}", "a list"},
      {"{\"apiVersion\": \"leaderworkerset.x-k8s.io/v99\", \"kind\": \"LeaderWorkerSet\"}", "no matches for kind"},
      {"{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"namespace\": \"default\"}}", "name: not set"},
      {"{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"\"}}", "name: not set"},
  };
  lws_text out = {0}, error = {0};
  lws_fleet* fleet = FleetWithSet();
  for (size_t i = 0; i < sizeof kWrong / sizeof *kWrong; ++i) {
    Expect(lws_fleet_add(fleet, kWrong[i].object, strlen(kWrong[i].object), &error) == LWS_INVALID_ARGUMENT &&
               Has(&error, kWrong[i].why),
           kWrong[i].why, &error);
  }
  const char other[] = "{\"apiVersion\": \"serving.knative.dev/v1\", \"kind\": \"Service\", \"metadata\": {}}";
  Expect(lws_fleet_add(fleet, other, strlen(other), &error) == LWS_OK, "a kind that is not read", &error);
  Expect(lws_fleet_take_due(fleet, NULL, &error) == LWS_INVALID_ARGUMENT, "what is due is not lost", &error);
  Expect(lws_fleet_take_due(fleet, &out, &error) == LWS_OK && Has(&out, "demo"), "it is still there", &out);
  lws_fleet_free(fleet);
  lws_text_free(&out);
  lws_text_free(&error);
}

static void TestNames(void) {
  static const char* const kWrong[] = {"a\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf"};
  lws_text error = {0};
  lws_fleet* fleet = FleetWithSet();
  uint32_t set = 0, node = 0;
  uint16_t revision = 0;
  Expect(lws_fleet_set_number(fleet, "default", "d\xc3\xa9mo", &set, &error) == LWS_OK, "UTF-8", &error);
  for (size_t i = 0; i < sizeof kWrong / sizeof *kWrong; ++i) {
    uint32_t other = 0;
    Expect(lws_fleet_set_number(fleet, "default", kWrong[i], &other, &error) == LWS_INVALID_ARGUMENT &&
               lws_fleet_revision_number(fleet, set, kWrong[i], &revision, &error) == LWS_INVALID_ARGUMENT &&
               lws_fleet_node_number(fleet, kWrong[i], &node, &error) == LWS_INVALID_ARGUMENT,
           "not UTF-8", &error);
  }
  lws_fleet_free(fleet);
  lws_text_free(&error);
}

static void TestErrorsAreWholeCharacters(void) {
  lws_text out = {0}, error = {0};
  char manifest[1024] =
      "{\"apiVersion\": \"leaderworkerset.x-k8s.io/v1\", \"kind\": \"LeaderWorkerSet\","
      " \"metadata\": {\"name\": \"demo\"}, \"spec\": {\"replicas\": \"";
  for (int i = 0; i < 100; ++i) strcat(manifest, "\xc3\xa9");
  strcat(manifest, "\"}}");
  for (int odd = 0; odd < 2; ++odd) {
    lws_fleet* fleet = lws_fleet_new();
    Expect(lws_fleet_add(fleet, manifest, strlen(manifest), &error) == LWS_INVALID_ARGUMENT, "no number", &error);
    const char* cut = strstr(error.data, "...");
    Expect(cut != NULL && ((unsigned char)cut[-1] & 0xc0) == 0x80, "the text ends with a whole character", &error);
    lws_fleet_free(fleet);
    /* Once more with the characters one byte later. */
    char* begin = strstr(manifest, "\"\xc3");
    if (begin == NULL) break;
    memmove(begin + 2, begin + 1, strlen(begin + 1) + 1);
    begin[1] = 'x';
  }
  lws_text_free(&out);
  lws_text_free(&error);
}

int main(void) {
  TestSteps();
  TestUseWhileDeciding();
  TestRunsThatWouldNotEnd();
  TestObjects();
  TestNames();
  TestErrorsAreWholeCharacters();
  if (failures > 0) fprintf(stderr, "%d failed\n", failures);
  return failures > 0;
}
