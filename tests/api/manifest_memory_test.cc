// Reading a manifest takes at most 6 bytes of memory for each byte of its text, the text and the document at which a
// host looks included. The test counts what C++ allocates. libyaml's own buffers do not grow with the text.
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/manifest.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace {

int64_t bytes_in_use = 0;
int64_t most_bytes_in_use = 0;

}  // namespace

// Not inlined, because the compiler would warn that malloc and delete do not match.
[[gnu::noinline]] void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  bytes_in_use += static_cast<int64_t>(malloc_usable_size(memory));
  most_bytes_in_use = std::max(most_bytes_in_use, bytes_in_use);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  bytes_in_use -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace lws {
namespace {

// What kubectl prints of a running worker pod, in short.
Json Pod(int number) {
  Json pod = Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
      "metadata": {"namespace": "inference", "uid": "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d",
        "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"apps.kubernetes.io/pod-index": "3",
          "leaderworkerset.sigs.k8s.io/name": "vllm", "leaderworkerset.sigs.k8s.io/worker-index": "3"}},
      "spec": {"nodeName": "gpu-node-0123", "containers": [{"name": "vllm", "image": "vllm/vllm-openai:v0.8.5",
        "env": [{"name": "LWS_GROUP_SIZE", "value": "8"}, {"name": "LWS_WORKER_INDEX", "value": "3"}],
        "resources": {"limits": {"nvidia.com/gpu": "8"}, "requests": {"nvidia.com/gpu": "8"}}}],
        "tolerations": [{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists",
          "tolerationSeconds": 300}]},
      "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}})");
  pod["metadata"]["name"] = absl::StrCat("vllm-", number, "-3");
  return pod;
}

enum class Form { kYamlList, kYamlStream, kJsonList, kJsonStream };

// At least 10 MB.
std::string Text(Form form, int* pods) {
  const bool is_yaml = form == Form::kYamlList || form == Form::kYamlStream;
  const bool is_list = form == Form::kYamlList || form == Form::kJsonList;
  const size_t pod_size = is_yaml ? ToYaml(Pod(0)).size() : Pod(0).dump(2).size();
  *pods = static_cast<int>(10000000 / pod_size) + 1;
  Json items = Json::array();
  std::string stream;
  for (int i = 0; i < *pods; ++i) {
    if (is_list) {
      items.push_back(Pod(i));
    } else {
      absl::StrAppend(&stream, is_yaml ? absl::StrCat("---\n", ToYaml(Pod(i))) : Pod(i).dump(2));
    }
  }
  if (!is_list) return stream;
  const Json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}};
  return is_yaml ? ToYaml(list) : list.dump(2);
}

TEST(ManifestMemoryTest, SixBytesForAByte) {
  for (const Form form : {Form::kYamlList, Form::kYamlStream, Form::kJsonList, Form::kJsonStream}) {
    int pods = 0;
    const std::string text = Text(form, &pods);
    ASSERT_GE(text.size(), size_t{9000000});
    const int64_t before = bytes_in_use;
    most_bytes_in_use = before;
    const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, "pods");
    ASSERT_TRUE(objects.ok()) << objects.status();
    ASSERT_EQ(objects->size(), static_cast<size_t>(pods));
    for (int i = 0; i < pods; ++i) {
      const ManifestObject& object = (*objects)[static_cast<size_t>(i)];
      ASSERT_EQ(object.object.Unpack(), Pod(i));
      ASSERT_GE(object.object.LineOf("status.phase"), object.line);
    }
    const double size = static_cast<double>(text.size());
    const double peak = static_cast<double>(most_bytes_in_use - before) / size + 1;
    const double kept = static_cast<double>(bytes_in_use - before) / size + 1;
    RecordProperty(absl::StrCat("peak_", static_cast<int>(form)), absl::StrCat(peak));
    EXPECT_LE(peak, 6) << "form " << static_cast<int>(form);
    // What is kept besides the text is about as large as the text.
    EXPECT_LE(kept, 2.5) << "form " << static_cast<int>(form);
    // A count that counts nothing would hold any bound.
    EXPECT_GT(kept, 1.2) << "form " << static_cast<int>(form);
  }
}

}  // namespace
}  // namespace lws
