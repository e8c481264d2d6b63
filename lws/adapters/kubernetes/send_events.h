// Sends the requests of an EventSink through a client.
//
//   lws::internal::EventSink sink({"leaderworkerset", "leaderworkerset-host-1"});
//   lws::internal::SendEvents(clock, now, &client, &sink);    // call it again at sink.NextDue()
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_SEND_EVENTS_H_
#define LWS_ADAPTERS_KUBERNETES_SEND_EVENTS_H_

#include <functional>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/event_sink.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws::internal {

// Sends what is due at `now`, and passes each answer to the sink at the time of the clock. The sink lives until the
// client has answered.
void SendEvents(const std::function<absl::Time()>& clock, absl::Time now, HttpClient* client, EventSink* sink);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SEND_EVENTS_H_
