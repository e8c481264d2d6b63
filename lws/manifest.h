// Reading YAML. No other part of the library needs it or links libyaml.
//
//   lws::ReadManifest(text, "vllm.yaml")->front().object.Unpack();
//
// The included headers document each function's errors, costs and thread-safety.
#ifndef LWS_MANIFEST_H_
#define LWS_MANIFEST_H_

#include "lws/api/manifest.h"
#include "lws/api/packed_json.h"
#include "lws/api/yaml_text.h"

#endif  // LWS_MANIFEST_H_
