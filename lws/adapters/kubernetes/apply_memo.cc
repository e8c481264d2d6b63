#include "lws/adapters/kubernetes/apply_memo.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "lws/api/digest.h"

namespace lws::internal {
namespace {

// The length separates the texts.
std::string DigestOf(absl::string_view body, absl::string_view uid, absl::string_view applied) {
  return Sha1Hex(absl::StrCat(body.size(), ":", body, uid.size(), ":", uid, applied));
}

}  // namespace

void ApplyMemo::Applied(const ObjectRef& object, absl::string_view body, absl::string_view uid,
                        absl::string_view applied) {
  digests_[TargetOf(object)] = DigestOf(body, uid, applied);
}

bool ApplyMemo::IsSame(const ObjectRef& object, absl::string_view body, absl::string_view uid,
                       absl::string_view applied) const {
  const auto found = digests_.find(TargetOf(object));
  return found != digests_.end() && found->second == DigestOf(body, uid, applied);
}

void ApplyMemo::Forget(const ObjectRef& object) { digests_.erase(TargetOf(object)); }

void ApplyMemo::ForgetAllBut(absl::FunctionRef<bool(const ObjectRef&)> is_there) {
  for (auto it = digests_.begin(); it != digests_.end();) {
    const auto& [kind, namespace_name, name] = it->first;
    it = is_there({kind, namespace_name, name}) ? std::next(it) : digests_.erase(it);
  }
}

}  // namespace lws::internal
