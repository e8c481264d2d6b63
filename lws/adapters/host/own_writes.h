// Remembers writes that no watch has reported yet: news older than an own write is ignored, and so is the write's
// echo.
//
//   lws::internal::OwnWrites writes;
//   writes.Starts(ref);                  // a write is on its way
//   writes.Wrote(ref, uid, "12");        // true: add the answer to the view
//   writes.IsNews(ref, uid, "11");       // false: the view is newer
//   writes.IsNews(ref, uid, "12");       // false: the echo
//   writes.IsNews(ref, uid, "13");       // true
//
// Laws:
//   1. Everything about an object is news if it was not written, or if its write was seen.
//   2. After Wrote, only a higher version of the object is news. Versions are compared as integers; if one is not an
//      integer, every version other than the written one is news.
//   3. After WroteGone, nothing about that UID is news, but another UID is.
//   4. An answer is not added to the view (Wrote and WroteGone return false) if a watch or a list has already reported
//      the same state or a later one. Thus the next object with the name of a deleted one stays.
//   5. An entry ends with the echo, with higher news, or with the list of its kind. So only writes whose echo is still
//      missing take memory.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_OWN_WRITES_H_
#define LWS_ADAPTERS_HOST_OWN_WRITES_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

class OwnWrites {
 public:
  // Records that a write of the object starts. Wrote, WroteGone or Failed must end it.
  void Starts(const ObjectRef& object);
  bool Wrote(const ObjectRef& object, absl::string_view uid, absl::string_view resource_version);
  // Records that the object of this UID was deleted completely. Returns false when the view should keep what it has.
  bool WroteGone(const ObjectRef& object, absl::string_view uid);
  // Records that the outcome of the write is unknown.
  void Failed(const ObjectRef& object);

  // Whether the view should use what a watch reports about the object. `is_gone` means that the watch reports its
  // deletion, with its last UID and version.
  bool IsNews(const ObjectRef& object, absl::string_view uid, absl::string_view resource_version, bool is_gone = false);

  // Records a list of the kind at this version; empty for the newest. Call it when everything that the list has was
  // told. Writes before the list are seen, and answers from before it come too late. Returns the objects of writes that
  // the list is not older than, and that were not told: they are gone again. A list without a version says nothing
  // about them.
  std::vector<ObjectRef> Listed(absl::string_view kind, absl::string_view resource_version);

  size_t size() const { return written_.size() + on_its_way_.size(); }

 private:
  struct Written {
    std::string uid;
    std::string resource_version;  // empty: gone
  };

  struct OnItsWay {
    int writes = 0;
    // What a watch reported in the meantime; all empty when there was nothing.
    std::string uid;
    std::string resource_version;
  };

  // Ends a write; returns what a watch reported in the meantime.
  OnItsWay End(const ObjectRef& target);

  std::map<ObjectRef, Written> written_;
  std::map<ObjectRef, OnItsWay> on_its_way_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_OWN_WRITES_H_
