// Which of several operators acts: the one that holds a Lease. The algorithm is client-go's, so that operators of both
// kinds elect among themselves. A state machine without I/O.
//
//   lws::internal::LeaseElector elector(options, [&random] { return random.Uniform(); });
//   std::optional<lws::internal::ApiRequest> request = elector.Tick(now);    // send it when there is one
//   elector.Heard({200, body}, now);
//   elector.Leads(now);                                                      // true
//   elector.NextTick();                                                      // when to call Tick again
//
// Expected flow: Tick at NextTick, and after every Heard; a request at a time is under way. A leader calls Leads before
// it acts, and stops at LeadsUntil. Release gives the Lease back when the process ends.
//
// Laws:
//   1. Of all electors of one Lease, with clocks that differ in their time but not by more than lease_duration to
//      renew_deadline in their speed, at most one leads at any moment, whatever answers are late or lost.
//   2. A Lease that is free, or was not renewed for the duration it names, is taken. Its age is counted by the
//   elector's
//      own clock from when it was last seen to change.
//   3. A leader leads until renew_deadline after it sent the last renewal that succeeded.
//   4. What another wrote into the Lease stays: its metadata, and fields of its spec that are not of the election.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_LEASE_ELECTOR_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_LEASE_ELECTOR_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/api_request.h"
#include "lws/api/json.h"

namespace lws::internal {

struct LeaseElectorOptions {
  std::string namespace_name;
  std::string name;
  std::string identity;  // no two processes have the same
  // As for the reference; CheckLeaseOptions says which go together.
  absl::Duration lease_duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);
  absl::Duration retry_period = absl::Seconds(2);
};

// Errors: InvalidArgument unless lease_duration > renew_deadline > 1.2 * retry_period > 0, as client-go has it, and the
// duration is at least a second.
absl::Status CheckLeaseOptions(const LeaseElectorOptions& options);

class LeaseElector {
 public:
  // `draw` gives numbers from 0 up to 1: followers try again after one to 2.2 retry periods. REQUIRES:
  // CheckLeaseOptions(options).ok().
  LeaseElector(LeaseElectorOptions options, std::function<double()> draw);

  // The request that is due; nullopt when one is under way, or it is too early.
  std::optional<ApiRequest> Tick(absl::Time now);
  // The answer to the request under way, or that none came.
  void Heard(const ApiAnswer& answer, absl::Time now);

  // InfiniteFuture while a request is under way.
  absl::Time NextTick() const;

  bool Leads(absl::Time now) const { return now < LeadsUntil(); }
  // InfinitePast of an elector that does not lead.
  absl::Time LeadsUntil() const { return leads_until_; }

  // Ends the election: leads no more, and gives back the Lease where it was held. The answer is not waited for. To be
  // called once nothing is written any more.
  std::optional<ApiRequest> Release(absl::Time now);

  // Who holds the Lease as far as is known; "" for nobody.
  std::string holder() const;
  // Why the last request failed; OK when it did not, or another holds the Lease.
  const absl::Status& problem() const { return problem_; }

 private:
  enum class Phase { kIdle, kReading, kWriting, kReleased };

  void HeardLease(const ApiAnswer& answer, absl::Time now);
  void HeardWrite(const ApiAnswer& answer, absl::Time now);
  void Observe(SharedJson lease, absl::Time now);
  bool IsHeldByAnother(absl::Time now) const;
  ApiRequest Read();
  ApiRequest Write(absl::Time now);
  void Retry(absl::Time now);
  void Fail(const ApiAnswer& answer, absl::Time now);

  LeaseElectorOptions options_;
  std::function<double()> draw_;
  Phase phase_ = Phase::kIdle;
  absl::Time next_tick_ = absl::InfinitePast();
  absl::Time leads_until_ = absl::InfinitePast();
  // When the write under way was sent.
  absl::Time sent_ = absl::InfinitePast();
  // The Lease as it was last seen, null when there is none, and since when it is so by our clock.
  SharedJson lease_;
  absl::Time observed_ = absl::InfinitePast();
  // Whether lease_ is fresh enough to be written over: what the server has just answered.
  bool is_fresh_ = false;
  absl::Status problem_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_LEASE_ELECTOR_H_
