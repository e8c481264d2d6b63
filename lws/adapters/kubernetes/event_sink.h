// Writes events for people as Kubernetes' own recorders write them: an event that repeats becomes a series of the
// first. A state machine without I/O: its owner sends the requests and passes the answers back.
//
//   lws::internal::EventSink sink({"leaderworkerset", "leaderworkerset-host-1"});
//   sink.Record(event, regarding, related, now);
//   std::optional<lws::internal::EventRequest> request = sink.NextRequest(now);    // send it, and ask again
//   sink.Answered(request->number, /*code=*/201, now);
//
// Laws:
//   1. Events with the same type, reason, action, regarding and related object are one series, even if their notes
//      differ. The first event is created. The second one turns it into a series of two, by a patch. Later ones only
//      count, until the series ends and is written once more.
//   2. A series ends when six minutes pass without an event of it. It is written again every half an hour before.
//   3. A request without an answer is sent again after ten seconds, at most twelve times. A refusal is final. A series
//      whose event is gone is created again.
//   4. At most one request of a series is under way at a time. At most `most_waiting` requests wait; further ones are
//      dropped and counted.
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

// An object as events refer to it. UID and version are empty where they are not known.
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

  // The request to send at `now`; nullopt when no request waits, or enough are under way.
  std::optional<EventRequest> NextRequest(absl::Time now);
  // Takes the code of the answer and its Retry-After, or 0 when no answer came.
  void Answered(uint64_t number, int code, absl::Time now, absl::Duration retry_after = absl::ZeroDuration());
  std::optional<absl::Time> NextDue() const;

  int64_t dropped() const { return dropped_; }

 private:
  struct Series {
    std::string event;  // the text that creates it; a burst has thousands, and documents take many times as much
    std::string path;
    std::string name;
    int32_t count = 1;
    absl::Time last;
    absl::Time written;    // when the series was written last
    bool is_busy = false;  // a request waits or is under way
    bool is_owed = false;  // another request has to follow that one
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
  std::map<std::string, Series> series_;  // by the digest of what makes events the same
  std::deque<Waiting> waiting_;
  std::map<uint64_t, Waiting> under_way_;
  uint64_t next_number_ = 1;
  absl::Time next_sweep_ = absl::InfinitePast();
  int64_t dropped_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_EVENT_SINK_H_
