// Manifests of any bytes: they read or are refused, and what admission lets in it lets in again.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/manifest.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_check.h"

namespace {

void Admit(const lws::Json& manifest) {
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  const bool is_admitted = admission.stage == lws::AdmissionStage::kAdmitted;
  FUZZ_CHECK(is_admitted == (admission.set != nullptr), "law 2: a set comes with admission and with nothing else");
  FUZZ_CHECK(is_admitted != !admission.errors.empty(), "law 2: a refusal has an error");
  if (!is_admitted) return;
  const lws::SetAdmission update = lws::AdmitSetUpdate(*admission.set, lws::LeaderWorkerSetToJson(*admission.set));
  FUZZ_CHECK((update.stage == lws::AdmissionStage::kAdmitted) == update.errors.empty(), "law 2 holds for updates");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(text, "input");
  if (!objects.ok()) {
    FUZZ_CHECK(objects.status().code() == absl::StatusCode::kInvalidArgument, "a text that does not read is refused");
    return 0;
  }
  for (const lws::ManifestObject& object : *objects) {
    const lws::Json document = object.object.Unpack();
    const absl::StatusOr<std::vector<lws::ManifestObject>> again = lws::ReadManifest(lws::ToYaml(document), "written");
    const bool is_kept =
        again.ok() && (document.empty() || (again->size() == 1 && (*again)[0].object.Unpack() == document));
    const bool is_list = document.contains("items");
    FUZZ_CHECK(is_kept || is_list, "yaml_text.h law 1: what is written reads again");
    Admit(document);
  }
  return 0;
}
