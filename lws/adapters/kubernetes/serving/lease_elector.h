// Elects which of several operators acts: the one that holds a Lease. The algorithm is client-go's, so that both kinds
// of operators can take part in one election. A state machine without I/O.
//
//   lws::internal::LeaseElector elector(options, draw);                    // draw() is a number in [0, 1)
//   std::optional<lws::internal::ApiRequest> read = elector.Tick(now);     // a host sends it when there is one
//   elector.Heard({404, ""}, now);                                         // nobody has made the Lease
//   std::optional<lws::internal::ApiRequest> write = elector.Tick(now);
//   elector.Heard({201, write->body}, now);
//   elector.Leads(now);                                                    // true
//   elector.NextTick() > now;                                              // true: call Tick again then
//
// Expected flow: call Tick at NextTick, and after every Heard. At most one request is under way. A leader calls Leads
// before it acts, and stops at LeadsUntil. Release gives the Lease back when the process ends.
//
// Laws:
//   1. At most one of all electors of a Lease leads at any moment, whatever answers are late or lost. Their clocks may
//      show different times, and may differ in speed by up to the ratio of lease_duration to renew_deadline.
//   2. A Lease that is free, whose holder is known to have ended, or that was not renewed for the duration it names, is
//      taken. The elector counts its age by its own clock, from when it last saw the Lease change.
//   3. A leader leads until renew_deadline after it sent the last renewal that succeeded.
//   4. What others wrote into the Lease stays: its metadata, and the fields of its spec that the election does not
//      use.
//   5. Every write of a leader carries its note, as an annotation. A note stays when another process takes the Lease,
//      until that one has a note of its own, and goes when the Lease is given back. After HasNews, the next write comes
//      half a second after the last one.
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
  std::string identity;  // different for each process
  // The defaults of the reference. CheckLeaseOptions says which values go together.
  absl::Duration lease_duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);
  absl::Duration retry_period = absl::Seconds(2);
  // Whether the process with this identity is known to have ended. It must never say so of one that may still act.
  // Null: nothing is known.
  std::function<bool(const std::string& identity)> has_ended;
  // What to note in the Lease with the next write; nullopt: what is noted there stays. Null: there are no notes.
  std::function<std::optional<std::string>()> note;
};

// Errors: InvalidArgument unless lease_duration > renew_deadline > 1.2 * retry_period > 0, as client-go has it, and the
// duration is at least a second.
absl::Status CheckLeaseOptions(const LeaseElectorOptions& options);

class LeaseElector {
 public:
  // `draw` returns numbers in [0, 1): followers try again after one to 2.2 retry periods. REQUIRES:
  // CheckLeaseOptions(options).ok().
  LeaseElector(LeaseElectorOptions options, std::function<double()> draw);

  // The request that is due; nullopt when one is under way, and before NextTick().
  std::optional<ApiRequest> Tick(absl::Time now);
  // Takes the answer to the request under way, or the news that none came.
  void Heard(const ApiAnswer& answer, absl::Time now);

  // A watch saw the Lease in this state. If nobody holds it, the elector looks at it at once. A host without a watch
  // need not call it: the elector then learns of a release within 2.2 retry periods.
  void SawLease(const SharedJson& lease, absl::Time now);

  // The note may be another one now. Does nothing while the elector does not lead.
  void HasNews(absl::Time now);

  // InfiniteFuture while a request is under way.
  absl::Time NextTick() const;

  bool Leads(absl::Time now) const { return now < LeadsUntil(); }
  // InfinitePast when the elector does not lead.
  absl::Time LeadsUntil() const { return leads_until_; }

  // Ends the election: the elector leads no more, and gives back the Lease if it held it. Nobody has to wait for the
  // answer. Call it once nothing is written any more.
  std::optional<ApiRequest> Release(absl::Time now);

  // The holder of the Lease as far as the elector knows; "" for nobody.
  std::string holder() const;
  // Whether an answer has told the Lease, or that there is none.
  bool knows_lease() const { return knows_lease_; }
  // The note in the Lease as it was last seen, and when its holder wrote it by the holder's clock.
  std::string noted() const;
  absl::Time noted_at() const;
  // The error of the last request; OK when it succeeded, and when another process holds the Lease.
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
  // The Lease as it was last seen, null when there is none, and since when it has been so by our clock.
  SharedJson lease_;
  absl::Time observed_ = absl::InfinitePast();
  // Whether the server has just returned lease_, so that a write may build on it.
  bool is_fresh_ = false;
  bool knows_lease_ = false;
  bool has_news_ = false;
  absl::Status problem_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_LEASE_ELECTOR_H_
