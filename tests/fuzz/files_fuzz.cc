// The project's own files of any shape: scenarios, expectations, swarm cases, policies. They read or are refused.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/adapters/testing/scenario/expectations.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/api/manifest.h"
#include "lws/placement/cluster_documents.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_check.h"

namespace {

void ExpectRefused(const absl::Status& status) {
  FUZZ_CHECK(status.ok() || status.code() == absl::StatusCode::kInvalidArgument, "what does not read is refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(text, "input");
  if (!objects.ok()) return 0;
  for (const lws::ManifestObject& object : *objects) {
    const lws::Json document = object.object.Unpack();
    ExpectRefused(lws::ReadScenario(document, document).status());
    ExpectRefused(lws::ReadScenario((*objects)[0].object.Unpack(), document).status());
    ExpectRefused(lws::ReadExpectations(document.value("expect", lws::Json())).status());
    ExpectRefused(lws::ReadSwarmCase(document).status());
    ExpectRefused(lws::ReadRolloutControls(document.value("controls", lws::Json())).status());
    ExpectRefused(lws::ReadRestartPolicy(document.value("restarts", lws::Json())).status());
    ExpectRefused(lws::ReadTopologyNode(document).status());
    ExpectRefused(lws::PodShapeFromSpec(document.value("spec", lws::Json())).status());
  }
  return 0;
}
