// What was written and not yet seen in a watch: news older than an own write is passed over, and so is its echo.
//
//   lws::internal::OwnWrites writes;
//   writes.Starts(ref);                  // a write is on its way
//   writes.Wrote(ref, uid, "12");        // true: the view is to take the answer in
//   writes.IsNews(ref, uid, "11");       // false: the view knows better
//   writes.IsNews(ref, uid, "12");       // false: the echo
//   writes.IsNews(ref, uid, "13");       // true
//
// Laws:
//   1. News of an object that was not written, or whose write was seen, is news.
//   2. After Wrote, nothing of the object is news until its version is higher. Versions are compared as integers;
//      where one is none, all but the same version is news.
//   3. After WroteGone, nothing of that UID is news; another UID is.
//   4. An answer that comes after a watch or a list told the same or more is not taken in (Wrote and WroteGone are
//      false): what has the name of a deleted object meanwhile stays.
//   5. An entry ends with the echo, with higher news, or with the list of its kind: the memory is that of the writes
//      whose echo is still to come.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_OWN_WRITES_H_
#define LWS_ADAPTERS_HOST_OWN_WRITES_H_

#include <cstddef>
#include <map>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

class OwnWrites {
 public:
  // A write of the object is on its way, to end with Wrote, WroteGone, or Failed.
  void Starts(const ObjectRef& object);
  bool Wrote(const ObjectRef& object, absl::string_view uid, absl::string_view resource_version);
  // The object of this UID was deleted, and nothing is left of it. False when the view is to keep what it has.
  bool WroteGone(const ObjectRef& object, absl::string_view uid);
  // Nothing is known of what it did.
  void Failed(const ObjectRef& object);

  // Whether the view should take in what a watch tells of the object; `is_gone` where it tells that the object is gone,
  // with its last UID and version.
  bool IsNews(const ObjectRef& object, absl::string_view uid, absl::string_view resource_version, bool is_gone = false);

  // A list of the kind was taken in, as of this version; empty for the newest: what was written before it is seen, and
  // an answer from before it comes too late.
  void Listed(absl::string_view kind, absl::string_view resource_version);

  size_t size() const { return written_.size() + on_its_way_.size(); }

 private:
  using Target = std::tuple<std::string, std::string, std::string>;  // kind, namespace, name
  struct Written {
    std::string uid;
    std::string resource_version;  // empty: gone
  };

  struct OnItsWay {
    int writes = 0;
    // What a watch told meanwhile; all empty when it told nothing.
    std::string uid;
    std::string resource_version;
  };

  // Ends one write that is on its way; returns what a watch told meanwhile.
  OnItsWay End(const Target& target);

  std::map<Target, Written> written_;
  std::map<Target, OnItsWay> on_its_way_;
};

// Whether an object of version `a` is older than one of version `b`; false where one is no integer.
bool IsOlderVersion(absl::string_view a, absl::string_view b);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_OWN_WRITES_H_
