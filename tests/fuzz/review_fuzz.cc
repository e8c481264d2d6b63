// Bodies of any bytes to every webhook: an HTTP answer that reads.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/adapters/kubernetes/serving/admission_review.h"
#include "lws/api/json.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view body(reinterpret_cast<const char*>(data), size);
  for (const std::string& path : lws::internal::WebhookPaths()) {
    const lws::internal::AdmissionAnswer answer = lws::internal::ReviewAdmission(path, body, {});
    FUZZ_CHECK(answer.code == 200 || answer.code == 400, "a known path answers with a review");
    FUZZ_CHECK(lws::ParseJson(answer.body, "answer").ok(), "a review is JSON");
  }
  return 0;
}
