/* The C interface from C: places for groups, and capacity that is kept. */
#include <stdio.h>
#include <string.h>

#include "lws/adapters/c/lws.h"
#include "tests/c/checked_calls.h"

static void TestPlacement(void) {
  lws_text out = {0}, error = {0};
  char request[2048];
  snprintf(request, sizeof request,
           "{\"levels\": [\"rack\"], \"required\": \"rack\", \"sets\": [%s], \"nodes\": ["
           "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n0\", \"labels\": {\"rack\": \"r0\"}},"
           " \"status\": {\"allocatable\": {\"pods\": \"2\"}}},"
           "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n1\", \"labels\": {\"rack\": \"r1\"}},"
           " \"status\": {\"allocatable\": {\"pods\": \"1\"}}}]}",
           kManifest);
  Expect(lws_place(request, strlen(request), &out, &error) == LWS_OK, "placement", &error);
  Expect(Has(&out, "\"node\":\"n0\"") && Has(&out, "\"assignment\":null"), "one group fits, one does not", &out);
  Expect(lws_place("{\"levles\": []}", 14, &out, &error) == LWS_INVALID_ARGUMENT && Has(&error, "levles"),
         "an unknown key", &error);
  lws_text_free(&out);
  lws_text_free(&error);
}

/* A ring of four nodes with room for a pod each, apart from n1 and n2. */
static const char kRing[] =
    "\"levels\": [\"rack\", \"host\"], \"nodes\": ["
    "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n0\", \"labels\": {\"rack\": \"r0\", \"host\": \"n0\", \"x\": "
    "\"0\"}},"
    " \"status\": {\"allocatable\": {\"pods\": \"1\"}}},"
    "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n1\", \"labels\": {\"rack\": \"r0\", \"host\": \"n1\", \"x\": "
    "\"1\"}},"
    " \"status\": {\"allocatable\": {\"pods\": \"0\"}}},"
    "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n2\", \"labels\": {\"rack\": \"r0\", \"host\": \"n2\", \"x\": "
    "\"2\"}},"
    " \"status\": {\"allocatable\": {\"pods\": \"0\"}}},"
    "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n3\", \"labels\": {\"rack\": \"r0\", \"host\": \"n3\", \"x\": "
    "\"3\"}},"
    " \"status\": {\"allocatable\": {\"pods\": \"1\"}}}]";

