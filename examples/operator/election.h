// Runs the election: sends the elector's requests through a client, gives it the answers, and watches the Lease.
//
//   Election election(options, &client);
//   election.Advance(now);    // again at election.NextDue()
//   election.Leads(now);
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_EXAMPLES_OPERATOR_ELECTION_H_
#define LWS_EXAMPLES_OPERATOR_ELECTION_H_

#include <functional>
#include <memory>
#include <random>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/adapters/kubernetes/serving/lease_elector.h"

namespace lws::operator_program {

// Sends a request that a state machine of the serving room asks for.
void SendApiRequest(internal::HttpClient* client, const internal::ApiRequest& request,
                    std::function<void(const internal::ApiAnswer&)> done);

class Election {
 public:
  // Borrows `client`.
  Election(internal::LeaseElectorOptions options, internal::HttpClient* client);
  ~Election();

  void Advance(absl::Time now);
  absl::Time NextDue() const;
  bool Leads(absl::Time now) const { return elector_.Leads(now); }
  // Gives the Lease back. Returns whether a request is under way: the caller then waits for is_released().
  bool Release(absl::Time now);
  bool is_released() const { return is_released_; }
  // The note that is written into the Lease may be another one now.
  void HasNews(absl::Time now) { elector_.HasNews(now); }
  const internal::LeaseElector& elector() const { return elector_; }

 private:
  struct Seen;  // what the watch tells

  internal::HttpClient& client_;
  std::mt19937_64 random_;
  internal::LeaseElector elector_;
  bool is_released_ = false;
  std::unique_ptr<Seen> seen_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_ELECTION_H_
