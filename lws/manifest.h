// Reading YAML. Nothing else of the library needs it, or links yaml-cpp.
//
//   lws::ReadManifest(text, "vllm.yaml")->front().object;
//
// The headers say more: each function's own errors, costs and thread-safety.
#ifndef LWS_MANIFEST_H_
#define LWS_MANIFEST_H_

#include "lws/api/manifest.h"

#endif  // LWS_MANIFEST_H_
