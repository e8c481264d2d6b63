// What a controller works on: a set or a pod, by name; and such a key that waits for its turn.
//
//   const lws::WorkKey key = {lws::WorkKey::Kind::kSet, "default", "vllm"};
//   key == lws::WorkKey{lws::WorkKey::Kind::kPod, "default", "vllm"};    // false
//   lws::PendingKey pending;
//   pending.key = key;    // due at once: pending.due is InfinitePast
//
// Thread-safety: values.
#ifndef LWS_ADAPTERS_HOST_WORK_KEY_H_
#define LWS_ADAPTERS_HOST_WORK_KEY_H_

#include <string>
#include <tuple>

#include "absl/time/time.h"

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

// A key that is due now or later.
struct PendingKey {
  WorkKey key;
  int failures = 0;  // in a row
  absl::Time due = absl::InfinitePast();

  friend bool operator==(const PendingKey& a, const PendingKey& b) {
    return a.key == b.key && a.failures == b.failures && a.due == b.due;
  }
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_WORK_KEY_H_
