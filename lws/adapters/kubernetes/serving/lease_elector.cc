#include "lws/adapters/kubernetes/serving/lease_elector.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// A follower waits for one retry period and up to this many more. client-go uses the same number.
constexpr double kJitter = 1.2;
// A note is written at most this often.
constexpr absl::Duration kNotesApart = absl::Milliseconds(500);
constexpr char kNote[] = "lws-policies/handover";
// The duration in a Lease that was given back, so that nobody has to wait for it.
constexpr int64_t kReleasedSeconds = 1;

std::string Path(const LeaseElectorOptions& options) {
  return absl::StrCat("/apis/coordination.k8s.io/v1/namespaces/", options.namespace_name, "/leases");
}

std::string MicroTime(absl::Time time) { return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone()); }

// The Lease in an answer; null for an answer without one.
SharedJson LeaseIn(const ApiAnswer& answer) {
  absl::StatusOr<Json> lease = ParseJson(answer.body, "Lease");
  return lease.ok() && lease->is_object() ? std::make_shared<const Json>(*std::move(lease)) : nullptr;
}

// The spec of the Lease; an empty object without a Lease and without a spec.
Json SpecOf(const SharedJson& lease) {
  if (lease == nullptr) return Json::object();
  const auto found = lease->find("spec");
  return found != lease->end() && found->is_object() ? *found : Json::object();
}

std::string HolderOf(const SharedJson& lease) {
  return lease == nullptr ? "" : JsonReader(*lease).Text({"spec", "holderIdentity"});
}

int64_t IntegerOf(const SharedJson& lease, const char* field) {
  return lease == nullptr ? 0 : JsonReader(*lease).Integer({"spec", field}).value_or(0);
}

// Sets the note of the Lease; an empty one is removed.
void SetNote(Json* lease, const std::string& note) {
  Json& metadata = (*lease)["metadata"];
  if (!metadata.is_object()) metadata = Json::object();
  Json& annotations = metadata["annotations"];
  if (!annotations.is_object()) annotations = Json::object();
  if (note.empty()) {
    annotations.erase(kNote);
  } else {
    annotations[kNote] = note;
  }
}

}  // namespace

absl::Status CheckLeaseOptions(const LeaseElectorOptions& options) {
  if (options.lease_duration < absl::Seconds(1)) return absl::InvalidArgumentError("leaseDuration is below a second");
  if (options.lease_duration <= options.renew_deadline) {
    return absl::InvalidArgumentError("leaseDuration must be greater than renewDeadline");
  }
  if (options.retry_period <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("retryPeriod must be greater than zero");
  }
  if (options.renew_deadline <= options.retry_period * kJitter) {
    return absl::InvalidArgumentError("renewDeadline must be greater than retryPeriod*1.2");
  }
  return absl::OkStatus();
}

LeaseElector::LeaseElector(LeaseElectorOptions options, std::function<double()> draw)
    : options_(std::move(options)), draw_(std::move(draw)) {}

std::string LeaseElector::holder() const { return HolderOf(lease_); }

std::string LeaseElector::noted() const {
  return lease_ == nullptr ? "" : JsonReader(*lease_).Text({"metadata", "annotations", kNote});
}

absl::Time LeaseElector::noted_at() const {
  absl::Time time = absl::InfinitePast();
  const std::string text = lease_ == nullptr ? "" : JsonReader(*lease_).Text({"spec", "renewTime"});
  return absl::ParseTime(absl::RFC3339_full, text, &time, nullptr) ? time : absl::InfinitePast();
}

void LeaseElector::HasNews(absl::Time now) {
  if (!Leads(now) || phase_ == Phase::kReleased) return;
  has_news_ = true;
  if (phase_ == Phase::kIdle) next_tick_ = std::min(next_tick_, std::max(now, sent_ + kNotesApart));
}

absl::Time LeaseElector::NextTick() const { return phase_ == Phase::kIdle ? next_tick_ : absl::InfiniteFuture(); }

// A leader that knows the Lease renews it without reading it first.
std::optional<ApiRequest> LeaseElector::Tick(absl::Time now) {
  if (phase_ != Phase::kIdle || now < next_tick_) return std::nullopt;
  if (!is_fresh_) return Read();
  if (IsHeldByAnother(now)) {
    is_fresh_ = false;
    Retry(now);
    return std::nullopt;
  }
  return Write(now);
}

void LeaseElector::Heard(const ApiAnswer& answer, absl::Time now) {
  const Phase phase = phase_;
  if (phase == Phase::kReleased || phase == Phase::kIdle) return;
  phase_ = Phase::kIdle;
  phase == Phase::kReading ? HeardLease(answer, now) : HeardWrite(answer, now);
}

void LeaseElector::SawLease(const SharedJson& lease, absl::Time now) {
  const bool waits = phase_ == Phase::kIdle && !Leads(now) && now < next_tick_;
  if (!waits || !HolderOf(lease).empty()) return;
  is_fresh_ = false;
  next_tick_ = now;
}

