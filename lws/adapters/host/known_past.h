// What a process before this one knew of objects, as long as the lists do not tell it. An object that is as it was then
// needs no look.
//
//   const lws::internal::ToldObject told = *lws::internal::ReadToldObject(pod);
//   lws::internal::KnownPast past;
//   past.Open();          // whatever is told now is of the past
//   past.Keep(told);
//   past.Close();
//   past.Has(told.mark);  // whether the object, which a list tells now, is as it was
//   past.Forget("Pod");   // the kind was listed
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_KNOWN_PAST_H_
#define LWS_ADAPTERS_HOST_KNOWN_PAST_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/adapters/host/told_object.h"
#include "lws/api/object_ref.h"

namespace lws::internal {

class KnownPast {
 public:
  void Open() { is_open_ = true; }
  void Close() { is_open_ = false; }
  bool is_open() const { return is_open_; }

  // Keeps the object's version. Pods and StatefulSets are left out: they are many, and the fleet itself sees whether
  // they changed. The version of a failing pod, which is due with each event, is kept.
  void Keep(const ToldObject& told);

  // Whether the object has the version that it had.
  bool Has(const ObjectMark& mark) const;

  // The kind was listed. Complexity: O(what is kept).
  void Forget(absl::string_view kind);

 private:
  bool is_open_ = false;
  std::map<ObjectRef, std::string> versions_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_KNOWN_PAST_H_
