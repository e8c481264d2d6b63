// Remembers what was applied, so that an apply that would change nothing is not sent again. Some servers drop fields:
// the object then never equals the applied one, and every look would apply it again.
//
//   lws::internal::ApplyMemo memo;
//   memo.Applied(ref, body, uid, applied);    // after an apply; `applied` is what the object says was applied
//   memo.IsSame(ref, body, uid, applied);     // true: the same apply would change nothing
//   memo.Forget(ref);                         // the object is gone
//
// Laws:
//   1. IsSame is true only when the same body was the last one applied to the object of this UID, and the object still
//      says the same of what was applied.
//   2. Nothing is kept of a forgotten object.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_APPLY_MEMO_H_
#define LWS_ADAPTERS_KUBERNETES_APPLY_MEMO_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

class ApplyMemo {
 public:
  // `applied` is the text of the fields that the object says were applied. Complexity: O(texts).
  void Applied(const ObjectRef& object, absl::string_view body, absl::string_view uid, absl::string_view applied);
  bool IsSame(const ObjectRef& object, absl::string_view body, absl::string_view uid, absl::string_view applied) const;
  void Forget(const ObjectRef& object);
  // Asks `is_there` about each object, and forgets those for which it returns false.
  void ForgetAllBut(absl::FunctionRef<bool(const ObjectRef&)> is_there);

  size_t size() const { return digests_.size(); }

 private:
  std::map<ObjectRef, std::string> digests_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_APPLY_MEMO_H_
