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
  digests_[object] = DigestOf(body, uid, applied);
}

bool ApplyMemo::IsSame(const ObjectRef& object, absl::string_view body, absl::string_view uid,
                       absl::string_view applied) const {
  const auto found = digests_.find(object);
  return found != digests_.end() && found->second == DigestOf(body, uid, applied);
}

void ApplyMemo::Forget(const ObjectRef& object) { digests_.erase(object); }

void ApplyMemo::ForgetAllBut(absl::FunctionRef<bool(const ObjectRef&)> is_there) {
  for (auto it = digests_.begin(); it != digests_.end();) {
    it = is_there(it->first) ? std::next(it) : digests_.erase(it);
  }
}

}  // namespace lws::internal