void LeaseElector::HeardLease(const ApiAnswer& answer, absl::Time now) {
  if (answer.code == 404) {
    Observe(nullptr, now);
    next_tick_ = now;
    return;
  }
  SharedJson lease = LeaseIn(answer);
  if (answer.code != 200 || lease == nullptr) return Fail(answer, now);
  Observe(std::move(lease), now);
  next_tick_ = now;
}

void LeaseElector::HeardWrite(const ApiAnswer& answer, absl::Time now) {
  SharedJson lease = LeaseIn(answer);
  const bool is_done = answer.code == 200 || answer.code == 201;
  if (!is_done || lease == nullptr) return Fail(answer, now);
  Observe(std::move(lease), now);
  leads_until_ = sent_ + options_.renew_deadline;
  next_tick_ = std::max(now, sent_ + std::min(options_.retry_period, has_news_ ? kNotesApart : options_.retry_period));
}

// Only a change of the spec makes a Lease younger.
void LeaseElector::Observe(SharedJson lease, absl::Time now) {
  if (SpecOf(lease) != SpecOf(lease_)) observed_ = now;
  lease_ = std::move(lease);
  is_fresh_ = true;
  knows_lease_ = true;
  problem_ = absl::OkStatus();
}

bool LeaseElector::IsHeldByAnother(absl::Time now) const {
  const std::string holder = HolderOf(lease_);
  if (holder.empty() || holder == options_.identity) return false;
  if (options_.has_ended && options_.has_ended(holder)) return false;
  return now < observed_ + absl::Seconds(IntegerOf(lease_, "leaseDurationSeconds"));
}

ApiRequest LeaseElector::Read() {
  phase_ = Phase::kReading;
  return {"GET", absl::StrCat(Path(options_), "/", options_.name), "", options_.renew_deadline / 2};
}

ApiRequest LeaseElector::Write(absl::Time now) {
  const std::string former = HolderOf(lease_);
  const bool is_ours = former == options_.identity;
  Json spec = SpecOf(lease_);
  const int64_t transitions = IntegerOf(lease_, "leaseTransitions");
  spec["holderIdentity"] = options_.identity;
  spec["leaseDurationSeconds"] = absl::ToInt64Seconds(options_.lease_duration);
  spec["renewTime"] = MicroTime(now);
  if (!is_ours || !spec.contains("acquireTime")) spec["acquireTime"] = MicroTime(now);
  spec["leaseTransitions"] = lease_ != nullptr && !is_ours ? transitions + 1 : transitions;
  const bool is_new = lease_ == nullptr;
  Json lease = is_new ? Json{{"apiVersion", "coordination.k8s.io/v1"},
                             {"kind", "Lease"},
                             {"metadata", {{"name", options_.name}, {"namespace", options_.namespace_name}}}}
                      : *lease_;
  lease["spec"] = std::move(spec);
  const std::optional<std::string> note = options_.note ? options_.note() : std::nullopt;
  if (note.has_value()) SetNote(&lease, *note);
  has_news_ = false;
  phase_ = Phase::kWriting;
  sent_ = now;
  // Until the answer arrives, lease_ may be out of date.
  is_fresh_ = false;
  return {is_new ? "POST" : "PUT", is_new ? Path(options_) : absl::StrCat(Path(options_), "/", options_.name),
          lease.dump(), options_.renew_deadline / 2};
}

std::optional<ApiRequest> LeaseElector::Release(absl::Time now) {
  const bool is_held = leads_until_ != absl::InfinitePast() && HolderOf(lease_) == options_.identity;
  leads_until_ = absl::InfinitePast();
  phase_ = Phase::kReleased;
  if (!is_held) return std::nullopt;
  Json lease = *lease_;
  lease["spec"]["holderIdentity"] = "";
  lease["spec"]["leaseDurationSeconds"] = kReleasedSeconds;
  lease["spec"]["renewTime"] = MicroTime(now);
  lease["spec"]["acquireTime"] = MicroTime(now);
  if (!noted().empty()) SetNote(&lease, "");
  return ApiRequest{"PUT", absl::StrCat(Path(options_), "/", options_.name), lease.dump(), options_.retry_period};
}

void LeaseElector::Retry(absl::Time now) {
  next_tick_ = now + options_.retry_period * (1 + (Leads(now) ? 0 : kJitter * draw_()));
}

void LeaseElector::Fail(const ApiAnswer& answer, absl::Time now) {
  is_fresh_ = false;
  problem_ = absl::UnavailableError(answer.code == 0 ? "no answer about the Lease"
                                                     : absl::StrCat("the answer about the Lease is ", answer.code));
  // A conflict means that the Lease changed. A leader reads it again without a wait.
  answer.code == 409 && Leads(now) ? static_cast<void>(next_tick_ = now) : Retry(now);
}

}  // namespace lws::internal
