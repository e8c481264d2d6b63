/* What the tests in C expect of calls, and the set that they call with. A file includes it once, in its main program.
 */
#ifndef LWS_TESTS_C_CHECKED_CALLS_H_
#define LWS_TESTS_C_CHECKED_CALLS_H_

#include <stdio.h>
#include <string.h>

#include "lws/adapters/c/lws.h"

static int failures = 0;

static inline void Expect(int holds, const char* what, const lws_text* text) {
  if (holds) return;
  ++failures;
  fprintf(stderr, "failed: %s\n  %.600s\n", what, text == NULL || text->data == NULL ? "" : text->data);
}

static inline int Has(const lws_text* text, const char* part) {
  return text->data != NULL && strstr(text->data, part) != NULL;
}

static const char kManifest[] =
    "{\"apiVersion\": \"leaderworkerset.x-k8s.io/v1\", \"kind\": \"LeaderWorkerSet\","
    " \"metadata\": {\"name\": \"demo\", \"namespace\": \"default\", \"uid\": \"u\"},"
    " \"spec\": {\"replicas\": 2, \"leaderWorkerTemplate\": {\"size\": 2,"
    " \"workerTemplate\": {\"spec\": {\"containers\": [{\"name\": \"main\", \"image\": \"demo:1\"}]}}}}}";

#endif  // LWS_TESTS_C_CHECKED_CALLS_H_
