#include "lws/adapters/kubernetes/send_events.h"

#include <optional>
#include <utility>

#include "absl/status/statusor.h"

namespace lws::internal {

void SendEvents(const std::function<absl::Time()>& clock, absl::Time now, HttpClient* client, EventSink* sink) {
  while (std::optional<EventRequest> request = sink->NextRequest(now)) {
    FetchHttpAnswer(client, std::move(request->request),
                    [sink, clock, number = request->number](const absl::StatusOr<HttpAnswer>& answer) {
                      if (!answer.ok()) return sink->Answered(number, 0, clock());
                      const absl::Duration wait = answer->head.retry_after.value_or(absl::ZeroDuration());
                      sink->Answered(number, answer->head.code, clock(), wait);
                    });
  }
}

}  // namespace lws::internal
