// What a controller works on: a set or a pod, by name.
//
//   const lws::WorkKey key = {lws::WorkKey::Kind::kSet, "default", "vllm"};
//   key == lws::WorkKey{lws::WorkKey::Kind::kPod, "default", "vllm"};    // false
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_HOST_WORK_KEY_H_
#define LWS_ADAPTERS_HOST_WORK_KEY_H_

#include <string>
#include <tuple>

namespace lws {

struct WorkKey {
  enum class Kind { kSet, kPod };
  Kind kind = Kind::kSet;
  std::string namespace_name;
  std::string name;

  friend bool operator<(const WorkKey& a, const WorkKey& b) {
    return std::tie(a.kind, a.namespace_name, a.name) < std::tie(b.kind, b.namespace_name, b.name);
  }
  friend bool operator==(const WorkKey& a, const WorkKey& b) { return !(a < b) && !(b < a); }
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_WORK_KEY_H_
