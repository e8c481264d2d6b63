// Events for people, written as Kubernetes' own recorders write them: one that repeats becomes a series of the first. A
// state machine without I/O: somebody else sends its requests and tells it the answers.
//
//   lws::internal::EventSink sink({"leaderworkerset", "leaderworkerset-host-1"});
//   sink.Record(event, regarding, related, now);
//   while (std::optional<lws::internal::EventRequest> request = sink.NextRequest(now)) ...    // send it
//   sink.Answered(request->number, code, now);
//
// Laws:
//   1. Events with the same type, reason, action, regarding and related object are one series, however their notes
//   differ: the first is created; the second makes it a series of two, by a patch; later ones only count, until the
//   series is written once more as it ends.
//   2. A series ends when six minutes pass without an event of it. It is written again every half an hour before.
//   3. A request without an answer is sent again after ten seconds, twelve times; a refusal is final. A series whose
//   event is gone is created anew.
//   4. Of one series one request is under way at a time. At most `most_waiting` requests wait: what comes then is
//   dropped, and counted.
//   5. A note of more than 1,024 bytes is cut at the end of a character.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_EVENT_SINK_H_
#define LWS_ADAPTERS_KUBERNETES_EVENT_SINK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/api/json.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

struct EventSinkOptions {
  std::string reporting_controller;
  std::string reporting_instance;
  size_t most_waiting = 1000;
  size_t most_under_way = 16;
};

// An object as events refer to it; UID and version are empty where they are not known.
struct EventObject {
  ObjectRef ref;
  std::string api_version;
  std::string uid;
  std::string resource_version;
};

struct EventRequest {
  uint64_t number = 0;
  HttpRequest request;
};

class EventSink {
 public:
  explicit EventSink(EventSinkOptions options);

  void Record(const Event& event, const EventObject& regarding, const std::optional<EventObject>& related,
              absl::Time now);

  // The request to send at `now`; nullopt when none waits, or enough are under way.
  std::optional<EventRequest> NextRequest(absl::Time now);
  // The code of the answer, and its Retry-After; 0: none came.
  void Answered(uint64_t number, int code, absl::Time now, absl::Duration retry_after = absl::ZeroDuration());
  std::optional<absl::Time> NextDue() const;

  int64_t dropped() const { return dropped_; }

 private:
  struct Series {
    SharedJson event;  // as it is created
    std::string path;
    std::string name;
    int32_t count = 1;
    absl::Time last;
    absl::Time written;    // a series: when it was written last
    bool is_busy = false;  // a request waits or is under way
    bool is_owed = false;  // another is wanted after it
  };
  struct Waiting {
    std::string key;
    bool is_patch = false;
    int tries = 0;
    absl::Time due;
  };

  void Ask(const std::string& key, bool is_patch, absl::Time due, int tries);
  HttpRequest RequestOf(const Series& series, bool is_patch) const;
  void Sweep(absl::Time now);

  const EventSinkOptions options_;
  std::map<std::string, Series> series_;
  std::deque<Waiting> waiting_;
  std::map<uint64_t, Waiting> under_way_;
  uint64_t next_number_ = 1;
  absl::Time next_sweep_ = absl::InfinitePast();
  int64_t dropped_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_EVENT_SINK_H_
