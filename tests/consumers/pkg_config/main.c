/* A program in C with the installed library: what a new set lacks. */
#include <lws.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const char set[] =
      "{\"apiVersion\": \"leaderworkerset.x-k8s.io/v1\", \"kind\": \"LeaderWorkerSet\", \"metadata\": {\"name\": "
      "\"demo\", \"namespace\": \"default\"}, \"spec\": "
      "{\"replicas\": 1, \"leaderWorkerTemplate\": {\"size\": 2, \"workerTemplate\": {\"spec\": {}}}}}";
  lws_text plan = {0}, error = {0};
  lws_fleet* fleet = lws_fleet_new();
  if (lws_fleet_add(fleet, set, strlen(set), &error) != LWS_OK ||
      lws_fleet_decide_set(fleet, "default", "demo", 0, NULL, LWS_JSON, &plan, &error) != LWS_OK) {
    printf("%s\n", error.data);
    return 1;
  }
  const int has_plan = strstr(plan.data, "\"kind\":\"StatefulSet\"") != NULL;
  puts(has_plan ? "a StatefulSet is to be applied" : plan.data);
  lws_text_free(&plan);
  lws_fleet_free(fleet);
  return !has_plan;
}
