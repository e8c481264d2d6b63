// Slows down a look that would make again what was just made and taken away.
//
//   lws::internal::Recreations made(absl::Milliseconds(5), absl::Minutes(1));
//   made.Wrote(ref, "uid-1", "owner", now);
//   made.Gone(ref, "uid-1", now);     // 5 milliseconds: wait so long before the look
//   made.Wrote(ref, "uid-2", "owner", now);
//   made.Gone(ref, "uid-2", now);     // 10 milliseconds
//   made.Gone(ref, "another", now);   // no wait: this operator did not make it
//
// When an owner is gone and the view does not know it yet, the garbage collector deletes every object that is made for
// the owner, and each deletion asks for the object again. Without a wait that goes on as fast as the server answers.
//
// Laws:
//   1. An object that was not written, or that lived for more than a minute after the write, has no wait.
//   2. The wait doubles with each object of the same name and owner in a row, from the first wait to the longest.
//   3. A row ends with an object of another owner, and when no object of the name was written for ten minutes. After
//      that time nothing is kept of it.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_HOST_RECREATIONS_H_
#define LWS_ADAPTERS_HOST_RECREATIONS_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

class Recreations {
 public:
  Recreations(absl::Duration first_wait, absl::Duration longest_wait)
      : first_wait_(first_wait), longest_wait_(longest_wait) {}

  // Records that the object of this UID was created or applied for an owner. Complexity: O(log objects of the last ten
  // minutes).
  void Wrote(const ObjectRef& object, absl::string_view uid, absl::string_view owner_uid, absl::Time now);
  // How long to wait, now that the object of this UID is gone.
  absl::Duration Gone(const ObjectRef& object, absl::string_view uid, absl::Time now);

  size_t size() const { return made_.size(); }

 private:
  struct Made {
    std::string uid;
    std::string owner_uid;
    absl::Time first_written;  // this UID
    absl::Time last_written;
    int in_a_row = 0;
  };

  void Forget(absl::Time now);

  const absl::Duration first_wait_;
  const absl::Duration longest_wait_;
  std::map<ObjectRef, Made> made_;
  std::deque<std::pair<absl::Time, ObjectRef>> order_;  // by the time of the write
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_HOST_RECREATIONS_H_
