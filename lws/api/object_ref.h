// The kind, namespace and name by which a cluster tells its objects apart.
//
//   const lws::ObjectRef leader = {"Pod", "default", "vllm-0"};
//   const lws::ObjectRef set = {"StatefulSet", "default", "vllm"};
//   leader < set;    // true: the order is that of kind, namespace and name
//
// Thread-safety: values.
#ifndef LWS_API_OBJECT_REF_H_
#define LWS_API_OBJECT_REF_H_

#include <string>
#include <utility>

namespace lws {

struct ObjectRef {
  std::string kind;
  std::string namespace_name;
  std::string name;

  friend bool operator==(const ObjectRef& a, const ObjectRef& b) {
    return a.name == b.name && a.namespace_name == b.namespace_name && a.kind == b.kind;
  }
  friend bool operator<(const ObjectRef& a, const ObjectRef& b) {
    const int by_kind = a.kind.compare(b.kind);
    if (by_kind != 0) return by_kind < 0;
    const int by_namespace = a.namespace_name.compare(b.namespace_name);
    return by_namespace != 0 ? by_namespace < 0 : a.name < b.name;
  }

  template <typename H>
  friend H AbslHashValue(H hash, const ObjectRef& ref) {
    return H::combine(std::move(hash), ref.kind, ref.namespace_name, ref.name);
  }
};

}  // namespace lws

#endif  // LWS_API_OBJECT_REF_H_
