#include "lws/adapters/kubernetes/kind_watch.h"

#include <utility>

namespace lws::internal {

class KindWatch::Sink final : public HttpSink {
 public:
  explicit Sink(KindWatch* watch) : watch_(*watch) {}

  void Head(const HttpHead& head) override { watch_.reflector_.Head(head, watch_.clock_()); }

  void Bytes(absl::string_view bytes) override {
    if (watch_.reflector_.Bytes(bytes, watch_.clock_())) return;
    const std::shared_ptr<Sink> self = std::move(watch_.sink_);
    watch_.client_.Cancel(watch_.request_);
  }

  void End(const absl::Status& status) override {
    const std::shared_ptr<Sink> self = std::move(watch_.sink_);
    watch_.reflector_.End(status, watch_.clock_());
  }

 private:
  KindWatch& watch_;
};

KindWatch::KindWatch(ReflectorOptions options, HttpClient* client, ReflectorStore* store, uint64_t seed,
                     std::function<absl::Time()> clock)
    : client_(*client), reflector_(std::move(options), store, seed), clock_(std::move(clock)) {}

KindWatch::~KindWatch() {
  if (sink_ != nullptr) client_.Cancel(request_);
}

void KindWatch::Advance(absl::Time now) {
  if (sink_ != nullptr) return;
  std::optional<HttpRequest> request = reflector_.NextRequest(now);
  if (!request.has_value()) return;
  sink_ = std::make_shared<Sink>(this);
  request_ = client_.Start(*std::move(request), sink_);
}

}  // namespace lws::internal