static void TestCuboids(void) {
  lws_text out = {0}, error = {0};
  char request[4096];
  const char cuboid[] = "{\"size\": [2], \"grid\": [4], \"coordinates\": [\"x\"], \"wrap\": [true]}";
  snprintf(request, sizeof request, "{%s, \"sets\": [%s], \"cuboid\": %s}", kRing, kManifest, cuboid);
  Expect(lws_place(request, strlen(request), &out, &error) == LWS_OK &&
             Has(&out, "{\"node\":\"n3\",\"rank\":0},{\"node\":\"n0\",\"rank\":1}") && Has(&out, "\"assignment\":null"),
         "the ring goes on from n3 to n0, and has no other place", &out);
  snprintf(request, sizeof request,
           "{%s, \"sets\": [%s], \"cuboid\": {\"size\": [2], \"grid\": [4], \"coordinates\": [\"x\"]}}", kRing,
           kManifest);
  Expect(lws_place(request, strlen(request), &out, &error) == LWS_OK && !Has(&out, "\"node\""), "no ring", &out);
  const char* const wrong[][2] = {
      {"3", "cuboid: not an object"},
      {"{\"length\": 3}", "unknown key length"},
      {"{\"size\": [0], \"grid\": [4], \"coordinates\": [\"x\"]}", "cuboid.size"},
      {"{\"size\": [2], \"grid\": [4, 4, 4, 4], \"coordinates\": [\"x\"]}", "cuboid.grid"},
      {"{\"size\": [2], \"grid\": [4], \"coordinates\": [4]}", "cuboid.coordinates"},
      {"{\"size\": [2], \"grid\": [4, 1], \"coordinates\": [\"x\"]}", "cuboid.grid: not a list of 1 numbers"},
      {"{\"size\": [2], \"grid\": [4], \"coordinates\": [\"x\"], \"wrap\": 1}", "cuboid.wrap"},
      {"{\"size\": [2], \"grid\": [4], \"coordinates\": [\"x\"], \"turn\": 1}", "cuboid.turn"},
      {"{\"size\": [2], \"grid\": [2], \"coordinates\": [\"x\"]}", "no coordinate of 0..1"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    snprintf(request, sizeof request, "{%s, \"sets\": [%s], \"cuboid\": %s}", kRing, kManifest, wrong[i][0]);
    Expect(lws_place(request, strlen(request), &out, &error) == LWS_INVALID_ARGUMENT && Has(&error, wrong[i][1]),
           wrong[i][1], &error);
  }
  lws_capacity* capacity = NULL;
  snprintf(request, sizeof request, "{%s}", kRing);
  Expect(lws_capacity_new(request, strlen(request), &capacity, &error) == LWS_OK, "capacity", &error);
  snprintf(request, sizeof request, "{\"sets\": [%s], \"cuboid\": %s}", kManifest, cuboid);
  for (int i = 0; i < 2; ++i) {
    Expect(
        lws_capacity_place(capacity, request, strlen(request), &out, &error) == LWS_OK && Has(&out, "\"node\":\"n3\""),
        "its room is free again", &out);
    Expect(lws_capacity_release(capacity, "default", "demo", 0, &error) == LWS_OK, "gives back", &error);
  }
  lws_capacity_free(capacity);
  lws_text_free(&out);
  lws_text_free(&error);
}

static void TestKeepEmpty(void) {
  lws_text out = {0}, error = {0};
  char request[4096];
  for (int keeps = 0; keeps < 2; ++keeps) {
    /* Both nodes have room for two pods, and something runs on the second one. */
    snprintf(request, sizeof request,
             "{\"levels\": [\"rack\"], \"required\": \"rack\", \"keepEmpty\": %s, \"sets\": [%s], \"nodes\": ["
             "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n0\", \"labels\": {\"rack\": \"r0\"}},"
             " \"status\": {\"allocatable\": {\"pods\": \"2\"}}},"
             "{\"kind\": \"Node\", \"metadata\": {\"name\": \"n1\", \"labels\": {\"rack\": \"r1\"}},"
             " \"status\": {\"allocatable\": {\"pods\": \"3\"}}}],"
             " \"pods\": [{\"kind\": \"Pod\", \"metadata\": {\"name\": \"x\", \"namespace\": \"d\"},"
             " \"spec\": {\"nodeName\": \"n1\"}, \"status\": {\"phase\": \"Running\"}}]}",
             keeps != 0 ? "true" : "false", kManifest);
    Expect(lws_place(request, strlen(request), &out, &error) == LWS_OK &&
               Has(&out, keeps != 0 ? "[{\"assignment\":[{\"node\":\"n1\"" : "[{\"assignment\":[{\"node\":\"n0\""),
           "the domain in use comes first", &out);
  }
  Expect(lws_place("{\"keepEmpty\": 1}", 16, &out, &error) == LWS_INVALID_ARGUMENT && Has(&error, "keepEmpty"),
         "no boolean", &error);
  lws_text_free(&out);
  lws_text_free(&error);
}

static void TestCapacity(void) {
  lws_text out = {0}, error = {0};
  const char cluster[] =
      "{\"levels\": [\"rack\"], \"nodes\": [{\"kind\": \"Node\", \"metadata\": {\"name\": \"n0\","
      " \"labels\": {\"rack\": \"r0\"}}, \"status\": {\"allocatable\": {\"pods\": \"2\"}}}]}";
  char request[1024];
  snprintf(request, sizeof request, "{\"required\": \"rack\", \"sets\": [%s]}", kManifest);
  lws_capacity* capacity = NULL;
  Expect(lws_capacity_new(cluster, strlen(cluster), &capacity, &error) == LWS_OK, "capacity", &error);
  Expect(lws_capacity_place(capacity, request, strlen(request), &out, &error) == LWS_OK &&
             Has(&out, "\"node\":\"n0\"") && Has(&out, "\"assignment\":null") && Has(&out, "\"namespace\":\"default\""),
         "one group fits, one does not", &out);
  Expect(lws_capacity_place(capacity, request, strlen(request), &out, &error) == LWS_FAILED_PRECONDITION &&
             Has(&error, "group 0 of default/demo"),
         "a group that holds nodes", &error);
  Expect(lws_capacity_release(capacity, "default", "demo", 1, &error) == LWS_NOT_FOUND, "holds none", &error);
  Expect(lws_capacity_release(capacity, "default", "demo", 0, &error) == LWS_OK, "gives back", &error);
  char twice[2048];
  snprintf(twice, sizeof twice, "{\"sets\": [%s, %s]}", kManifest, kManifest);
  Expect(lws_capacity_place(capacity, twice, strlen(twice), &out, &error) == LWS_FAILED_PRECONDITION &&
             Has(&error, "group 0 of default/demo is there twice"),
         "a set that is named twice takes nothing", &error);
  Expect(lws_capacity_place(capacity, request, strlen(request), &out, &error) == LWS_OK && Has(&out, "\"node\":\"n0\""),
         "its room is free again", &out);
  lws_capacity_release(capacity, "default", "demo", 0, &error);
  const char pods[] =
      "[{\"kind\": \"Pod\", \"metadata\": {\"name\": \"x\", \"namespace\": \"d\"},"
      " \"spec\": {\"nodeName\": \"n0\"}, \"status\": {\"phase\": \"Running\"}}]";
  Expect(lws_capacity_use_pods(capacity, pods, strlen(pods), &error) == LWS_OK, "a pod takes room", &error);
  Expect(
      lws_capacity_place(capacity, request, strlen(request), &out, &error) == LWS_OK && !Has(&out, "\"node\":\"n0\""),
      "which the groups lack", &out);
  Expect(lws_capacity_place(capacity, "{\"nodes\": []}", 13, &out, &error) == LWS_INVALID_ARGUMENT &&
             Has(&error, "unknown key nodes"),
         "nodes belong to the cluster", &error);
  Expect(lws_capacity_use_pods(capacity, "3", 1, &error) == LWS_INVALID_ARGUMENT, "no list", &error);
  lws_capacity_free(capacity);
  lws_capacity_free(NULL);
  Expect(lws_capacity_new("{\"nodes\": 3}", 12, &capacity, &error) == LWS_INVALID_ARGUMENT && capacity == NULL,
         "no cluster", &error);
  lws_text_free(&out);
  lws_text_free(&error);
}

int main(void) {
  TestPlacement();
  TestCuboids();
  TestKeepEmpty();
  TestCapacity();
  if (failures > 0) fprintf(stderr, "%d failed\n", failures);
  return failures > 0;
}
