#include "lws/adapters/kubernetes/http_client.h"

#include <utility>

namespace lws::internal {
namespace {

using FetchDone = std::function<void(const absl::StatusOr<HttpAnswer>&)>;

class WholeAnswer final : public HttpSink {
 public:
  explicit WholeAnswer(FetchDone done) : done_(std::move(done)) {}

  void Head(const HttpHead& head) override { answer_.head = head; }
  void Bytes(absl::string_view bytes) override { answer_.body.append(bytes.data(), bytes.size()); }
  void End(const absl::Status& status) override {
    if (!status.ok()) return done_(status);
    done_(std::move(answer_));
  }

 private:
  HttpAnswer answer_;
  const FetchDone done_;
};

}  // namespace

uint64_t FetchHttpAnswer(HttpClient* client, HttpRequest request, FetchDone done) {
  return client->Start(std::move(request), std::make_shared<WholeAnswer>(std::move(done)));
}

}  // namespace lws::internal
