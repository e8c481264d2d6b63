// Sends the actions of plans, and returns their answers.
//
//   lws::internal::KubeWriter writer(&client, view, clock);
//   writer.Send(action, now, done);    // calls `done` once, perhaps before Send returns
//   writer.Advance(now);               // sends refused writes again; call it again at writer.NextDue()
//
// Laws: 2, 3 and 5 of kube_cluster.h.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_KUBE_WRITER_H_
#define LWS_ADAPTERS_KUBERNETES_KUBE_WRITER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/kubernetes/apply_memo.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

// The questions that a writer asks about the view, and the news that it gives.
struct WriterView {
  struct Applied {
    std::string uid;
    std::string fields;
  };
  // What the view knows of the fields that were applied to the object; nullopt when it knows nothing.
  std::function<std::optional<Applied>(const ObjectRef&)> applied;
  // The object exists as the text says; or it is gone.
  std::function<void(const Action& action, absl::string_view text)> tell;
  std::function<void(const Action& action)> tell_gone;
};

// The fields that an object says were applied, in the form of WriterView::Applied; nullopt if it does not say.
std::optional<std::string> AppliedRequestText(const Json& object);

class KubeWriter {
 public:
  // Borrows `client`.
  KubeWriter(HttpClient* client, WriterView view, std::function<absl::Time()> clock);

  // `action` has to live until `done` is called.
  void Send(const Action& action, absl::Time now, WriteDone done);
  void Advance(absl::Time now);
  std::optional<absl::Time> NextDue() const;

  ApplyMemo& memo() { return memo_; }
  int32_t under_way() const { return static_cast<int32_t>(writes_.size()); }
  int64_t skipped() const { return skipped_; }

 private:
  struct Write {
    const Action* action = nullptr;
    WriteDone done;
    HttpRequest request;
    int tries = 0;
    std::optional<absl::Time> due;        // when to send it again
    std::optional<absl::Status> refusal;  // the write's result once the object in its way was looked up
  };

  bool IsKnownToChangeNothing(const Action& action, const HttpRequest& request) const;
  void SendNow(uint64_t number);
  void Answered(uint64_t number, const absl::StatusOr<HttpAnswer>& answer);
  // Whether the request under way was refused for now, and is sent again later.
  bool ComesAgain(const absl::StatusOr<HttpAnswer>& answer, const HttpRequest& request, Write* write);
  // Whether the same request was refused for now, perhaps that of another plan; the write then waits as that one.
  bool HasToWait(const HttpRequest& request, Write* write) const;
  static HttpRequest LookUpRequest(const Action& action);
  void LookUp(uint64_t number);
  void LookedUp(uint64_t number, const absl::StatusOr<HttpAnswer>& answer);
  void Keep(const Write& write, const WriteAnswer& answer);
  void Finish(uint64_t number, const absl::StatusOr<WriteAnswer>& answer);

  HttpClient& client_;
  const WriterView view_;
  const std::function<absl::Time()> clock_;
  ApplyMemo memo_;
  std::map<uint64_t, Write> writes_;
  std::map<std::string, absl::Time> not_before_;  // by method and path
  uint64_t next_number_ = 1;
  int64_t skipped_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_KUBE_WRITER_H_
