// Holds new sets back until the StatefulSet of their name was looked up. A StatefulSet without the set's label is not
// watched, and a set that does not know of it would apply over it.
//
//   lws::internal::SetArrivals arrivals(&client, view, clock);
//   arrivals.Tell(set_text);      // tells the set, or first asks the server for its StatefulSet
//   arrivals.Open();              // once StatefulSets and sets were listed: looks up those of the sets told before
//   arrivals.is_looking();        // true: no plan should be made yet
//
// Laws:
//   1. After Open, a set that the view does not have, and whose leader StatefulSet it does not have, is told after the
//      answer to a GET of that StatefulSet. A StatefulSet in the answer is told before the set. If the set changes
//      meanwhile, its newest text is told; if it goes meanwhile, nothing of it is told.
//   2. A GET without an answer is sent again after a second, or when the server said.
//   3. StatefulSets that were found this way stay in the view over a list of StatefulSets, which does not name them.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_SET_ARRIVALS_H_
#define LWS_ADAPTERS_KUBERNETES_SET_ARRIVALS_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws::internal {

struct ArrivalsView {
  std::function<bool(absl::string_view namespace_name, absl::string_view name)> has_set;
  std::function<bool(absl::string_view namespace_name, absl::string_view name)> has_leader_statefulset;
  // The functions of ReflectorStore.
  std::function<absl::StatusOr<std::string>(absl::string_view text)> tell_set;
  std::function<absl::StatusOr<std::string>(absl::string_view text)> tell_set_gone;
  std::function<void(absl::string_view text)> tell_statefulset;
};

class SetArrivals {
 public:
  // Borrows `client`.
  SetArrivals(HttpClient* client, ArrivalsView view, std::function<absl::Time()> clock);

  // The functions of ReflectorStore, for sets.
  void BeginRelist();
  absl::StatusOr<std::string> Tell(absl::string_view text);
  absl::StatusOr<std::string> TellGone(absl::string_view text);
  void EndRelist();

  // Tells the StatefulSets of law 3 again. Call it before a list of StatefulSets ends.
  void TellFoundAgain();
  // A write found the StatefulSet with this text; nullopt: it is gone.
  void Found(absl::string_view namespace_name, absl::string_view name, std::optional<std::string> text);

  void Open();
  // Returns whether a set that was told before Open still waits for its answer.
  bool is_looking() const { return early_looks_ > 0; }
  // Returns whether a set is held back: the view does not know it yet.
  bool holds_back() const { return !looking_.empty(); }

  void Advance(absl::Time now);
  std::optional<absl::Time> NextDue() const;

 private:
  using Name = std::pair<std::string, std::string>;  // namespace and name
  struct Look {
    std::string set;                // the text to tell; empty: the set was told before Open
    bool was_listed = true;         // by the list that began with BeginRelist
    std::optional<absl::Time> due;  // when to send the GET again
  };

  void Ask(const Name& name);
  // Ends the look and returns the set's text.
  std::string End(const Name& name);
  void Answered(const Name& name, const absl::StatusOr<HttpAnswer>& answer);

  HttpClient& client_;
  const ArrivalsView view_;
  const std::function<absl::Time()> clock_;
  bool is_open_ = false;
  std::set<Name> early_;  // sets that were told before Open
  std::map<Name, Look> looking_;
  int early_looks_ = 0;  // the number of looks for sets that were told before Open
  std::map<Name, std::string> found_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SET_ARRIVALS_H_
