// Keeps in the cluster what policies remember: one ConfigMap for each set that has something to remember.
//
//   lws::internal::KeptStore store(&client, view, clock);
//   store.Read();                              // when this process begins to lead; view.add gets what was kept
//   store.has_read();                          // make no plan before it is true
//   store.Keep({"default", "vllm", uid}, bytes, done);    // false: `done` is called after the write
//   store.Advance(now);                        // then again at store.NextDue()
//
// The ConfigMap is named lws-kept-UID and has the label lws-policies/set. The set owns it, so it is deleted with the
// set. Its bytes are those of a KeptState (kept_state.h).
//
// Laws:
//   1. Keep returns true, or calls `done` with OK, only when the API server has these bytes or newer ones of the set.
//   2. A write that fails is reported to everybody who waits for it, and sent again by itself: after the server's
//      Retry-After, else after a second, which doubles up to 30 seconds. Another Keep does not wait for the second.
//   3. A set has one write under way at a time, and bytes that are written already are not written again.
//   4. Read asks until it gets an answer. When the server forbids it, nothing counts as kept, and the problem is
//      reported.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_KEPT_STORE_H_
#define LWS_ADAPTERS_KUBERNETES_KEPT_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"

namespace lws::internal {

struct KeptStoreView {
  // What the cluster has kept of one set.
  std::function<absl::Status(absl::string_view bytes)> add;
  // Told of what went wrong, for people.
  std::function<void(const absl::Status&)> on_problem;
};

struct KeptOwner {
  std::string namespace_name;
  std::string name;
  std::string uid;
};

// The ConfigMaps of this store.
const Resource& KeptResource();

// Whether the object is one of these ConfigMaps.
bool IsKeptConfigMap(const Json& object);
// The bytes in it. Errors: InvalidArgument naming the ConfigMap, for bytes that are not base64.
absl::StatusOr<std::string> BytesOfKeptConfigMap(const Json& config_map);

class KeptStore {
 public:
  using Done = std::function<void(const absl::Status&, absl::Time)>;

  // Borrows `client`.
  KeptStore(HttpClient* client, KeptStoreView view, std::function<absl::Time()> clock);

  // Forgets what is known of the cluster, and asks for it. An answer to an earlier Read is then passed over.
  void Read();
  bool has_read() const { return has_read_; }

  bool Keep(const KeptOwner& owner, std::string bytes, Done done);
  // The set is gone: nothing more is written for it, and who waits gets the error Aborted.
  void Forget(absl::string_view namespace_name, absl::string_view name);
  void ForgetAllBut(absl::FunctionRef<bool(absl::string_view namespace_name, absl::string_view name)> is_there);

  void Advance(absl::Time now);
  std::optional<absl::Time> NextDue() const;
  // Writes without an answer.
  int32_t under_way() const;

 private:
  using Name = std::pair<std::string, std::string>;  // namespace and name
  struct Entry {
    KeptOwner owner;
    std::string written;  // what the API server has
    std::string wanted;
    std::string sent;  // by the write under way
    bool is_under_way = false;
    bool is_refused_for_now = false;
    int failures = 0;               // in a row
    std::optional<absl::Time> due;  // to be sent again
    std::vector<Done> waiting;
  };

  void AskForPage();
  void TakePage(uint64_t reading, const absl::StatusOr<HttpAnswer>& answer);
  absl::Status TakeList(const Json& list);
  void TakeItem(const Json& item);
  void ReadAgain(const absl::Status& status, absl::Duration wait);
  void Send(const Name& name);
  void Answered(const Name& name, const std::string& uid, const absl::StatusOr<HttpAnswer>& answer);
  void Failed(Entry* entry, const absl::Status& status);
  static void Release(std::vector<Done> waiting, const absl::Status& status, absl::Time now);
  void Tell(const absl::Status& status) const;

  HttpClient& client_;
  const KeptStoreView view_;
  const std::function<absl::Time()> clock_;
  bool has_read_ = false;
  uint64_t reading_ = 0;  // the number of the Read
  std::string continue_token_;
  std::optional<absl::Time> read_due_;
  std::map<Name, Entry> entries_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_KEPT_STORE_H_
